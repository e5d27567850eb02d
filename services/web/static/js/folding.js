// @ts-check
// Parts of a panel that are folded away, and stay open when the panel is drawn again with newer data.
import { h } from './dom.js';

/** @type {Set<string>} */
const open = new Set();

/** @param {string} key names it among all @param {any} title @param {...any} content @returns {HTMLElement} */
export const folded = (key, title, ...content) => h('details', {
  class: 'more', open: open.has(key), on: { toggle: (/** @type {any} */ event) => open[event.target.open ? 'add' : 'delete'](key) },
}, h('summary', { 'data-key': `fold-${key}` }, title), ...content);
