// @ts-check
// What endangers each area, as the map draws it: one answer for all layers until the next picture.
import { hazardsByArea, nowAndNext } from '../desk.js';

/** @typedef {{now: any, next: any, worst: any}} Danger */

/** @type {Map<string, Danger>} area code → what holds and what comes */
let known = new Map();
/** @type {Map<string, Danger>} the same, of what the officer wants to see */
let drawn = new Map();
/** Whether what was observed, and what is foreseen, is drawn. */
const sides = { observed: true, foreseen: true };

/** Take what the desk holds for the next picture. */
export function learnDangers() {
  const all = [...hazardsByArea()];
  known = new Map(all.map(([code, some]) => [code, nowAndNext(some)]));
  drawn = sides.observed && sides.foreseen ? known : new Map(all.map(([code, some]) => /** @type {[string, Danger]} */ ([code, nowAndNext(some.filter(isShown))])).filter(([, both]) => both.worst));
}

/** Whether this danger's side is drawn. @param {any} hazard */
export const isShown = (hazard) => (hazard.observed ? sides.observed : sides.foreseen);

/** Draw one side of the dangers, or leave it out. @param {'observed' | 'foreseen'} side @param {boolean} shown */
export function showSide(side, shown) {
  sides[side] = shown;
  learnDangers();
}

/** What is drawn there. @param {string} code of an area @returns {Danger | undefined} */
export const dangerAt = (code) => drawn.get(code);

/** What endangers it, drawn or not. @param {string} code of an area @returns {Danger | undefined} */
export const endangered = (code) => known.get(code);
