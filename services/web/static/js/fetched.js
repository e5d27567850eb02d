// @ts-check
// What a panel asks the hub for beyond what the desk holds: shown as it was, and asked for again when it is some seconds old.
import { get } from './api.js';

const FRESH = 4000; // milliseconds
const MOST = 40;

/** @type {Map<string, {at: number, body: any, failed: boolean}>} */
const kept = new Map();
/** @type {Set<string>} */
const asked = new Set();

/**
 * What is known by now, and a look at what is new.
 * @param {string} path
 * @param {() => void} after called when it came, or did not
 * @returns {{body: any, failed: boolean}} body undefined: not known yet
 */
export function fetched(path, after) {
  const known = kept.get(path);
  if (!asked.has(path) && (!known || Date.now() - known.at > FRESH)) {
    asked.add(path);
    get(path).then((body) => keep(path, body, false), () => keep(path, kept.get(path)?.body, true)).finally(() => {
      asked.delete(path);
      after();
    });
  }
  return known ?? { body: undefined, failed: false };
}

/** @param {string} path @param {any} body @param {boolean} failed */
function keep(path, body, failed) {
  kept.delete(path);
  kept.set(path, { at: Date.now(), body, failed });
  if (kept.size > MOST) kept.delete([...kept.keys()][0]);
}
