// @ts-check
// What endangers each area, as the map draws it: one answer for all layers until the next picture.
import { hazardsByArea, nowAndNext } from '../desk.js';

/** @type {Map<string, {now: any, next: any, worst: any}>} area code → what holds and what comes, as drawn */
let drawn = new Map();

/** Take what the desk holds for the next picture. */
export function learnDangers() {
  drawn = new Map([...hazardsByArea()].map(([code, some]) => [code, nowAndNext(some)]));
}

/** @param {string} code of an area @returns {{now: any, next: any, worst: any} | undefined} */
export const dangerAt = (code) => drawn.get(code);
