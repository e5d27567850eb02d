// @ts-check
// A desk of cards that stands in the page itself: kept fresh, and given keys that go to buttons and never press them.
import { BAR, refresh } from './desk.js';
import { byId } from './dom.js';
import { listen } from './live.js';
import { drawAge, drawStatus, setLine } from './status.js';
import { loadWords } from './words.js';

const KEEP = 'shirase-keys'; // whoever switched one-letter keys off on the map has them off here

/** @typedef {{ path: string, card: string, things: string[], keys: Record<string, string>, ready: string }} Desk */

async function update() {
  await refresh(BAR);
  drawStatus();
}

/** Whoever is at a field or a button keeps it, what is ticked stays ticked, and what is open stays open. @param {Desk} desk */
async function redraw(desk) {
  const board = byId('board');
  if (board.contains(document.activeElement) && !document.activeElement?.matches(desk.card)) return;
  if (board.querySelector('input[type="checkbox"]:checked')) return;
  const response = await fetch(`${desk.path}${location.search.replace(/([?&])done=\d+&?/, '$1')}`, { cache: 'no-store' });
  if (!response.ok || response.redirected) return;
  const fresh = new DOMParser().parseFromString(await response.text(), 'text/html').getElementById('board');
  if (!fresh || fresh.innerHTML === board.innerHTML) return;
  const focused = document.activeElement?.id;
  for (const open of board.querySelectorAll('details[open]')) {
    const card = open.closest(desk.card)?.id;
    if (card) fresh.querySelector(`#${CSS.escape(card)} details`)?.setAttribute('open', '');
  }
  board.replaceChildren(...fresh.childNodes);
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

/** @param {Desk} desk @param {number} step */
function move(desk, step) {
  const all = [...document.querySelectorAll(desk.card)].map((one) => /** @type {HTMLElement} */ (one));
  const at = all.findIndex((one) => one.contains(document.activeElement));
  const next = all[at < 0 ? 0 : Math.min(all.length - 1, Math.max(0, at + step))];
  next?.focus();
  next?.scrollIntoView({ block: 'nearest' });
}

/** To the button of the card with the focus, else of the first. @param {Desk} desk @param {string} act */
function focusOn(desk, act) {
  const here = document.activeElement?.closest(desk.card) ?? document.querySelector(desk.card);
  const wanted = /** @type {HTMLElement | null | undefined} */ (here?.querySelector(`[data-act="${act}"]`));
  const details = wanted?.closest('details');
  if (wanted?.matches('summary') && details) details.open = !details.open;
  wanted?.focus();
}

/** @param {Desk} desk */
export async function startCards(desk) {
  document.addEventListener('keydown', (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    if (target.closest('input, select, textarea') || localStorage.getItem(KEEP) === 'off') return;
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === 'j' || event.key === 'k') move(desk, event.key === 'j' ? 1 : -1);
    else if (desk.keys[event.key]) focusOn(desk, desk.keys[event.key]);
    else return;
    event.preventDefault();
  });
  await loadWords();
  await update();
  document.body.dataset[desk.ready] = 'ready';
  /** @param {string[]} what */
  const changed = async (what) => {
    await update();
    if (what.includes('*') || what.some((one) => desk.things.includes(one))) await redraw(desk).catch(() => undefined); // the next change tries again
  };
  listen({ line: setLine, changed });
  setInterval(drawAge, 1000);
  setInterval(() => changed(['*']), 30000);
}
