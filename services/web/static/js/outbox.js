// @ts-check
// The outbox viewer: every sending as its readers see it, and in an exercise the proof that exactly this arrived.
import { compare, fetchArrived, strangers } from './arrived.js';
import { BAR, desk, refresh } from './desk.js';
import { byId, fill, h } from './dom.js';
import { own, t } from './language.js';
import { listen } from './live.js';
import { showPayload } from './payload.js';
import { drawAge, drawStatus, setLine } from './status.js';
import { clockTime, timeTag } from './time.js';
import { trouble } from './trouble.js';
import { about, chip, deliveryLook, drillMark, exercise, glassMark, inOrder, loadWords, word } from './words.js';

const PARTS = [...BAR, 'deliveries'];

/** @type {Map<string, import('./arrived.js').Arrived>} */
let arrived = new Map();

async function update() {
  await refresh(PARTS);
  arrived = await fetchArrived().catch(() => arrived);
  drawStatus();
  draw();
}

function draw() {
  const channels = inOrder(desk.deliveries.map((/** @type {any} */ d) => d.channel));
  byId('proof').textContent = proof();
  fill(byId('outlets'), channels.length ? channels.map(column) : h('p', { class: 'empty' }, t('まだ何も送っていません。承認したものが、ここに受け手の見え方で並びます。')));
}

/** @param {any} delivery */
const alertOf = (delivery) => desk.alerts.find((/** @type {any} */ a) => a.series === delivery.series && a.revision === delivery.revision);

/** One sentence about everything that arrived. */
function proof() {
  const known = [...arrived].filter(([, a]) => a.known);
  if (!known.length) return '';
  const checked = desk.deliveries.filter((/** @type {any} */ d) => arrived.get(d.channel)?.known && ['accepted', 'duplicate'].includes(d.state));
  const good = checked.filter((/** @type {any} */ d) => compare(d, partsOf(d), arrived.get(d.channel)).same).length;
  const odd = known.reduce((sum, [channel, a]) => sum + strangers(desk.deliveries.filter((/** @type {any} */ d) => d.channel === channel), a).length, 0);
  return t('受け側と照合：{n}件のうち {good}件が一致、覚えのない投稿 {odd}件', { n: checked.length, good, odd });
}

/** @param {any} delivery @returns {string[]} */
const partsOf = (delivery) => alertOf(delivery)?.payloads?.[delivery.channel]?.parts ?? [];

/** @param {string} channel */
function column(channel) {
  const some = desk.deliveries.filter((/** @type {any} */ d) => d.channel === channel);
  const over = arrived.get(channel);
  const odd = over?.known ? strangers(some, over) : [];
  return h('section', { class: 'outlet-column', 'aria-labelledby': `outlet-${channel}` },
    h('h2', { id: `outlet-${channel}` }, word('channels', channel), h('span', {}, over?.error || t('{n}件', { n: some.length }))),
    odd.length ? h('div', { class: 'strangers' }, h('h3', {}, t('送信箱にない投稿が受け側に {n}件あります', { n: odd.length })), odd.map((item) => h('p', { class: 'tweet-text' }, item.text))) : null,
    some.map((/** @type {any} */ d) => sending(d)));
}

/** @param {any} delivery */
function sending(delivery) {
  const alert = alertOf(delivery);
  const look = deliveryLook(delivery);
  return h('article', { class: 'sending', id: delivery.id, tabindex: -1 },
    h('header', { class: 'sending-head' }, drillMark(delivery.status), glassMark(alert), alert ? chip(alert) : null,
      h('span', { class: 'tag' }, t('第{revision}報', { revision: delivery.revision })),
      h('span', { class: `cell tone-${look.tone ?? 'wait'}` }, h('i', { 'aria-hidden': 'true' }, look.mark ?? ''), look.ja ? own(look) : delivery.state),
      timeTag(delivery.finished_at ?? delivery.created_at)),
    both(delivery),
    look.tone === 'good' || !(delivery.cause || delivery.reason) ? null : h('p', { class: 'sending-why trouble' }, trouble(delivery)),
    h('div', { class: 'sending-body' }, delivery.channel === 'x' ? thread(delivery, alert) : showPayload(alert?.payloads?.[delivery.channel])),
    evidence(delivery));
}

