// @ts-check
// The board stands in the page itself, and its forms work without any script; here it is kept fresh.
import { BAR, refresh } from './desk.js';
import { byId } from './dom.js';
import { listen } from './live.js';
import { drawAge, drawStatus, setLine } from './status.js';
import { loadWords } from './words.js';

const SELDOM = 4000; // milliseconds: two thousand answer within minutes, and each drawing reads all of them
let waiting = 0;

async function update() {
  await refresh(BAR);
  drawStatus();
}

/** Buttons that put somebody's number into the form stand there only where a script can run. */
function ready() {
  for (const button of document.querySelectorAll('button[data-person]')) {
    if (button instanceof HTMLButtonElement) button.hidden = false;
  }
}

/** The board as the hub shows it now; whoever is at a field or has opened something keeps it. */
async function redraw() {
  const board = byId('muster');
  const typed = [...board.querySelectorAll('input:not([type="hidden"])')].some(
    (field) => field instanceof HTMLInputElement && field.value !== field.defaultValue,
  );
  if (board.contains(document.activeElement) || typed || board.querySelector('details[open]')) return;
  const response = await fetch(location.pathname + location.search, { cache: 'no-store' });
  if (!response.ok || response.redirected) return;
  const fresh = new DOMParser().parseFromString(await response.text(), 'text/html').getElementById('muster');
  if (fresh && fresh.innerHTML !== board.innerHTML) board.replaceChildren(...fresh.childNodes);
  ready();
}

/** @param {string[]} what */
async function changed(what) {
  await update();
  if (waiting || !(what.includes('musters') || what.includes('*'))) return;
  waiting = setTimeout(() => {
    waiting = 0;
    redraw().catch(() => undefined); // the next change tries again
  }, SELDOM);
}

async function start() {
  await loadWords();
  await update();
  ready();
  byId('muster').addEventListener('click', (event) => {
    const button = event.target instanceof HTMLElement ? event.target.closest('button[data-person]') : null;
    const field = document.querySelector('#enter input[name="person"]');
    if (!(button instanceof HTMLElement) || !(field instanceof HTMLInputElement)) return;
    field.value = button.dataset.person ?? '';
    const next = document.querySelector('#enter select[name="safety"]');
    if (next instanceof HTMLElement) next.focus();
  });
  document.body.dataset.muster = 'ready';
  listen({ line: setLine, changed });
  setInterval(drawAge, 1000);
  setInterval(() => changed(['*']), 60000);
}

start();
