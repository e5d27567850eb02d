// @ts-check
// Channels that could not be used: shown until somebody has read what was sent late, and what never.
import { post } from './api.js';
import { desk } from './desk.js';
import { byId, fill, h } from './dom.js';
import { t } from './language.js';
import { moment } from './time.js';
import { tried } from './tried.js';
import { trouble } from './trouble.js';
import { drillMark, exercise, word } from './words.js';

/** @type {Set<number>} reports that are unfolded, and stay so when the desk is drawn again */
const unfolded = new Set();

/** @param {any} outage */
const span = (outage) => `${moment(outage.began)}〜${outage.ended ? moment(outage.ended) : t('続いています')}`;

/** @param {any} item */
const told = (item) => (item.fate === 'late' ? t('{late_minutes}分遅れて送った', { late_minutes: item.late_minutes }) : item.told);

export function drawOutages() {
  const unread = desk.outages;
  byId('outages').hidden = !unread.length;
  byId('outages-count').textContent = unread.length ? `${unread.length}` : '';
  fill(byId('outages-list'), unread.map(one));
}

/** @param {any} outage */
function one(outage) {
  const rows = outage.items.map((/** @type {any} */ i) => h('li', { 'data-fate': i.fate },
    h('b', {}, told(i)), h('span', {}, t('{headline}（第{revision}報、{issued}発表）', { headline: i.headline, revision: i.revision, issued: moment(i.issued) })), h('span', { class: 'muted small trouble' }, trouble(i))));
  const may = document.body.dataset.role !== 'viewer';
  const folding = { open: unfolded.has(outage.id), on: { toggle: (/** @type {any} */ e) => unfolded[e.target.open ? 'add' : 'delete'](outage.id) } };
  const detail = rows.length ? h('details', folding, h('summary', { 'data-key': `outage-items-${outage.id}` }, t('一件ずつ見る（{n}件）', { n: rows.length })), h('ul', {}, rows)) : null;
  const act = outage.ended
    ? may ? h('button', { type: 'button', class: 'button slim', 'data-outage': outage.id, 'data-key': `outage-${outage.id}` }, t('確認した')) : null
    : h('p', { class: 'small' }, t('送れるようになったら、まとめて報告します。'));
  return h('article', { class: 'outage', 'data-open': outage.ended ? null : 'true' },
    h('h3', {}, exercise() && outage.status === 'Exercise' ? null : drillMark(outage.status), word('channels', outage.channel), ' ', h('span', { class: 'muted small' }, span(outage))),
    h('p', {}, outage.told || t('送れていません。')), detail, act);
}

/** @param {() => Promise<any>} after called when one was read */
export function wireOutages(after) {
  byId('outages-list').addEventListener('click', async (/** @type {any} */ event) => {
    const number = event.target.closest('[data-outage]')?.dataset.outage;
    if (!number) return;
    await tried('outages-error', () => post('outages/seen', { id: Number(number) }));
    await after();
  });
}