/** What we sent, and what the channel confirmed. We sent by the computers' clock: an exercise, whose time may run fast, tells no such time. @param {any} delivery */
function both({ channel, sent, confirmed }) {
  const heard = ['accepted', 'duplicate'].includes(confirmed.state);
  const means = heard ? own(about('confirms', channel)) : '';
  return h('dl', { class: 'both' },
    h('div', {}, h('dt', {}, t('こちら')), h('dd', {}, word('sent', sent.state), sent.at && !exercise() ? [' ', timeTag(sent.at)] : null, sent.attempts > 1 ? t('（{attempts}回目）', { attempts: sent.attempts }) : '')),
    h('div', {}, h('dt', {}, t('相手')), h('dd', { class: heard ? 'tone-good' : confirmed.state === 'nothing' ? 'tone-wait' : 'tone-bad' }, word('confirmed', confirmed.state), confirmed.at ? [' ', timeTag(confirmed.at)] : null,
      confirmed.receipts.length ? h('span', { class: 'receipt' }, confirmed.receipts.join('、')) : null, means ? h('span', { class: 'means' }, means) : null)));
}

/** Whether exactly the approved text stands on the other side. @param {any} delivery */
function evidence(delivery) {
  const over = arrived.get(delivery.channel);
  if (!over?.known || !['accepted', 'duplicate'].includes(delivery.state)) return null;
  const result = compare(delivery, partsOf(delivery), over);
  if (result.same) return h('p', { class: 'arrived tone-good' }, t('✓ 受け側で確認：承認した本文と一字一句同じ（{ids}）', { ids: delivery.remote_ids.join('、') }));
  return h('p', { class: 'arrived tone-bad' }, result.some ? t('✕ 受け側の本文が承認したものと違います') : t('✕ 受け側に見当たりません'));
}

/** A thread on the timeline. In an exercise the text is the one that arrived. @param {any} delivery @param {any} alert */
function thread(delivery, alert) {
  const payload = alert?.payloads?.x;
  if (!payload || payload.reason) return showPayload(payload);
  const { found } = compare(delivery, payload.parts, arrived.get('x'));
  const city = document.body.dataset.city ?? '';
  const before = earlier(delivery);
  return h('div', { class: 'thread' }, before ? h('p', { class: 'reply' }, t('↩ 第{revision}報への返信', { revision: before.revision })) : null,
    payload.parts.map((/** @type {string} */ part, /** @type {number} */ i) => {
      const item = found[i];
      const at = delivery.finished_at;
      return h('div', { class: 'tweet' }, h('span', { class: 'face', 'aria-hidden': 'true' }, city.slice(0, 1)),
        h('div', {}, h('p', { class: 'tweet-name' }, h('strong', {}, t('{city}防災', { city })), delivery.remote_ids[i] ? h('span', {}, `・${at ? clockTime(at) : t('送信中')}`) : h('span', {}, t('・まだ出ていません'))),
          h('p', { class: 'tweet-text' }, linked(item?.text ?? part)),
          h('p', { class: 'tweet-foot' }, h('span', {}, payload.parts.length > 1 ? t('スレッド {i}/{n}', { i: i + 1, n: payload.parts.length }) : ''), h('span', {}, payload.counts?.[i] ?? ''))));
    }));
}

/** @param {any} delivery */
const earlier = (delivery) => desk.deliveries.filter((/** @type {any} */ d) => d.series === delivery.series && d.channel === delivery.channel && d.revision < delivery.revision && d.remote_ids.length)
  .sort((/** @type {any} */ a, /** @type {any} */ b) => b.revision - a.revision)[0];

/** Addresses in a post, shown as the reader sees them; nothing here leads away. @param {string} text */
const linked = (text) => text.split(/(https?:\/\/\S+)/).map((piece, i) => (i % 2 ? h('span', { class: 'url' }, piece) : piece));

async function start() {
  await loadWords();
  await update();
  if (location.hash) document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView();
  document.body.dataset.outbox = 'ready';
  listen({ line: setLine, changed: () => update() });
  setInterval(drawAge, 1000);
  setInterval(update, 60000);
}

start();
