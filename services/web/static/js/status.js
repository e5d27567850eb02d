// @ts-check
// The status bar: highest level, drafts, line, age of the data, clock. Old data is said to be old, never drawn as safe.
import { drawAttention } from './attention.js';
import { desk, drafts, inForce, isDanger, isOurs, nowAndNext, rank } from './desk.js';
import { byId, fill, h } from './dom.js';
import { drawAbout, wirePresence } from './presence.js';
import { drawRing } from './ring.js';
import { wireSound } from './sound.js';
import { ago, clockTime, minutesSince, moment, seconds, today } from './time.js';
import { chip, drillMark, exercise, isOrder, known, word } from './words.js';

const LINE = { on: '接続中', off: '切断。再接続しています', wait: '接続しています…' };
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

let wired = false; // once for each page

function wire() {
  if (wired) return;
  wired = true;
  wireSound();
  wirePresence(() => { dispatchEvent(new Event('shirase-presence')); drawTitle(); });
}

/** What waits for a person stands in the title of every tab. */
function drawTitle() {
  const waiting = drafts().length;
  document.title = `${drawAttention()}${waiting ? `(${waiting}) ` : ''}${title}`;
}

export function drawStatus() {
  wire();
  const dangers = desk.hazards.filter(isDanger).sort((/** @type {any} */ a, /** @type {any} */ b) => rank(b) - rank(a) || Number(b.observed) - Number(a.observed));
  const { now, next, worst } = nowAndNext(dangers);
  highest('bar-danger', now ?? next, worst && `${known(now ?? next)} ${moment((now ?? next).since)}から`);
  if (now && next) byId('bar-danger').append(h('span', { class: 'arrow', 'aria-hidden': 'true' }, '→'), foreseen(next));
  const alerts = inForce().filter((a) => isOurs(a.status));
  const order = alerts.filter(isOrder).sort((a, b) => rank(b) - rank(a))[0];
  highest('bar-issued', order, order && `${moment(order.sent)}発令`);
  if (!order) byId('bar-issued').append(h('span', { class: 'since' }, alerts.length ? `（情報の発表 ${alerts.length}件）` : ''));
  const waiting = drafts().length;
  const link = byId('bar-drafts');
  link.textContent = waiting ? `${waiting}件` : 'なし';
  link.dataset.waiting = String(waiting > 0);
  const reports = desk.status.reports_waiting ?? 0;
  byId('bar-reports').textContent = reports ? `通報 ${reports}` : '通報';
  drawFaults();
  drawGlass();
  drawRing();
  drawAbout();
  drawTitle();
  drawAge();
}

/** Parts of the hub that do not work, in words: a picture that cannot be complete must say so. */
function drawFaults() {
  const faults = desk.status.reasons ?? [];
  byId('bar-faults').hidden = !faults.length;
  fill(byId('bar-faults'), faults.length ? [h('b', {}, '動いていない部分があります。'), faults.join('／')] : []);
}

/** What one person issued alone stays in sight on every page, until an admin has signed it off. */
function drawGlass() {
  const alone = desk.status.break_glass ?? [];
  byId('bar-glass').hidden = !alone.length;
  fill(byId('bar-glass'), alone.length ? [h('b', {}, '点検の済んでいない緊急発表があります。'), alone.map((/** @type {any} */ b, /** @type {number} */ i) => [i ? '／' : null, exercise() ? null : drillMark(b.status), `${b.headline}（${moment(b.at)} ${b.person}が一人で発表）`]), ' ', h('a', { href: '/ops/glass' }, '点検する')] : []);
}

/** @param {string} id @param {any} thing @param {string | undefined} since */
function highest(id, thing, since) {
  byId(`${id}-since`).textContent = since ? `・${since}` : '';
  const own = thing && !exercise() ? drillMark(thing.status) : null;
  fill(byId(id), thing ? [own, chip(thing)] : h('span', {}, 'なし'));
}

/** The level to come, short. @param {any} thing */
const foreseen = (thing) => h('span', { class: 'level foreseen', 'data-level': thing.alert_level ? thing.level : 'none', title: `${word('levels', String(thing.level))}相当の予測` },
  h('b', {}, h('span', { class: 'unseen' }, '予測レベル'), thing.level), h('span', {}, '予測'));

/** @returns {string | undefined} */
const newest = () => desk.readings.map((/** @type {any} */ r) => r.time).sort().pop();

/** Called every second: the clock, the age of the data, and whether the picture may still be believed. */
export function drawAge() {
  byId('bar-day').textContent = `${today()} 日本時間`;
  byId('bar-clock').textContent = seconds();
  const at = newest();
  const old = at !== undefined && minutesSince(at) > OLD;
  const age = byId('bar-age');
  age.textContent = at ? `${clockTime(at)}（${ago(at)}）` : 'まだありません';
  age.classList.toggle('age-old', old);
  const broken = line === 'off' && Date.now() - lineSince > 10000;
  const stale = old || broken || desk.status.line?.stale === true;
  document.body.dataset.stale = String(stale);
  const note = document.getElementById('map-stale');
  if (!note) return;
  note.hidden = !stale;
  if (stale) note.textContent = `${at ? `${moment(at)} 現在の図です。` : ''}${broken ? '回線が切れています。' : '新しい観測が届いていません。'}安全を意味しません。`;
}
