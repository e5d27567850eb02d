// @ts-check
// What a draft says beyond what was last said of the same: channel by channel.
import { desk } from './desk.js';
import { shownDiff } from './diff.js';
import { h } from './dom.js';
import { pieces, t } from './language.js';
import { timeTag } from './time.js';
import { word } from './words.js';

/** The revision that people have: the newest before this one that was issued, else the draft before it. @param {any} draft @returns {any} */
export function before(draft) {
  const older = desk.alerts.filter((/** @type {any} */ a) => a.series === draft.series && a.revision < draft.revision)
    .sort((/** @type {any} */ a, /** @type {any} */ b) => b.revision - a.revision);
  return older.find((/** @type {any} */ a) => ['issued', 'superseded'].includes(a.state)) ?? older[0];
}

/** @param {any} payload @returns {string | null} null: nothing that is read as text */
const text = (payload) => (payload?.parts && (payload.media_type ?? '').startsWith('text/') ? payload.parts.join('\n――\n') : null);

/** Whether a channel's text is another than before. @param {any} draft @param {string} channel */
export function isChanged(draft, channel) {
  const old = before(draft);
  return old ? JSON.stringify(old.payloads?.[channel]?.parts ?? old.payloads?.[channel]?.reason) !== JSON.stringify(draft.payloads[channel]?.parts ?? draft.payloads[channel]?.reason) : false;
}

/** The differences of one channel, above its text. @param {any} draft @param {string} channel @returns {HTMLElement | null} */
export function changes(draft, channel) {
  const old = before(draft);
  if (!old) return null;
  const [was, is] = [text(old.payloads?.[channel]), text(draft.payloads[channel])];
  const head = h('summary', { 'data-key': `diff-${draft.identifier}-${channel}` }, pieces('前の第{revision}報（{state}、{when}）からの変更', { revision: old.revision, state: word('alert_states', old.state), when: timeTag(old.sent) }));
  if (was === null || is === null) return isChanged(draft, channel) ? h('p', { class: 'muted small' }, t('前の報から変わっています。')) : null;
  if (was === is) return h('p', { class: 'muted small' }, t('前の報から変わっていません。'));
  return h('details', { class: 'more', open: true }, head, h('p', { class: 'post-text diff', lang: 'ja' }, shownDiff(was, is)));
}

/** What changed beside the texts: places, level, end. @param {any} draft @returns {HTMLElement | null} */
export function changedFacts(draft) {
  const old = before(draft);
  if (!old) return null;
  const names = (/** @type {any} */ a) => a.places.map((/** @type {any} */ p) => p.name);
  const [more, less] = [names(draft).filter((/** @type {string} */ n) => !names(old).includes(n)), names(old).filter((/** @type {string} */ n) => !names(draft).includes(n))];
  const told = [
    more.length ? t('加わる区域：{names}', { names: more.join(t('、')) }) : '',
    less.length ? t('外れる区域：{names}', { names: less.join(t('、')) }) : '',
    old.level !== draft.level ? t('レベル {old} から {new} へ', { old: old.level, new: draft.level }) : '',
  ].filter(Boolean);
  return h('p', {}, told.length ? told.map((one, i) => [i ? h('br') : null, one]) : t('区域とレベルは前の報と同じです。'));
}
