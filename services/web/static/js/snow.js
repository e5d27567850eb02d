// @ts-check
// The snow desk stands in the page itself and works without any script; here it is kept fresh, and gets its keys.
import { refresh } from './desk.js';
import { byId } from './dom.js';
import { listen } from './live.js';
import { drawAge, drawStatus, setLine } from './status.js';
import { loadWords } from './words.js';

const KEEP = 'shirase-keys'; // whoever switched one-letter keys off on the map has them off here

async function update() {
  await refresh(['alerts', 'calls', 'hazards', 'readings', 'status']);
  drawStatus();
}

/** The desk as the hub shows it now; whoever is at a field or a button keeps it, and what is open stays open. */
async function redraw() {
  const board = byId('board');
  if (board.contains(document.activeElement) && !document.activeElement?.matches('.sec')) return;
  if (board.querySelector('.link')) return; // a link is shown once
  const response = await fetch(`/ops/snow${location.search.replace(/([?&])done=\d+&?/, '$1')}`, { cache: 'no-store' });
  if (!response.ok || response.redirected) return;
  const fresh = new DOMParser().parseFromString(await response.text(), 'text/html').getElementById('board');
  if (!fresh || fresh.innerHTML === board.innerHTML) return;
  const focused = document.activeElement?.id;
  for (const open of board.querySelectorAll('details[open]')) {
    const section = open.closest('.sec')?.id;
    const place = [...(open.closest('.sec')?.querySelectorAll('details') ?? [])].indexOf(/** @type {any} */ (open));
    if (section) fresh.querySelector(`#${CSS.escape(section)}`)?.querySelectorAll('details')[place]?.setAttribute('open', '');
  }
  board.replaceChildren(...fresh.childNodes);
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

/** @param {string[]} what */
async function changed(what) {
  await update();
  if (what.includes('orders') || what.includes('*')) await redraw().catch(() => undefined); // the next change tries again
}

/** @returns {HTMLElement[]} */
const cards = () => [...document.querySelectorAll('.sec')].map((one) => /** @type {HTMLElement} */ (one));

/** The section that the keys act on: where the focus is, else the first. @returns {HTMLElement | undefined} */
const here = () => /** @type {HTMLElement | null} */ (document.activeElement?.closest('.sec')) ?? cards()[0];

/** @param {number} step */
function move(step) {
  const all = cards();
  const at = all.findIndex((one) => one.contains(document.activeElement));
  const next = all[at < 0 ? 0 : Math.min(all.length - 1, Math.max(0, at + step))];
  next?.focus();
  next?.scrollIntoView({ block: 'nearest' });
}

/** @param {string} act */
const focusOn = (act) => /** @type {HTMLElement | null | undefined} */ (here()?.querySelector(`[data-act="${act}"]`))?.focus();

function showMore() {
  const summary = /** @type {HTMLElement | null | undefined} */ (here()?.querySelector('[data-act="more"]'));
  const details = summary?.closest('details');
  if (!summary || !details) return;
  details.open = !details.open;
  summary.focus();
}

const ACTS = /** @type {Record<string, () => void>} */ ({
  j: () => move(1),
  k: () => move(-1),
  o: () => focusOn('order'),
  d: () => focusOn('decline'),
  e: showMore,
  a: () => /** @type {HTMLElement | null} */ (document.querySelector('[data-act="all"]'))?.focus(),
});

/** @param {KeyboardEvent} event */
function pressed(event) {
  const target = /** @type {HTMLElement} */ (event.target);
  if (target.closest('input, select, textarea') || localStorage.getItem(KEEP) === 'off') return;
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const act = ACTS[event.key];
  if (!act) return;
  event.preventDefault();
  act();
}

async function start() {
  document.addEventListener('keydown', pressed);
  document.addEventListener('focusin', ({ target }) => {
    if (target instanceof HTMLInputElement && target.dataset.copy !== undefined) target.select();
  });
  await loadWords();
  await update();
  document.body.dataset.snow = 'ready';
  listen({ line: setLine, changed });
  setInterval(drawAge, 1000);
  setInterval(() => changed(['*']), 30000);
}

start();
