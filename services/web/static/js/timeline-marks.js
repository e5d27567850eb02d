// @ts-check
// What stands under the time slider: days, hours, where the past is not kept, and when alerts went out or dangers moved.
import { list } from './api.js';
import { byId, fill, svg as s } from './dom.js';
import { clockTime, dayOf, hubNow } from './time.js';

export const STEP = 600000; // milliseconds: the slider's step, and that of the marks
export const BACK = 288;
export const AHEAD = 36;

/** @typedef {{at: string, issued: number, moved: number, level: number, text: string}} Mark */

/** @type {Mark[]} oldest first */
let marks = [];

/** The full ten minutes that hold now: the slider's zero. @returns {number} */
export const base = () => Math.floor(hubNow().getTime() / STEP) * STEP;

/** Fetch the marks again. What fails keeps what it had. */
export async function learnMarks() {
  marks = await list('timeline').catch(() => marks);
}

/** @param {number} at @returns {Mark | undefined} what happened in the step that ends there */
export const markAt = (at) => marks.find((one) => Date.parse(one.at) === at);

/**
 * The nearest step in which something happened, before or after one.
 * @param {number} at
 * @param {-1 | 1} way
 * @returns {number | undefined}
 */
export function nextMark(at, way) {
  const times = marks.map((one) => Date.parse(one.at));
  return way < 0 ? times.filter((one) => one < at).pop() : times.find((one) => one > at && one < base());
}

/** @param {string | null | undefined} since how far back the past is kept */
export function drawMarks(since) {
  const zero = base();
  const x = (/** @type {number} */ at) => Math.max(0, Math.min(BACK + AHEAD, BACK + (at - zero) / STEP));
  const kept = since ? x(Math.ceil(Date.parse(since) / STEP) * STEP) : BACK;
  fill(byId('when-marks'),
    s('rect', { x: 0, y: 0, width: kept, height: 24, class: 'when-unknown' }),
    s('rect', { x: BACK, y: 0, width: AHEAD, height: 24, class: 'when-ahead' }),
    marks.map((one) => s('rect', {
      x: x(Date.parse(one.at)) - 0.5, y: one.issued ? 0 : 11, width: one.issued ? 1.6 : 1, height: one.issued ? 24 : 13,
      class: one.issued ? 'when-issued' : 'when-moved',
    })),
    s('rect', { x: BACK - 0.4, y: 0, width: 0.8, height: 24, class: 'when-now' }));
  drawHours(zero, x);
}

/** Midnights by their day, and every sixth hour between. @param {number} zero @param {(at: number) => number} x */
function drawHours(zero, x) {
  const found = [];
  const hour = 6 * STEP;
  for (let at = Math.ceil((zero - BACK * STEP) / hour) * hour; at <= zero + AHEAD * STEP; at += hour) {
    const there = new Date(at + 9 * hour).getUTCHours(); // in Japan
    if (there % 6) continue;
    const label = document.createElement('span');
    label.textContent = there ? clockTime(new Date(at)).slice(0, 5) : dayOf(new Date(at));
    label.dataset.day = String(!there);
    label.dataset.half = String(there % 12 === 0);
    label.style.insetInlineStart = `${(x(at) / (BACK + AHEAD)) * 100}%`;
    found.push(label);
  }
  fill(byId('when-hours'), found);
}
