// @ts-check
// What one text says beyond another: the smallest set of strokes and additions, by words and, in Japanese, by characters.
import { h } from './dom.js';

const MOST = 1200; // pieces of a text; above, it is told by sentences

/** @typedef {{kind: 'same' | 'gone' | 'new', text: string}} Piece */

/** @param {string} before @param {string} after @returns {Piece[]} */
export function diff(before, after) {
  const cut = before.length + after.length > 2 * MOST ? sentences : letters;
  const a = cut(before), b = cut(after);
  let from = 0, end = 0; // what both begin and end with need not be compared
  while (from < a.length && from < b.length && a[from] === b[from]) from += 1;
  while (end < a.length - from && end < b.length - from && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1;
  const middle = compared(a.slice(from, a.length - end), b.slice(from, b.length - end));
  return joined([...same(a.slice(0, from)), ...middle, ...same(a.slice(a.length - end))]);
}

/** @param {string} text */
const letters = (text) => text.match(/[A-Za-z0-9０-９.:]+|[\s\S]/gu) ?? [];
/** @param {string} text */
const sentences = (text) => text.match(/[^。\n]*[。\n]?/g)?.filter(Boolean) ?? [];
/** @param {string[]} some @returns {Piece[]} */
const same = (some) => some.map((text) => ({ kind: 'same', text }));

/** The longest common subsequence. @param {string[]} a @param {string[]} b @returns {Piece[]} */
function compared(a, b) {
  const wide = b.length + 1, best = new Uint16Array((a.length + 1) * wide);
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) best[i * wide + j] = a[i] === b[j] ? best[(i + 1) * wide + j + 1] + 1 : Math.max(best[(i + 1) * wide + j], best[i * wide + j + 1]);
  }
  /** @type {Piece[]} */
  const found = [];
  let i = 0, j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) { found.push({ kind: 'same', text: a[i] }); i += 1; j += 1; }
    else if (j >= b.length || (i < a.length && best[(i + 1) * wide + j] >= best[i * wide + j + 1])) { found.push({ kind: 'gone', text: a[i] }); i += 1; }
    else { found.push({ kind: 'new', text: b[j] }); j += 1; }
  }
  return found;
}

/** Strokes before additions, and each in one piece. @param {Piece[]} some */
function joined(some) {
  /** @type {Piece[]} */
  const found = [];
  for (const one of some) {
    const last = found[found.length - 1];
    if (last?.kind === one.kind) last.text += one.text;
    else found.push({ ...one });
  }
  return found;
}

/** As it is read: what is gone struck through, what is new underlined. @param {string} before @param {string} after @returns {any[]} */
export const shownDiff = (before, after) => diff(before, after).map(({ kind, text }) => (kind === 'same' ? text : h(kind === 'gone' ? 'del' : 'ins', {}, text)));
