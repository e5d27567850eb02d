// @ts-check
// Why a delivery is not there: what happened, what comes now and what to do first, in the language of the desk. The
// provider's own words stand behind it: whoever mends the account needs them, the officer on duty does not.
import { h } from './dom.js';
import { language, own, t } from './language.js';
import { about } from './words.js';

/** @param {{cause?: string, state: string, reason: string}} delivery @returns {any[]} nothing where nothing is wrong */
export function trouble({ cause, state, reason }) {
  const comes = about('onward', state);
  if (!cause) return [reason && language !== 'ja' && comes.en ? `${own(comes)} ` : null, reason || null].filter(Boolean);
  const gap = language === 'ja' ? '' : ' ';
  return [[about('causes', cause), comes].filter((one) => one.ja).map(own).join(gap), h('strong', { class: 'first' }, own(about('remedies', cause))), reason ? theirs(reason) : null].filter(Boolean);
}

/** @param {string} reason */
const theirs = (reason) => h('span', { class: 'theirs' }, t('詳細（英語）：'), h('q', { lang: 'en' }, reason));
