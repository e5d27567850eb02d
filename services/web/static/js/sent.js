// @ts-check
// What was sent for a place: each revision, and on each channel what became of it.
import { isOurs } from './desk.js';
import { h } from './dom.js';
import { folded } from './folding.js';
import { pieces, t } from './language.js';
import { moment, timeTag } from './time.js';
import { trouble } from './trouble.js';
import { brief, chip, deliveryLook, drillMark, exercise, word } from './words.js';

const SHOWN = 4;

/** @param {any} picture @param {boolean} failed @returns {any[]} */
export function sentHere(picture, failed) {
  if (!picture) return [h('p', { class: failed ? 'nodata' : 'muted' }, failed ? t('読み込めませんでした。次の更新でもう一度試します。') : t('読み込んでいます…'))];
  const all = picture.sent.filter((/** @type {any} */ one) => isOurs(one.status) || one.status === 'Exercise');
  if (!all.length) return [h('p', { class: 'muted' }, t('この48時間、ここへは何も送っていません。'))];
  return [
    h('ul', { class: 'sent-here' }, all.slice(0, SHOWN).map(one)),
    all.length > SHOWN ? folded(`sent-${picture.code}`, t('ほか {n}件', { n: all.length - SHOWN }), h('ul', { class: 'sent-here' }, all.slice(SHOWN).map(one))) : null,
  ];
}

/** @param {any} alert */
const one = (alert) => h('li', { class: ['issued', 'draft'].includes(alert.state) ? '' : 'past' },
  h('p', { class: 'tags' }, exercise() && alert.status === 'Exercise' ? null : drillMark(alert.status), chip(alert), h('span', { class: alert.state === 'issued' ? 'tag solid' : 'tag' }, word('alert_states', alert.state)),
    h('span', { class: 'tag' }, t('第{n}報', { n: alert.revision })), alert.ends ? h('span', { class: 'tag' }, t('解除')) : null, alert.wide ? h('span', { class: 'tag' }, t('広い範囲')) : null, timeTag(alert.sent)),
  h('p', { lang: 'ja' }, h('a', { href: `/ops/alerts/${encodeURIComponent(alert.series)}` }, brief(alert.headline))),
  h('p', { class: 'small' }, alert.deliveries.length ? alert.deliveries.map(outlet) : h('span', { class: 'muted' }, alert.state === 'draft' ? t('まだ送っていません') : t('どの経路にも出ていません'))),
  ended(alert));

/** @param {any} delivery */
function outlet(delivery) {
  const look = deliveryLook(delivery);
  const name = word('channels', delivery.channel);
  const told = h('a', { class: `cell tone-${look.tone ?? 'wait'}`, href: `/ops/outbox#${encodeURIComponent(delivery.id)}` }, h('i', { 'aria-hidden': 'true' }, look.mark ?? ''), t('{channel}：{state}', { channel: name, state: word('deliveries', delivery.state) }));
  return [told, look.tone === 'bad' ? h('span', { class: 'muted trouble' }, trouble(delivery)) : null, ' '];
}

/** @param {any} alert */
function ended(alert) {
  if (alert.state === 'issued') return h('p', { class: 'muted small' }, pieces('{when} まで', { when: timeTag(alert.expires) }));
  return alert.state === 'draft' ? null : h('p', { class: 'muted small' }, t('{state}：{when}', { state: word('alert_states', alert.state), when: moment(alert.changed_at) }));
}
