// @ts-check
// How much of a channel's room a text takes: said in figures, and as a bar beside them.
import { h } from './dom.js';
import { t } from './language.js';

/** 「132/140字」 as two numbers; null where the channel has no limit. @param {string} count @returns {{used: number, most: number} | null} */
export function room(count) {
  const found = /(\d+)\s*\/\s*(\d+)/.exec(count ?? '');
  return found ? { used: Number(found[1]), most: Number(found[2]) } : null;
}

/** One line for each part of a payload. @param {any} payload @returns {HTMLElement | null} */
export function counters(payload) {
  const counts = (payload?.counts ?? []).map((/** @type {string} */ count) => ({ count, ...room(count) })).filter((/** @type {any} */ one) => one.most);
  if (!counts.length) return null;
  return h('ul', { class: 'small', 'aria-label': t('字数と上限') }, counts.map((/** @type {any} */ one, /** @type {number} */ i) => h('li', {}, h('span', { class: 'counter', 'data-over': String(one.used > one.most) },
    counts.length > 1 ? `${i + 1}/${counts.length}` : null, h('meter', { min: 0, max: one.most, high: one.most * 0.9, value: Math.min(one.used, one.most), 'aria-label': one.count }), h('span', { lang: 'ja' }, one.count),
    one.used > one.most ? t('上限を超えています') : t('あと {n}', { n: one.most - one.used })))));
}
