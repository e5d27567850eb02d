// @ts-check
// How fast a value moves: from the picture of an hour before, and then from the values that come in.
import { features } from './api.js';
import { desk, isKept } from './desk.js';
import { asked, isAhead, viewed } from './instant.js';
import { now } from './time.js';

const HOUR = 3600000;

/** @type {Map<string, {at: number, value: number}[]>} */
const series = new Map();

/** The same at another time: the values then, and an hour before. @type {Map<string, {at: number, value: number}[]>} */
let then = new Map();

/** When the picture of an hour before was asked for; what joins later is known by what comes in. */
let begun = false;

/** Of another time two pictures tell as much as the series: the one that is shown, and the one of an hour before. */
export async function learnThen() {
  then = new Map();
  const at = viewed();
  if (!at || isAhead()) return;
  const before = await hourBefore(at);
  for (const r of [...before, ...desk.readings].filter(isValue)) {
    const known = then.get(`${r.station}/${r.quantity}`) ?? [];
    then.set(`${r.station}/${r.quantity}`, [...known, { at: Date.parse(r.time), value: r.value }]);
  }
}

/** The newest readings as they were known an hour before; none where nobody knows. @param {Date} at @returns {Promise<any[]>} */
async function hourBefore(at) {
  const earlier = new Date(at.getTime() - HOUR);
  return isKept(earlier) ? features(asked('readings/latest?limit=1000', false, earlier)).catch(() => []) : [];
}

/** @param {any} r a reading */
const isValue = (r) => r.value !== null && r.trusted !== false;

/** Take the newest readings in, and the first time those of an hour before. */
export async function learn() {
  if (viewed()) return;
  const first = !begun;
  begun = true;
  for (const r of [...(first ? await hourBefore(now()) : []), ...desk.readings].filter(isValue)) {
    const key = `${r.station}/${r.quantity}`;
    const at = Date.parse(r.time);
    const known = series.get(key) ?? [];
    if (!known.length) series.set(key, known);
    if (!known.length || at > known[known.length - 1].at) known.push({ at, value: r.value });
    while (known.length && known[0].at < at - 2 * HOUR) known.shift();
  }
}

/**
 * Change per hour, from the newest value and the one closest to an hour before it; null where too little is known.
 * @param {string} station
 * @param {string} quantity
 * @returns {number | null}
 */
export function perHour(station, quantity) {
  const known = (viewed() ? then : series).get(`${station}/${quantity}`) ?? [];
  const last = known[known.length - 1];
  const past = known.filter((p) => p.at <= last.at - HOUR / 6).sort((a, b) => Math.abs(last.at - HOUR - a.at) - Math.abs(last.at - HOUR - b.at))[0];
  return past ? ((last.value - past.value) / (last.at - past.at)) * HOUR : null;
}
