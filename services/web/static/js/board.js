// @ts-check
// The deliveries board: which alert went where. Every cell says its state in a word and a sign.
import { desk } from './desk.js';
import { byId, fill, h, table } from './dom.js';
import { timeTag } from './time.js';
import { about, brief, chip, drillMark, word } from './words.js';

const TROUBLE = ['unknown', 'rejected', 'expired'];

export function drawBoard() {
  const channels = [...new Set(desk.deliveries.map((/** @type {any} */ d) => d.channel))].sort();
  const rows = groups().map(([alert, some]) => h('tr', {},
    h('th', { scope: 'row', class: 'wide' }, alert ? h('button', { type: 'button', class: 'link', 'data-select': `area:${alert.places[0]?.code ?? ''}`, 'data-key': `board-${alert.identifier}` }, brief(alert.texts.ja.headline)) : some[0].series,
      h('span', { class: 'muted small nowrap' }, `　第${some[0].revision}報`)),
    h('td', { class: 'nowrap' }, alert ? [alert.status === 'Test' ? drillMark(alert.status) : null, chip(alert)] : '–'),
    h('td', { class: 'nowrap' }, timeTag(some[0].created_at)),
    channels.map((channel) => cell(some.find((d) => d.channel === channel)))));
  fill(byId('deliveries'), table('発表と経路ごとの配信状況', ['発表', 'レベル', '承認', ...channels.map((c) => word('channels', String(c)))], rows, 'まだ何も送っていません。承認すると、経路ごとの状況がここに出ます。'));
  badge(desk.deliveries.filter((/** @type {any} */ d) => TROUBLE.includes(d.state) && !over(d)).length);
}

/** Deliveries by alert revision, newest first. @returns {[any, any[]][]} */
function groups() {
  const found = new Map();
  for (const one of desk.deliveries) {
    const key = `${one.series} ${one.revision}`;
    found.set(key, [...(found.get(key) ?? []), one]);
  }
  return [...found.values()].map((some) => [alertOf(some[0]), some]);
}

/** @param {any} one */
const alertOf = (one) => desk.alerts.find((/** @type {any} */ a) => a.series === one.series && a.revision === one.revision);
/** @param {any} one */
const over = (one) => ['superseded', 'ended'].includes(alertOf(one)?.state);

/** @param {any} one a delivery, or nothing */
function cell(one) {
  if (!one) return h('td', { class: 'muted' }, '–');
  const look = about('deliveries', one.state);
  const shade = look.tone === 'bad' ? 'bad' : look.tone === 'doubt' ? 'doubt' : '';
  const more = one.attempts > 1 && one.state !== 'accepted' ? `${one.attempts}回目` : '';
  const why = look.tone === 'good' ? '' : [one.reason, more].filter(Boolean).join('・');
  return h('td', { class: shade }, h('a', { class: `cell tone-${look.tone ?? 'wait'}`, href: `/ops/outbox#${encodeURIComponent(one.id)}` }, h('i', { 'aria-hidden': 'true' }, look.mark ?? ''), look.ja ?? one.state),
    one.finished_at && look.tone === 'good' ? h('span', { class: 'why' }, timeTag(one.finished_at)) : null,
    why ? h('span', { class: 'why' }, why) : null);
}

/** @param {number} count deliveries that somebody must look at */
function badge(count) {
  const tab = byId('tab-deliveries');
  tab.querySelector('.badge')?.remove();
  if (count) tab.append(h('span', { class: 'badge' }, `要確認 ${count}`));
}
