// @ts-check
// Which instant the desk looks at: now, one of the last two days as it was known then, or one to come as it is foreseen.
import { h } from './dom.js';
import { t } from './language.js';

/** @type {Date | undefined} */
let looked;
let ahead = false;
let present = false; // something of now is being drawn

/** @returns {Date | undefined} the instant from which ages count; none: now */
export const counted = () => (present ? undefined : looked);

/** @returns {Date | undefined} the instant that is looked at; none: now */
export const viewed = () => looked;

/** Whether what is looked at lies ahead. */
export const isAhead = () => ahead;

/** Whether what is looked at is over: ahead, what nobody foretells is shown as it is now. */
export const isPast = () => Boolean(looked) && !ahead;

/** @param {Date | undefined} at @param {boolean} [toCome] */
export function setViewed(at, toCome = false) {
  looked = at;
  ahead = Boolean(at) && toCome;
}

/**
 * The path of a collection, asked for the instant that is looked at. Of what is not foreseen, what lies ahead is asked as it is now.
 * @param {string} path
 * @param {boolean} [foreseen]
 * @param {Date | undefined} [at]
 */
export function asked(path, foreseen = false, at = looked) {
  if (!at || (ahead && !foreseen)) return path;
  return `${path}${path.includes('?') ? '&' : '?'}at=${encodeURIComponent(at.toISOString())}`;
}

/** The same where what was known then is asked by a parameter of its own. @param {string} path */
export const askedAsKnown = (path) => (looked && !ahead ? `${asked(path)}&known=${encodeURIComponent(looked.toISOString())}` : path);

/** Instead of what is told of now alone. */
export const ofNowOnly = () => h('p', { class: 'muted' }, t('このほかは、いまの分だけを示します。いまに戻ると見られます。'));

/**
 * Draw something that is always of now, whatever is looked at: ages in it count from the clock on the wall.
 * @template T
 * @param {() => T} work
 * @returns {T}
 */
export function asNow(work) {
  const before = present;
  present = true;
  try {
    return work();
  } finally {
    present = before;
  }
}
