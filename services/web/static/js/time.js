// @ts-check
// Times as people in Japan have them, whatever the PC is set to: the one place of the scripts that writes any.
// `now` follows the hub's clock, not the PC's.
import { h } from './dom.js';
import { counted } from './instant.js';
import { language, t } from './language.js';

const zone = 'Asia/Tokyo';
const place = language === 'ja' ? 'ja-JP' : 'en-GB';
/** @param {Intl.DateTimeFormatOptions} parts */
const writer = (parts) => new Intl.DateTimeFormat(place, { timeZone: zone, ...parts });
const hm = writer({ hour: '2-digit', minute: '2-digit', hour12: false });
const hms = writer({ hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false });
const day = writer({ month: language === 'ja' ? 'numeric' : 'short', day: 'numeric', weekday: 'short' });
const full = writer({ year: 'numeric', month: language === 'ja' ? 'numeric' : 'short', day: 'numeric', weekday: 'short' });
const isoDay = new Intl.DateTimeFormat('sv-SE', { timeZone: zone });
const JST = language === 'ja' ? '' : ' JST'; // in Japanese the bar of every page says 日本時間

let offset = 0;

/** @param {string | undefined} hubTime the hub's clock, as it said a moment ago */
export function setClock(hubTime) {
  if (hubTime) offset = Date.parse(hubTime) - Date.now();
}

/** The hub's clock, whatever is looked at. @returns {Date} */
export const hubNow = () => new Date(Date.now() + offset);

/** The instant that the picture is of, from which ages count: the hub's clock, unless people look at another time. @returns {Date} */
export const now = () => counted() ?? hubNow();

/** @param {string | Date} at */
export const clockTime = (at) => hm.format(new Date(at)) + JST;
export const seconds = () => hms.format(hubNow());
export const today = () => full.format(hubNow());

/** The day alone. @param {string | Date} at */
export const dayOf = (at) => day.format(new Date(at));

/** With the year and the zone. @param {string | Date} at */
export const stated = (at) => t('{time} 日本時間', { time: `${full.format(new Date(at))} ${hm.format(new Date(at))}` });

/**
 * 「02:41」, with the date where it is not today.
 * @param {string | Date} at
 * @returns {string}
 */
export function moment(at) {
  const date = new Date(at);
  return (isoDay.format(date) === isoDay.format(now()) ? hm.format(date) : `${day.format(date)} ${hm.format(date)}`) + JST;
}

/**
 * 「3分前」, "3 minutes ago"
 * @param {string | Date} at
 * @returns {string}
 */
export function ago(at) {
  const minutes = Math.floor((now().getTime() - new Date(at).getTime()) / 60000);
  if (minutes < -1) return ahead(-minutes);
  if (minutes < 1) return t('いま');
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  if (!hours) return t('{n}分前', { n: rest });
  if (hours >= 48) return t('{n}日前', { n: Math.floor(hours / 24) });
  return hours < 10 && rest ? t('{hours}時間{minutes}分前', { hours, minutes: rest }) : t('{n}時間前', { n: hours });
}

/** @param {number} minutes @returns {string} */
function ahead(minutes) {
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  if (!hours) return t('{n}分後', { n: rest });
  if (hours >= 48) return t('{n}日後', { n: Math.floor(hours / 24) });
  return hours < 10 && rest ? t('{hours}時間{minutes}分後', { hours, minutes: rest }) : t('{n}時間後', { n: hours });
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
  return h('time', { datetime: at, title: stated(at) }, withAge ? t('{time}（{age}）', { time: moment(at), age: ago(at) }) : moment(at));
}
