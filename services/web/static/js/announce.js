// @ts-check
// What a screen reader is told: at most one announcement in ten seconds, merged; urgent only for level 4 and 5.
import { byId } from './dom.js';

const PAUSE = 10000;

/** @type {Record<string, {waiting: string[], timer: number, last: number}>} */
const lines = { polite: { waiting: [], timer: 0, last: -PAUSE }, urgent: { waiting: [], timer: 0, last: -PAUSE } };

/**
 * @param {string} text
 * @param {boolean} [urgent]
 */
export function announce(text, urgent = false) {
  const name = urgent ? 'urgent' : 'polite';
  const line = lines[name];
  line.waiting.push(text);
  if (line.timer) return;
  line.timer = window.setTimeout(() => {
    line.timer = 0;
    line.last = performance.now();
    byId(`announce-${name}`).textContent = line.waiting.splice(0).join('。');
  }, Math.max(0, PAUSE - (performance.now() - line.last)));
}
