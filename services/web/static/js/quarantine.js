// @ts-check
// What came in and could not be decoded: who sent it, why, where in the bytes; and reading it again once it is mended.
import { announce } from './announce.js';
import { post, Refused } from './api.js';
import { desk } from './desk.js';
import { byId, fill, h, table } from './dom.js';
import { timeTag } from './time.js';

/** @type {() => Promise<any>} */
let afterReplay = async () => {};

/** @param {() => Promise<any>} after called when something was read after all */
export function wireQuarantine(after) {
  afterReplay = after;
}

export function drawQuarantine() {
  const kept = desk.quarantine;
  byId('tab-quarantine').textContent = kept.length ? `読めなかったもの（${kept.length}）` : '読めなかったもの';
  const rows = kept.map((/** @type {any} */ q) => h('tr', {},
    h('td', { class: 'nowrap' }, timeTag(q.received_at)),
    h('th', { scope: 'row' }, q.gateway || '不明', h('span', { class: 'muted small' }, ` ${q.topic}`)),
    h('td', { lang: 'en' }, q.message, h('span', { class: 'muted small' }, `（${q.at}）`)),
    h('td', { class: 'nowrap' }, `${q.times}回`),
    h('td', { class: 'nowrap' }, q.answered ? '✓ 送り主に返答した' : '返答待ち'),
    h('td', {}, bytesOf(q), againButton(q))));
  fill(byId('quarantine'), table('受け取ったが読めなかったもの', ['いつ', 'だれから', 'なぜ（どこ）', '回数', '返答', '中身'], rows, '読めなかったものはありません。'));
}

/** @param {any} q */
const bytesOf = (q) => h('details', { class: 'raw' }, h('summary', {}, `${q.bytes} バイト`), h('pre', {}, q.text), h('pre', { 'aria-label': '16進' }, q.hex));

/** @param {any} q */
const againButton = (q) => h('button', { type: 'button', class: 'button slim', 'data-key': `quarantine-${q.id}`, on: { click: () => again(q.id) } }, 'もう一度読む');

/** @param {number} id */
async function again(id) {
  try {
    const { new: count } = await post('quarantine/replay', { id });
    announce(`読めました。新しい記録 ${count} 件`);
    await afterReplay();
  } catch (problem) {
    announce(problem instanceof Refused ? problem.message : '読み直せませんでした。回線を確かめてください。', true);
  }
}
