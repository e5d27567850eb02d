// @ts-check
// The status bar: highest level, drafts, line, age of the data, clock. Old data is said to be old, never drawn as safe.
import { drawAttention } from './attention.js';
import { desk, drafts, inForce, isDanger, isOurs, nowAndNext, presently, rank } from './desk.js';
import { byId, fill, h } from './dom.js';
import { asNow, isAhead, viewed } from './instant.js';
import { own, t } from './language.js';
import { drawAbout, wirePresence } from './presence.js';
import { drawRing } from './ring.js';
import { wireSound } from './sound.js';
import { ago, clockTime, minutesSince, moment, seconds, today } from './time.js';
import { chip, drillMark, exercise, isOrder, known, word } from './words.js';

const LINE = { on: t('接続中'), off: t('切断。再接続しています'), wait: t('接続しています…') };
const OLD = 30; // minutes without any reading after which the picture counts as stale
const title = document.title;

/** @type {'on' | 'off' | 'wait'} */
let line = 'wait';
let lineSince = Date.now();

/** @param {'on' | 'off' | 'wait'} state */
export function setLine(state) {
  if (state !== line) lineSince = Date.now();
  line = state;
  fill(byId('bar-line'), h('span', { class: 'line', 'data-line': state }, LINE[state]));
}

/** What the hub is there for now. @param {string} status */
const isOwn = (status) => status === (exercise() ? 'Exercise' : 'Actual');

let wired = false; // once for each page

function wire() {
  if (wired) return;
  wired = true;
  wireSound();
  wirePresence(() => { dispatchEvent(new Event('shirase-presence')); drawTitle(); });
}

/** What waits for a person stands in the title of every tab. */
function drawTitle() {
  const now = presently();
  const waiting = drafts(now).filter((a) => isOwn(a.status)).length;
  document.title = `${drawAttention()}${waiting ? `(${waiting}) ` : ''}${title}`;
}

export function drawStatus() {
  wire();
  const dangers = desk.hazards.filter(isDanger).sort((/** @type {any} */ a, /** @type {any} */ b) => rank(b) - rank(a) || Number(b.observed) - Number(a.observed));
  const { now, next, worst } = nowAndNext(dangers);
  highest('bar-danger', now ?? next, worst && t('{how} {since}から', { how: known(now ?? next), since: moment((now ?? next).since) }));
  if (now && next) byId('bar-danger').append(h('span', { class: 'arrow', 'aria-hidden': 'true' }, '→'), foreseen(next));
  const alerts = inForce().filter((a) => isOurs(a.status));
  const order = alerts.filter(isOrder).sort((a, b) => rank(b) - rank(a))[0];
  highest('bar-issued', order, order && t('{sent}発令', { sent: moment(order.sent) }));
  if (!order) byId('bar-issued').append(h('span', { class: 'since' }, alerts.length ? t('（情報の発表 {n}件）', { n: alerts.length }) : ''));
  const all = drafts(presently()); // of now, whatever is looked at
  const waiting = all.filter((a) => isOwn(a.status)).length;
  const link = byId('bar-drafts');
  fill(link, [waiting || !all.length ? (waiting ? t('{n}件', { n: waiting }) : t('なし')) : '', apart(counted(all))]);
  link.dataset.waiting = String(all.length > 0);
  const { reports_waiting: reports = 0, reports_apart: others = {} } = presently().status;
  fill(byId('bar-reports'), [reports ? t('通報 {reports}', { reports }) : t('通報'), apart(others)]);
  drawFaults();
  asNow(drawGlass);
  asNow(drawRing);
  asNow(drawAbout);
  asNow(drawTitle);
  drawAge();
}

/** What is counted apart, marked as what it is: a drill on a real hub is never a number among real ones. @param {Record<string, number>} others */
const apart = (others) => Object.entries(others).map(([status, many]) => [' ', drillMark(status), ` ${many}`]);

/** @param {any[]} found @returns {Record<string, number>} those of other statuses than the hub's own */
function counted(found) {
  const others = /** @type {Record<string, number>} */ ({});
  for (const one of found) if (!isOwn(one.status)) others[one.status] = (others[one.status] ?? 0) + 1;
  return others;
}

/** Parts of the hub that do not work, in words: a picture that cannot be complete must say so. */
function drawFaults() {
  const faults = presently().status.reasons ?? [];
  byId('bar-faults').hidden = !faults.length;
  fill(byId('bar-faults'), faults.length ? [h('b', {}, viewed() ? t('いま、動いていない部分があります。') : t('動いていない部分があります。')), faults.map(own).join(t('／'))] : []);
}

/** What one person issued alone stays in sight on every page, until an admin has signed it off. */
function drawGlass() {
  const alone = presently().status.break_glass ?? [];
  byId('bar-glass').hidden = !alone.length;
  fill(byId('bar-glass'), alone.length ? [h('b', {}, viewed() ? t('いま、点検の済んでいない緊急発表があります。') : t('点検の済んでいない緊急発表があります。')), alone.map((/** @type {any} */ b, /** @type {number} */ i) => [i ? t('／') : null, exercise() ? null : drillMark(b.status), t('{headline}（{at} {person}が一人で発表）', { headline: b.headline, at: moment(b.at), person: b.person })]), ' ', h('a', { href: '/ops/glass' }, t('点検する'))] : []);
}

/** @param {string} id @param {any} thing @param {string | undefined} since */
function highest(id, thing, since) {
  const then = viewed();
  byId(`${id}-since`).textContent = [then && (isAhead() ? t('（{time}の見込み）', { time: moment(then) }) : t('（{time}時点）', { time: moment(then) })), since && `・${since}`].filter(Boolean).join('');
  const mark = thing && !exercise() ? drillMark(thing.status) : null;
  fill(byId(id), thing ? [mark, chip(thing)] : h('span', {}, t('なし')));
}

/** The level to come, short. @param {any} thing */
const foreseen = (thing) => h('span', { class: 'level foreseen', 'data-level': thing.alert_level ? thing.level : 'none', title: t('{word}相当の予測', { word: word('levels', String(thing.level)) }) },
  h('b', {}, h('span', { class: 'unseen' }, t('予測レベル')), thing.level), h('span', {}, t('予測')));

/** @returns {string | undefined} */
const newest = () => desk.readings.map((/** @type {any} */ r) => r.time).sort().pop();

/** Called every second: the clock, the age of the data, and whether the picture may still be believed. */
export function drawAge() {
  byId('bar-day').textContent = t('{today} 日本時間', { today: today() });
  byId('bar-clock').textContent = seconds();
  const at = newest();
  const old = at !== undefined && minutesSince(at) > OLD;
  const age = byId('bar-age');
  age.textContent = isAhead() ? t('予測の値') : at ? t('{time}（{age}）', { time: clockTime(at), age: ago(at) }) : t('まだありません');
  age.classList.toggle('age-old', old);
  const broken = line === 'off' && Date.now() - lineSince > 10000;
  const stale = !viewed() && (old || broken || desk.status.line?.stale === true);
  document.body.dataset.stale = String(stale);
  const note = document.getElementById('map-stale');
  if (!note) return;
  note.hidden = !stale;
  if (stale) note.textContent = t('{at}{broken}安全を意味しません。', { at: at ? t('{at} 現在の図です。', { at: moment(at) }) : '', broken: broken ? t('回線が切れています。') : t('新しい観測が届いていません。') });
}
