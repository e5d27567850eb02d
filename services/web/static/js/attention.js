// @ts-check
// What needs a person, on every page of the desk: calls, drafts, channels that failed, a level that rose. Whatever
// somebody has taken needs nobody else.
import { desk, drafts, isDanger, presently, rank } from './desk.js';
import { byId, fill, h } from './dom.js';
import { t } from './language.js';
import { isMine, letGo, me, take, takers } from './presence.js';
import { ring } from './sound.js';
import { moment } from './time.js';
import { drillMark, exercise, word } from './words.js';

/** @typedef {'call' | 'draft' | 'outage' | 'level'} Kind */
/** @typedef {{key: string, kind: Kind, status: string, text: string, by: string[]}} Need `by`: who sees to it */

const KEEP = 'shirase-level'; // the level this officer knows of
const LOWEST = 2; // below, nothing is asked of anybody

/** @returns {Need[]} */
export function needs() {
  return [...calls(), ...waiting(), ...failed(), ...risen()];
}

/** @returns {Need[]} */
const calls = () => desk.calls.filter((/** @type {any} */ c) => c.state === 'calling')
  .map((/** @type {any} */ c) => ({ key: `call:${c.id}`, kind: 'call', status: c.status, text: c.subject, by: [] }));

/** Drafts that this officer could decide on. @returns {Need[]} */
const waiting = () => drafts(presently())
  .filter((d) => !d.objections?.length && !d.approvals?.some((/** @type {any} */ a) => a.person === me()))
  .map((d) => ({ key: `alert:${d.series}`, kind: 'draft', status: d.status, text: d.texts.ja.headline, by: takers(`alert:${d.series}`) }));

/** @param {any} o an outage */
const gap = (o) => ({ channel: word('channels', o.channel), when: moment(o.began) });

/** @returns {Need[]} */
const failed = () => presently().outages.map((/** @type {any} */ o) => ({
  key: `outage:${o.id}`, kind: 'outage', status: o.status, by: takers(`outage:${o.id}`),
  text: (o.ended ? t('{channel}で送れなかったものがあります（{when}から）', gap(o)) : t('{channel}で送れていません（{when}から）', gap(o))),
}));

/** @returns {any} the highest danger with a level that is observed */
const highest = () => presently().hazards.filter((/** @type {any} */ z) => isDanger(z) && z.alert_level && z.observed)
  .sort((/** @type {any} */ a, /** @type {any} */ b) => rank(b) - rank(a))[0];

const keep = () => `${KEEP}:${me()}`;

/** A level above the one that this officer knows of. At the first look, and when it falls, it is simply known. @returns {Need[]} */
function risen() {
  const worst = highest();
  const level = worst?.level ?? 0;
  const before = localStorage.getItem(keep());
  if (before === null || Number(before) > level) localStorage.setItem(keep(), String(level));
  const known = before === null ? level : Math.min(Number(before), level);
  if (level <= known || level < LOWEST) return [];
  const key = `level:${level}`;
  return [{ key, kind: 'level', status: worst.status, by: takers(key), text: t('危険度がレベル{level}に上がりました（{where}、{when}から）', { level, where: worst.area_name, when: moment(worst.since) }) }];
}

/** @param {Need} need */
function seen(need) {
  if (need.kind === 'level') localStorage.setItem(keep(), need.key.split(':')[1]);
  take(need.key, true);
  drawAttention();
}

/** The strip of what is not a draft and not a call; those have their own places. The title tells of all of it. @returns {string} for the title */
export function drawAttention() {
  const all = needs();
  letGo((what) => !all.some((need) => need.key === what) && !(what.startsWith('level:') && Number(what.slice(6)) <= (highest()?.level ?? 0)));
  const strip = all.filter((need) => need.kind === 'level' || (need.kind === 'outage' && !document.getElementById('outages')));
  const bar = byId('bar-attention');
  const may = document.body.dataset.role !== 'viewer';
  const picture = JSON.stringify(strip);
  if (bar.dataset.picture !== picture) {
    bar.dataset.picture = picture;
    bar.hidden = !strip.length;
    fill(bar, strip.length ? h('ul', {}, strip.map((need) => h('li', {}, exercise() && need.status === 'Exercise' ? null : drillMark(need.status),
      h('b', {}, need.text), need.by.length ? h('span', {}, t('{who}さんが引き受けています', { who: need.by.join('、') })) : null,
      (may || need.kind === 'level') && !isMine(need.key) ? h('button', { type: 'button', class: 'button slim', 'data-key': `seen-${need.key}`, on: { click: () => seen(need) } }, need.kind === 'level' ? t('確認した') : t('引き受ける')) : null,
      need.kind === 'outage' ? h('a', { href: '/ops#outages' }, t('見る')) : null))) : null);
  }
  ring(all.filter((need) => !need.by.length));
  const count = (/** @type {Kind} */ kind) => all.filter((need) => need.kind === kind && !need.by.length).length;
  return [count('call') && t('【呼出{n}】', { n: count('call') }), count('level') && t('【レベル上昇】'), count('outage') && t('【不達{n}】', { n: count('outage') })].filter(Boolean).join('');
}
