// @ts-check
// The deliveries board: which alert went where. Every cell says its state in a word and a sign.
import { desk } from './desk.js';
import { byId, fill, h, table } from './dom.js';
import { own, t } from './language.js';
import { timeTag } from './time.js';
import { trouble } from './trouble.js';
import { brief, chip, deliveryLook, drillMark, glassMark, inOrder, word } from './words.js';

const TROUBLE = ['unknown', 'rejected', 'expired'];

/** Whether older revisions are shown too. */
let all = false;

export function drawBoard() {
  const channels = inOrder(desk.deliveries.map((/** @type {any} */ d) => d.channel));
  const groups = grouped();
  const newest = new Map();
  for (const [, some] of groups) newest.set(some[0].series, Math.max(newest.get(some[0].series) ?? 0, some[0].revision));
  const shown = groups.filter(([, some]) => all || some[0].revision === newest.get(some[0].series) || some.some(open));
  const rows = shown.map(([alert, some]) => h('tr', { class: some[0].revision === newest.get(some[0].series) ? '' : 'older' },
    h('th', { scope: 'row', class: 'wide' }, h('div', { class: 'tags' }, alert ? [alert.status === 'Test' ? drillMark(alert.status) : null, glassMark(alert), chip(alert)] : null, h('span', { class: 'tag' }, t('第{revision}報', { revision: some[0].revision })), h('span', { class: 'muted small' }, timeTag(some[0].created_at))),
      alert ? h('button', { type: 'button', class: 'link', 'data-select': `area:${alert.places[0]?.code ?? ''}`, 'data-key': `board-${alert.identifier}` }, brief(alert.texts.ja.headline)) : some[0].series),
    channels.map((channel) => cell(some.find((d) => d.channel === channel)))));
  const older = groups.length - shown.length;
  fill(byId('deliveries'), table(t('発表と経路ごとの配信状況'), [t('発表'), ...channels.map((c) => word('channels', c))], rows, t('まだ何も送っていません。承認すると、経路ごとの状況がここに出ます。')),
    older || all ? h('p', { class: 'more-rows' }, h('button', { type: 'button', class: 'button slim', 'data-key': 'board-all', on: { click: toggle } }, all ? t('最新の報だけを見る') : t('前の報も見る（{older}件）', { older }))) : null);
  badge(desk.deliveries.filter((/** @type {any} */ d) => TROUBLE.includes(d.state) && !over(d)).length);
}

function toggle() {
  all = !all;
  drawBoard();
}

/** Deliveries by alert revision, newest first. @returns {[any, any[]][]} */
function grouped() {
  const found = new Map();
  for (const one of desk.deliveries) {
    const key = `${one.series} ${one.revision}`;
    found.set(key, [...(found.get(key) ?? []), one]);
  }
  return [...found.values()].map((some) => [alertOf(some[0]), some]);
}

/** Still moving, or in trouble. @param {any} one */
const open = (one) => ['waiting', 'sending', 'unknown', 'rejected'].includes(one.state);

/** @param {any} one */
const alertOf = (one) => desk.alerts.find((/** @type {any} */ a) => a.series === one.series && a.revision === one.revision);
/** @param {any} one */
const over = (one) => ['superseded', 'ended'].includes(alertOf(one)?.state);

/** @param {any} one a delivery, or nothing */
function cell(one) {
  if (!one) return h('td', { class: 'muted' }, '–');
  const look = deliveryLook(one);
  const shade = look.tone === 'bad' ? 'bad' : look.tone === 'doubt' ? 'doubt' : '';
  const more = one.attempts > 1 && one.state !== 'accepted' ? t('{attempts}回目', { attempts: one.attempts }) : '';
  const why = look.tone === 'good' ? [] : [...trouble(one), more || null].filter(Boolean);
  return h('td', { class: shade }, h('a', { class: `cell tone-${look.tone ?? 'wait'}`, href: `/ops/outbox#${encodeURIComponent(one.id)}` }, h('i', { 'aria-hidden': 'true' }, look.mark ?? ''), look.ja ? own(look) : one.state),
    one.finished_at && look.tone === 'good' ? h('span', { class: 'why' }, timeTag(one.finished_at)) : one.cause ? null : h('span', { class: 'why' }, bothStates(one)),
    why.length ? h('span', { class: 'why trouble' }, why) : null);
}

/** What we sent and what the channel confirmed are two things. @param {any} one */
const bothStates = (one) => t('こちら：{sent}／相手：{heard}', { sent: word('sent', one.sent.state), heard: word('confirmed', one.confirmed.state) });

/** @param {number} count deliveries that somebody must look at */
function badge(count) {
  const tab = byId('tab-deliveries');
  tab.querySelector('.badge')?.remove();
  if (count) tab.append(h('span', { class: 'badge' }, t('要確認 {count}', { count })));
}
