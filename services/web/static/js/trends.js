// @ts-check
// How fast a value moves: each series is fetched once, and then grows by the values that come in.
import { get } from './api.js';
import { desk } from './desk.js';

const HOUR = 3600000;

/** @type {Map<string, {at: number, value: number}[]>} */
const series = new Map();

/** Take the newest readings in; fetch the past of sensors not met before. Resolves when all are known. */
export async function learn() {
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
  const known = series.get(`${station}/${quantity}`) ?? [];
  const last = known[known.length - 1];
  const past = known.filter((p) => p.at <= last.at - HOUR / 6).sort((a, b) => Math.abs(last.at - HOUR - a.at) - Math.abs(last.at - HOUR - b.at))[0];
  return past ? ((last.value - past.value) / (last.at - past.at)) * HOUR : null;
}
