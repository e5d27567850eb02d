// @ts-check
// What came in and could not be decoded: who sent it, why, where in the bytes; and reading it again once it is mended.
import { announce } from './announce.js';
import { post, Refused } from './api.js';
import { desk } from './desk.js';
import { byId, fill, h, table } from './dom.js';
import { isPast } from './instant.js';
import { t } from './language.js';
import { timeTag } from './time.js';

/** @type {() => Promise<any>} */
let afterReplay = async () => {};

/** @param {() => Promise<any>} after called when something was read after all */
export function wireQuarantine(after) {
  afterReplay = after;
}

export function drawQuarantine() {
  const kept = desk.quarantine;
  byId('tab-quarantine').textContent = kept.length ? t('読めなかったもの（{n}）', { n: kept.length }) : t('読めなかったもの');
  const rows = kept.map((/** @type {any} */ q) => h('tr', {},
    h('td', { class: 'nowrap' }, timeTag(q.received_at)),
    h('th', { scope: 'row' }, q.gateway || t('不明'), h('span', { class: 'muted small' }, ` ${q.topic}`)),
    h('td', { lang: 'en' }, q.message, h('span', { class: 'muted small' }, `（${q.at}）`)),
    h('td', { class: 'nowrap' }, q.times === null ? '–' : t('{times}回', { times: q.times })),
    h('td', { class: 'nowrap' }, q.answered === null ? '–' : q.answered ? t('✓ 送り主に返答した') : t('返答待ち')),
    h('td', {}, bytesOf(q), againButton(q), alikeButton(q, kept.filter((/** @type {any} */ other) => other.code === q.code)))));
  fill(byId('quarantine'), isPast() ? h('p', { class: 'muted' }, t('回数と返答は、いまの分だけを示します。いまに戻ると見られます。')) : null, table(t('受け取ったが読めなかったもの'), [t('いつ'), t('だれから'), t('なぜ（どこ）'), t('回数'), t('返答'), t('中身')], rows, t('読めなかったものはありません。')));
}

/** @param {any} q */
const bytesOf = (q) => h('details', { class: 'raw' }, h('summary', {}, t('{bytes} バイト', { bytes: q.bytes })), h('pre', {}, q.text), h('pre', { 'aria-label': t('16進') }, q.hex));

/** @param {any} q */
const againButton = (q) => h('button', { type: 'button', class: 'button slim', 'data-key': `quarantine-${q.id}`, on: { click: () => again(q.id) } }, t('もう一度読む'));

/** Only beside the newest of its kind. @param {any} q @param {any[]} alike */
const alikeButton = (q, alike) => (alike.length < 2 || alike[0] !== q ? ''
  : h('button', { type: 'button', class: 'button slim', 'data-key': `quarantine-all-${q.code}`, on: { click: () => allAgain(q.code) } }, t('同じ理由のものをすべて読み直す')));

/** @param {number} id */
const again = (id) => replay({ id }, (told) => t('読めました。新しい記録 {n} 件', { n: told.new }));

/** @param {string} code */
const allAgain = (code) => replay({ code }, (told) => {
  const left = Object.values(told.still_refused).reduce((sum, n) => sum + Number(n), 0);
  return t('{read} 件を読めました（新しい記録 {fresh} 件）。まだ読めないもの {left} 件', { read: told.read, fresh: told.new, left });
});

/** @param {Record<string, unknown>} wanted @param {(told: any) => string} words */
async function replay(wanted, words) {
  try {
    announce(words(await post('quarantine/replay', wanted)));
    await afterReplay();
  } catch (problem) {
    announce(problem instanceof Refused ? problem.message : t('読み直せませんでした。回線を確かめてください。'), true);
  }
}
