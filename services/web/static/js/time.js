// @ts-check
// Times as people in Japan read them, whatever the PC is set to. `now` follows the hub's clock, not the PC's.
import { h } from './dom.js';

const zone = 'Asia/Tokyo';
const hm = new Intl.DateTimeFormat('ja-JP', { timeZone: zone, hour: '2-digit', minute: '2-digit', hour12: false });
const hms = new Intl.DateTimeFormat('ja-JP', { timeZone: zone, hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false });
const day = new Intl.DateTimeFormat('ja-JP', { timeZone: zone, month: 'numeric', day: 'numeric', weekday: 'short' });
const full = new Intl.DateTimeFormat('ja-JP', { timeZone: zone, year: 'numeric', month: 'numeric', day: 'numeric', weekday: 'short' });
const isoDay = new Intl.DateTimeFormat('sv-SE', { timeZone: zone });

let offset = 0;

/** @param {string | undefined} hubTime the hub's clock, as it said a moment ago */
export function setClock(hubTime) {
  if (hubTime) offset = Date.parse(hubTime) - Date.now();
}

/** @returns {Date} */
export const now = () => new Date(Date.now() + offset);

/** @param {string | Date} at */
export const clockTime = (at) => hm.format(new Date(at));
export const seconds = () => hms.format(now());
export const today = () => full.format(now());

/**
 * 「02:41」, with the date where it is not today.
 * @param {string | Date} at
 * @returns {string}
 */
export function moment(at) {
  const date = new Date(at);
  return isoDay.format(date) === isoDay.format(now()) ? hm.format(date) : `${day.format(date)} ${hm.format(date)}`;
}

/**
 * 「3分前」
 * @param {string | Date} at
 * @returns {string}
 */
export function ago(at) {
  const minutes = Math.floor((now().getTime() - new Date(at).getTime()) / 60000);
  if (minutes < -1) return `${span(-minutes)}後`;
  return minutes < 1 ? 'いま' : `${span(minutes)}前`;
}

/** @param {number} minutes */
function span(minutes) {
  if (minutes < 60) return `${minutes}分`;
  return minutes < 48 * 60 ? `${Math.floor(minutes / 60)}時間${minutes < 600 && minutes % 60 ? `${minutes % 60}分` : ''}` : `${Math.floor(minutes / 1440)}日`;
}

/** @param {string | Date} at @returns {number} minutes since */
export const minutesSince = (at) => (now().getTime() - new Date(at).getTime()) / 60000;

/**
 * @param {string | undefined | null} at
 * @param {boolean} [withAge]
 * @returns {HTMLElement | string}
 */
export function timeTag(at, withAge = false) {
  if (!at) return '–';
  return h('time', { datetime: at, title: `${full.format(new Date(at))} ${hm.format(new Date(at))}` }, moment(at) + (withAge ? `（${ago(at)}）` : ''));
}
