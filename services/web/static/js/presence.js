// @ts-check
// Who is at what: this tab says what it has open, and again every few seconds; and it shows who else is there.
// A part of a page that carries data-about="alert:SERIES" is watched by itself: opened it is read, typed into it is written.
import { desk } from './desk.js';
import { fill, h } from './dom.js';
import { pieces } from './language.js';

const BEAT = 11000; // milliseconds; the hub forgets after three times as long
const SOON = 200; // several changes at once are said once
const KEEP = 'shirase-taken'; // what this tab has taken stays taken when it goes to another page

/** @typedef {'reading' | 'writing' | 'deciding' | 'taken'} Doing */
/** @typedef {{person: string, what: string, doing: Doing, since: string}} Here */

const tab = Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, '0')).join('');
/** @type {Map<string, Doing>} what this tab reads, writes or decides on */
const mine = new Map();
/** @type {Set<string>} */
const taken = new Set(JSON.parse(sessionStorage.getItem(KEEP) ?? '[]'));
let timer = 0;
let told = '[]';
/** @type {() => void} */
let redraw = () => {};

export const me = () => document.body.dataset.user ?? '';
const mayTake = () => document.body.dataset.role !== 'viewer';

/** @param {string} what @param {Doing | null} doing null: it is closed */
export function at(what, doing) {
  if (doing && !(doing !== 'reading' && !mayTake())) mine.set(what, doing);
  else if (!doing) mine.delete(what);
  soon();
}

/** See to something, so that it rings for nobody; or let go of it. @param {string} what @param {boolean} yes */
export function take(what, yes) {
  if (!mayTake()) return;
  taken[yes ? 'add' : 'delete'](what);
  sessionStorage.setItem(KEEP, JSON.stringify([...taken]));
  soon();
}

/** What is over need not be seen to any more. @param {(what: string) => boolean} over */
export function letGo(over) {
  for (const what of [...taken].filter(over)) take(what, false);
}

export const isMine = (/** @type {string} */ what) => taken.has(what);

/** Who has taken it. @param {string} what @returns {string[]} */
export const takers = (what) => [...new Set([...everyone(what).filter((one) => one.doing === 'taken').map((one) => one.person), ...(taken.has(what) ? [me()] : [])])];

/** Everybody else who is at it. @param {string} what @returns {Here[]} */
export const others = (what) => everyone(what).filter((one) => one.person !== me());

/** @param {string} what @returns {Here[]} */
const everyone = (what) => (desk.presence ?? []).filter((/** @type {Here} */ one) => one.what === what);

/** A line for each of them, and what they do; nothing where nobody else is there. @param {string} what @returns {HTMLElement | null} */
export function alsoHere(what) {
  const there = others(what);
  if (!there.length) return null;
  return h('ul', { class: 'also-here', 'data-doing': there.some((one) => one.doing !== 'reading') ? 'more' : 'reading' },
    there.map((one) => h('li', {}, said(one))));
}

/** @param {Here} one @returns {any[]} */
function said(one) {
  const who = h('b', {}, one.person);
  if (one.doing === 'writing') return pieces('{who}さんが書いています', { who });
  if (one.doing === 'deciding') return pieces('{who}さんが承認の画面を開いています', { who });
  return one.doing === 'taken' ? pieces('{who}さんが引き受けています', { who }) : pieces('{who}さんが見ています', { who });
}

function soon() {
  clearTimeout(timer);
  timer = window.setTimeout(beat, SOON);
}

const items = () => {
  const all = new Map([...mine, ...[...taken].map((what) => /** @type {const} */ ([what, 'taken']))]);
  return [...all].slice(0, 20).map(([what, doing]) => ({ what, doing }));
};

/** @param {object[]} some @param {boolean} last when the page goes */
const say = (some, last) => fetch('/api/v1/presence', {
  method: 'POST', credentials: 'same-origin', keepalive: last, body: JSON.stringify({ tab, items: some }),
  headers: { Accept: 'application/json', 'Content-Type': 'application/json', 'X-CSRF-Token': document.body.dataset.csrf ?? '' },
});

async function beat() {
  clearTimeout(timer);
  const now = items();
  const text = JSON.stringify(now);
  if (!now.length && told === '[]') return;
  timer = window.setTimeout(beat, BEAT);
  told = 'unknown'; // until the hub has answered: a tab that goes meanwhile has to take its word back all the same
  try {
    const response = await say(now, false);
    if (!response.ok) return; // a hub that restarts, a session that ended: the next beat tries again
    told = text;
    desk.presence = (await response.json()).items;
    drawAbout();
    redraw();
  } catch {
    // The line is cut; the bar says so, and the next beat tries again.
  }
}

/** Lines of others in every watched part of the page. */
export function drawAbout() {
  for (const part of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('[data-about]'))) {
    let line = part.querySelector(':scope > .about-line');
    const there = alsoHere(part.dataset.about ?? '');
    if (!line && !there) continue;
    if (!line) {
      line = h('div', { class: 'about-line', role: 'status' });
      part.prepend(line);
    }
    if (line.textContent !== (there?.textContent ?? '')) fill(/** @type {HTMLElement} */ (line), there);
  }
}

/** @param {Event} event @param {Doing} doing */
function watch(event, doing) {
  const part = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target)?.closest?.('[data-about]'));
  const what = part?.dataset.about;
  if (what && mine.get(what) !== 'writing') at(what, doing);
}

/** @param {() => void} after called when it became known who is at what */
export function wirePresence(after) {
  redraw = after;
  document.addEventListener('input', (event) => watch(event, 'writing'));
  document.addEventListener('submit', (event) => {
    const what = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest('[data-about]'))?.dataset.about;
    if (what) mine.delete(what);
  });
  for (const part of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('[data-about][data-open]'))) at(part.dataset.about ?? '', 'reading');
  addEventListener('pagehide', () => { if (told !== '[]') say([], true).catch(() => {}); });
  addEventListener('pageshow', (event) => { if (event.persisted) soon(); });
  if (taken.size) soon();
}
