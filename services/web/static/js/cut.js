// @ts-check
// The line to the hub, for every page of the desk: says in words that it is cut, from when what is shown is, and that
// nothing can be sent meanwhile; keeps what was typed; goes by itself when the line is back.
import { byId, fill, h } from './dom.js';
import { t } from './language.js';
import { ago, minutesSince, moment, now } from './time.js';

const PULSE = 8000, SOON = 2000; // milliseconds between two questions, while it answers and while it does not
const PATIENCE = 5000; // for an answer
const FRESH = 3000; // so long an answer counts: within it nothing is asked again before a write
const SHOWN = 8000; // how long it is said that the line is back

let lastSeen = Date.now(); // when the hub answered last
let since = new Date(); // from when what is shown is, by the hub's clock
let live = false; // the page follows the hub by itself
let cut = false;

/** Whether the line is known to be cut. */
export const isCut = () => cut;

/** What is said where somebody writes without a line. */
export const notSent = () => t('回線が切れています。何も送っていません。入力したものは、このまま残っています。つながってから、もう一度押してください。');
export const unsure = () => t('途中で回線が切れ、届いたかどうか分かりません。入力したものは残っています。つながったら、記録に入っているかを先に確かめてください。');

/** Ask the hub whether it is there. @returns {Promise<boolean>} */
async function answers() {
  const there = await fetch('/healthz', { cache: 'no-store', signal: AbortSignal.timeout(PATIENCE) }).then((answer) => answer.ok).catch(() => false);
  if (there) back();
  else gone();
  return there;
}

/** Before a write: whether the hub is there now, asked again unless it has just answered. @returns {Promise<boolean>} */
export const reachable = async () => isFresh() || answers();

const isFresh = () => !cut && Date.now() - lastSeen < FRESH;

function gone() {
  if (!cut) {
    cut = true;
    document.body.dataset.cut = 'true';
    announce();
  }
  say();
}

function announce() {
  dispatchEvent(new CustomEvent('shirase:line', { detail: 'off' }));
}

function back() {
  lastSeen = Date.now();
  if (live) since = now();
  if (!cut) return;
  cut = false;
  delete document.body.dataset.cut;
  dispatchEvent(new CustomEvent('shirase:line', { detail: 'on' }));
  const box = byId('bar-cut');
  box.dataset.back = 'true';
  fill(byId('bar-cut-text'), h('b', {}, t('つながりました。')), live ? t('画面は新しい内容になります。') : h('a', { href: '' }, t('この画面は {time} の内容です。読み込み直す', { time: moment(since) })));
  byId('bar-cut-age').textContent = '';
  setTimeout(() => { if (!cut && live) box.hidden = true; }, SHOWN);
}

/** The banner: said once aloud; the age goes on silently. */
function say() {
  const box = byId('bar-cut');
  delete box.dataset.back;
  box.hidden = false;
  const words = t('画面は {time} 現在のままで、新しくなりません。承認・送信・記録はできません。つながれば自動で戻ります。', { time: moment(since) });
  if (!byId('bar-cut-text').textContent?.includes(words)) fill(byId('bar-cut-text'), h('b', {}, t('回線が切れています。')), words);
  byId('bar-cut-age').textContent = minutesSince(since) < 1 ? '' : t('（{age}）', { age: ago(since) });
}

function wait() {
  setTimeout(async () => {
    if (document.visibilityState === 'visible' || cut) await answers();
    wait();
  }, cut ? SOON : PULSE);
}

/** A form that leaves the page would leave it for the browser's own error page, and what was typed with it. @param {SubmitEvent} event */
async function submitted(event) {
  const form = /** @type {HTMLFormElement} */ (event.target);
  if (event.defaultPrevented || form.method !== 'post' || form.dataset.sure || isFresh()) return;
  event.preventDefault();
  if (form.dataset.asking) return; // pressed twice
  form.dataset.asking = 'true';
  const there = await reachable();
  delete form.dataset.asking;
  if (!there) return refuse(form);
  form.querySelector('.cut-refused')?.remove();
  form.dataset.sure = 'true';
  form.requestSubmit(/** @type {HTMLElement | null} */ (event.submitter));
  delete form.dataset.sure;
}

/** @param {HTMLFormElement} form */
function refuse(form) {
  form.querySelector('.cut-refused')?.remove();
  form.append(h('p', { class: 'cut-refused', role: 'alert' }, notSent()));
}

addEventListener('shirase:stream', (event) => {
  live = true;
  const state = /** @type {CustomEvent} */ (event).detail;
  if (state === 'on') back();
  if (state === 'off') answers(); // the stream may break without the line being cut: the hub is asked
});
addEventListener('offline', () => answers());
addEventListener('online', () => answers());
document.addEventListener('submit', submitted);
document.addEventListener('visibilitychange', () => { if (document.visibilityState === 'visible') answers(); });
wait();
