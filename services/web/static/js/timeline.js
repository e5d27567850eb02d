// @ts-check
// The time slider: any instant of the last two days as it was known then, and what is foreseen for the next hours.
// What waits for people now is said whatever is looked at, and nothing can be decided in another time than now.
import { inAddress, keepInAddress } from './address.js';
import { announce } from './announce.js';
import { drafts, held, leaveNow, presently, refreshAll } from './desk.js';
import { byId, fill, h } from './dom.js';
import { asNow, isAhead, ofNowOnly, setViewed, viewed } from './instant.js';
import { t } from './language.js';
import { moveRoads } from './map/work.js';
import { ago, hubNow, stated } from './time.js';
import { AHEAD, BACK, base, drawMarks, learnMarks, markAt, nextMark, STEP } from './timeline-marks.js';
import { learn, learnThen } from './trends.js';

const PAUSE = 250; // milliseconds that the slider rests before its picture is fetched
const IDLE = 300; // seconds without a touch after which somebody is asked …
const LEAVE = 60; // … and until it is now again by itself
const BEAT = 1500; // of playing: one step

/** @type {() => void} */
let draw = () => {};
let timer = 0;
let playing = 0;
let touched = Date.now();
let known = true; // the instant that is looked at is one of which the hub knows
let lost = false; // now could not be fetched

const slider = () => /** @type {HTMLInputElement} */ (byId('when-slider'));
const typing = (/** @type {EventTarget | null} */ target) => /** @type {HTMLElement | null} */ (target)?.closest('input:not([type=range]), select, textarea, [contenteditable], dialog');

/** How many steps from now is looked at; 0: now. */
const place = () => { const at = viewed(); return at ? Math.max(-BACK, Math.min(AHEAD, Math.round((at.getTime() - base()) / STEP))) : 0; };

/** @param {number} steps from now */
const instantOf = (steps) => new Date(base() + steps * STEP);

/** @param {{shown: () => void}} after called whenever another picture stands in the desk */
export function wireTimeline({ shown }) {
  draw = shown;
  slider().addEventListener('input', () => { say(Number(slider().value)); later(Number(slider().value)); });
  const moves = /** @type {Record<string, () => void>} */ ({
    'when-hour-back': () => move(-6), 'when-back': () => move(-1), 'when-on': () => move(1), 'when-hour-on': () => move(6),
    'when-now': toNow, 'then-now': toNow, 'when-before': () => jump(-1), 'when-after': () => jump(1), 'when-play': play,
  });
  for (const [id, act] of Object.entries(moves)) byId(id).addEventListener('click', act);
  byId('then-stay').addEventListener('click', () => { touched = Date.now(); drawBand(); });
  for (const name of ['pointerdown', 'keydown', 'wheel']) document.addEventListener(name, () => { touched = Date.now(); }, { passive: true });
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || !viewed() || typing(event.target) || document.querySelector('dialog[open]') || !byId('selection').hidden) return;
    toNow();
  });
  window.addEventListener('hashchange', fromAddress);
  byId('when-play').hidden = matchMedia('(prefers-reduced-motion: reduce)').matches;
}

/** Marks, and the time that the address names. */
export async function startTimeline() {
  await learnMarks();
  drawTimeline();
  fromAddress();
}

function fromAddress() {
  const at = Date.parse(inAddress('at') ?? '');
  if (Number.isNaN(at) || at === viewed()?.getTime()) return;
  void show(new Date(at));
}

/** Called by whoever has drawn the desk: marks and thumb move on with the clock. */
export function drawTimeline() {
  drawMarks(presently().status.past_since);
  if (!timer) slider().value = String(place());
  say(Number(slider().value));
  drawBand();
  if (isAhead()) fill(byId('quarantine'), ofNowOnly());
}

/** Fetch the marks again, now and then. */
export const refreshMarks = () => learnMarks();

/** @param {number} steps */
export const move = (steps) => later(Math.max(-BACK, Math.min(AHEAD, Number(slider().value) + steps)), 0);

/** To the step before, or after, in which something happened. @param {-1 | 1} way */
export function jump(way) {
  const at = nextMark(instantOf(Number(slider().value)).getTime(), way);
  if (at === undefined) announce(way < 0 ? t('これより前に出来事の印はありません') : t('これより後に出来事の印はありません'));
  else later(Math.round((at - base()) / STEP), 0);
}

/** @param {number} steps @param {number} [pause] */
function later(steps, pause = PAUSE) {
  slider().value = String(steps);
  say(steps);
  clearTimeout(timer);
  timer = window.setTimeout(() => { timer = 0; void (steps ? show(instantOf(steps)) : toNow()); }, pause);
}

