// @ts-check
// The words people read, from words.json, which the server-rendered pages read too.
import { h } from './dom.js';
import { language, own, t } from './language.js';

/** @type {any} */
let words = {};

/** Load the words; every page does this before it draws anything. */
export async function loadWords() {
  const response = await fetch(/** @type {string} */ (document.body.dataset.words));
  words = await response.json();
  return words;
}

/**
 * The word for a code, or the code itself where we have none.
 * @param {string} group
 * @param {string} code
 * @returns {string}
 */
export function word(group, code) {
  const entry = words[group]?.[code];
  return typeof entry === 'string' ? entry : entry ? own(entry) : code;
}

/**
 * Who did it: a person by name, a part of the hub by what it does, 「配信（X）」.
 * @param {string} name as the chronology has it
 * @returns {string}
 */
export function actor(name) {
  const [part, inside] = name.split(':');
  if (words.actors[name] || !inside || !words.actors[part]) return word('actors', name);
  return t('{part}（{inside}）', { part: word('actors', part), inside: word('channels', inside) });
}

/**
 * Everything known about a code.
 * @param {string} group
 * @param {string} [code]
 * @returns {any}
 */
export function about(group, code) {
  return code === undefined ? words[group] : (words[group]?.[code] ?? {});
}

/**
 * How a delivery looks, or what would not become one: nobody set the channel up (未設定), or it does not concern it (対象外).
 * @param {{state?: string, code?: string}} one a delivery, or a refused payload
 * @returns {any}
 */
export function deliveryLook({ state = 'refused', code = '' }) {
  const look = about('deliveries', state);
  return state === 'refused' ? { ...look, ...about('refusals', code.startsWith('budget_') ? 'budget' : code) } : look;
}

/**
 * Whether an alert is evacuation information itself (避難指示), and not information that corresponds to a level (相当).
 * Its event is then called exactly as the law calls it. What is relayed and has a level is such an order of the city.
 * @param {any} alert
 * @returns {boolean}
 */
export const isOrder = (alert) => Boolean(alert.alert_level && (alert.relayed || alert.order || alert.texts?.ja.event.includes(about('levels', String(alert.level)).ja)));

/** How a danger is known: seen, foreseen, or announced by others. @param {any} hazard */
export const known = (hazard) => (hazard.relayed ? t('発表') : hazard.observed ? t('観測') : t('予測'));

/**
 * Colour, number and word of a danger or an alert. What has no 警戒レベル gets its kind on neutral ground: the five
 * colours mean evacuation and nothing else.
 * @param {any} thing a hazard or an alert
 * @returns {HTMLElement}
 */
export function chip(thing) {
  const look = thing.observed === false ? 'level foreseen' : 'level';
  if (!thing.alert_level || !thing.level) return h('span', { class: look, 'data-level': 'none' }, h('span', {}, word('kinds', thing.kind)));
  return h('span', { class: look, 'data-level': thing.level },
    h('b', {}, h('span', { class: 'unseen' }, t('レベル')), thing.level), h('span', {}, isOrder(thing) ? called(thing) : t('{level}相当', { level: called(thing) })));
}

/** What the level is called; an order of the city by its own name. @param {any} thing */
const called = (thing) => (language === 'ja' && thing.order) || word('levels', String(thing.level));

/**
 * A headline for a list where chips already say the level and the banner says the drill. What is sent is never shortened.
 * @param {string} text
 * @returns {string}
 */
export const brief = (text) => text.replaceAll(/^(【訓練】|【試験】)+|(【訓練】|【試験】)+$/g, '').replace(/^【警戒レベル[１-５1-5][^】]*】/, '');

/**
 * Channels, each once, those that most people read first.
 * @param {string[]} channels
 * @returns {string[]}
 */
export function inOrder(channels) {
  const known = Object.keys(words.channels ?? {});
  const place = (/** @type {string} */ c) => (known.includes(c) ? known.indexOf(c) : known.length);
  return [...new Set(channels)].sort((a, b) => place(a) - place(b) || a.localeCompare(b));
}

/** @returns {boolean} */
export const exercise = () => document.documentElement.dataset.exercise === 'true';

/** The mark of what one person issued alone in an emergency. @param {any} alert @returns {HTMLElement | null} */
export const glassMark = (alert) => (alert?.break_glass ? h('span', { class: 'glass-mark', title: t('{person}が一人で発表。理由：{reason}', { person: alert.break_glass.person, reason: alert.break_glass.reason }) }, t('緊急発表')) : null);

/**
 * The mark of a drill or a test; and, while the hub runs a drill, the mark of what is real all the same.
 * @param {string} status
 * @returns {HTMLElement | null}
 */
export function drillMark(status) {
  if (status === 'Exercise') return h('span', { class: 'drill-mark' }, t('訓練'));
  if (status === 'Test') return h('span', { class: 'drill-mark' }, t('試験'));
  return exercise() && status === 'Actual' ? h('span', { class: 'real-mark' }, t('実際')) : null;
}
