// @ts-check
// How fast a value moves: each series is fetched once, and then grows by the values that come in.
import { features, get } from './api.js';
import { desk, isKept } from './desk.js';
import { asked, isAhead, viewed } from './instant.js';

const HOUR = 3600000;

/** @type {Map<string, {at: number, value: number}[]>} */
const series = new Map();

/** The same at another time: the values then, and an hour before. @type {Map<string, {at: number, value: number}[]>} */
let then = new Map();

/** Of another time two pictures tell as much as the series: the one that is shown, and the one of an hour before. */
export async function learnThen() {
  then = new Map();
  const at = viewed();
  if (!at || isAhead()) return;
  const earlier = new Date(at.getTime() - HOUR);
  const before = isKept(earlier) ? await features(asked('readings/latest?limit=1000', false, earlier)).catch(() => []) : [];
  for (const r of [...before, ...desk.readings].filter((/** @type {any} */ one) => one.value !== null && one.trusted !== false)) {
    const known = then.get(`${r.station}/${r.quantity}`) ?? [];
    then.set(`${r.station}/${r.quantity}`, [...known, { at: Date.parse(r.time), value: r.value }]);
  }
}

/** Take the newest readings in; fetch the past of sensors not met before. Resolves when all are known. */
export async function learn() {
  if (viewed()) return;
  const fresh = desk.readings.filter((/** @type {any} */ r) => r.value !== null && r.trusted !== false);
  await Promise.allSettled(fresh.map(async (/** @type {any} */ r) => {
    const key = `${r.station}/${r.quantity}`;
    if (!series.has(key)) {
      series.set(key, []);
      const past = await get(`readings/${encodeURIComponent(r.station)}/${encodeURIComponent(r.quantity)}?hours=2`);
      series.set(key, past.points.filter((/** @type {any} */ p) => p.trusted !== false).map((/** @type {any} */ p) => ({ at: Date.parse(p.time), value: p.value })));
    }
    const known = series.get(key) ?? [];
    const at = Date.parse(r.time);
    if (!known.length || at > known[known.length - 1].at) known.push({ at, value: r.value });
    while (known.length && known[0].at < at - 2 * HOUR) known.shift();
  }));
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
