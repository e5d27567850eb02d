// @ts-check
// What the page says, in the language it speaks. Sentences are written in Japanese where they are shown: t('承認待ち {n}件', { n }).
// The catalogue is there before any module that imports this runs, so that constants may be sentences, too.

const address = document.documentElement.dataset.sentences;

/** @type {Record<string, string | string[]>} */
const sentences = address ? await fetch(address).then((answer) => answer.json()).catch(() => ({})) : {};

/** The tag of the language: Japanese unless the page brings a catalogue of another. */
export const language = address ? document.documentElement.lang : 'ja';

const GAP = /\{(\w+)\}/;

/**
 * @param {string} sentence
 * @param {Record<string, any>} values
 */
function said(sentence, values) {
  const found = sentences[sentence] ?? sentence;
  return typeof found === 'string' ? found : found[values.n === 1 ? 0 : 1];
}

/**
 * The sentence with its gaps filled. `n` counts: 「{n}件」 has an English for one and for many.
 * @param {string} sentence
 * @param {Record<string, any>} [values]
 * @returns {string}
 */
export const t = (sentence, values = {}) => said(sentence, values).split(GAP).map((piece, i) => (i % 2 ? String(values[piece] ?? `{${piece}}`) : piece)).join('');

/**
 * The same where a gap holds an element: the pieces in the order of the language, as children of an element.
 * @param {string} sentence
 * @param {Record<string, any>} values
 * @returns {any[]}
 */
export const pieces = (sentence, values) => said(sentence, values).split(GAP).map((piece, i) => (i % 2 ? (values[piece] ?? `{${piece}}`) : piece));

/**
 * The half that this reader has, of what stands in both languages.
 * @param {any} thing {ja, en}, or 「日本語 / English」
 * @returns {string}
 */
export function own(thing) {
  if (!thing) return '';
  const [ja, en] = typeof thing === 'string' ? thing.split(' / ') : [thing.ja, thing.en];
  return language === 'en' ? (en || ja) : ja;
}

if (address) import('./foreign.js');