/** What the thumb stands on, in words: for the eye, and as the slider's value. @param {number} steps */
function say(steps) {
  const words = steps ? whenWords(instantOf(steps)) : t('いま');
  byId('when-said').textContent = words;
  slider().setAttribute('aria-valuetext', words);
}

/** @param {Date} at */
function whenWords(at) {
  const mark = markAt(at.getTime());
  const words = t('{age}（{time}）', { age: asNow(() => ago(at)), time: stated(at) });
  if (!mark) return words;
  const told = [mark.issued && t('発表 {n}件', { n: mark.issued }), mark.moved && t('危険の変化 {n}件', { n: mark.moved })].filter(Boolean);
  return t('{when}：{what}', { when: words, what: `${told.join('、')}　${mark.text}` });
}

/** @param {Date} at */
async function show(at) {
  leaveNow();
  setViewed(at, at.getTime() > hubNow().getTime());
  document.body.dataset.time = 'loading';
  drawBand();
  const outcome = await refreshAll();
  if (outcome === 'late') return;
  known = outcome !== 'none';
  lost = outcome === 'lost';
  await learnThen();
  settle();
  keepInAddress({ at: at.toISOString().replace(/\.\d+Z$/, 'Z') });
  if (!playing) announce(lost ? t('読み込めません。回線を確かめてください') : known ? t('{when}の表示です', { when: whenWords(at) }) : t('この時点の記録はありません'));
}

/** Back to now. Where now cannot be fetched, what is shown stays named as what it is. */
export async function toNow() {
  stop();
  clearTimeout(timer);
  timer = 0;
  const before = viewed();
  if (!before) return void drawTimeline();
  const wasAhead = isAhead();
  setViewed(undefined);
  document.body.dataset.time = 'loading';
  const outcome = await refreshAll();
  if (outcome === 'late') return;
  if (outcome === 'lost') {
    setViewed(before, wasAhead);
    lost = true;
    settle();
    announce(t('読み込めません。回線を確かめてください'), true);
    return;
  }
  lost = false;
  known = true;
  await learn();
  settle();
  keepInAddress({ at: '' });
  announce(t('いまの表示に戻りました'));
}

function settle() {
  const at = viewed();
  if (at) document.body.dataset.time = isAhead() ? 'ahead' : 'past';
  else delete document.body.dataset.time;
  draw();
  void moveRoads();
}

/** The band over the desk: which time this is, and what waits now. */
function drawBand() {
  const at = viewed();
  byId('then').hidden = !at;
  if (!at) return;
  byId('then-kind').textContent = isAhead() ? t('予測') : t('過去の表示');
  byId('then-time').textContent = bandWords(at);
  byId('then-note').textContent = lost ? t('読み込めません。回線を確かめてください') : noteWords();
  const now = presently();
  const [waiting, leaving] = [drafts(now).length, held(now).length];
  byId('then-waits').hidden = !(waiting + leaving);
  byId('then-waits').textContent = [waiting && t('いま承認待ち {n}件', { n: waiting }), leaving && t('いま送信待ち {n}件', { n: leaving })].filter(Boolean).join('・');
  byId('then-stay').hidden = idle() < IDLE;
}

/** @param {Date} at */
function bandWords(at) {
  const when = { time: stated(at), age: asNow(() => ago(at)) };
  if (document.body.dataset.time === 'loading') return t('{time}（{age}）を読み込んでいます…', when);
  return isAhead() ? t('{time}（{age}）の見込み', when) : t('{time}（{age}）に分かっていたこと', when);
}

function noteWords() {
  if (!known) return t('この時点の記録はありません。表示しているものは何もありません。');
  if (idle() >= IDLE) return t('操作がないため、{n}秒でいまに戻ります。', { n: Math.max(0, IDLE + LEAVE - idle()) });
  return isAhead() ? t('観測されている危険は続くものとして示しています。') : t('道路の除雪と雪捨て場の台数は、いま分かっている走行から計算しています。');
}

const idle = () => Math.floor((Date.now() - touched) / 1000);

/** Called every second: whoever went away finds now when they come back. */
export function tickTimeline() {
  if (!viewed()) return;
  if (playing) touched = Date.now();
  if (idle() === IDLE) announce(t('操作がないため、まもなくいまの表示に戻ります'), true);
  if (idle() >= IDLE + LEAVE) void toNow();
  if (idle() >= IDLE - 1) drawBand();
}

/** Ten minutes with each beat, until it is now. */
function play() {
  if (playing) return stop();
  if (!viewed() || isAhead()) later(-36, 0);
  byId('when-play').setAttribute('aria-pressed', 'true');
  playing = window.setInterval(() => {
    if (timer || document.body.dataset.time === 'loading') return;
    if (place() >= -1) void toNow();
    else move(1);
  }, BEAT);
}

function stop() {
  clearInterval(playing);
  playing = 0;
  byId('when-play').setAttribute('aria-pressed', 'false');
}
