// @ts-check
// The snow desk stands in the page itself and works without any script; here it is kept fresh, and gets its keys.
import { BAR, refresh } from './desk.js';
import { byId } from './dom.js';
import { listen } from './live.js';
import { drawAge, drawStatus, setLine } from './status.js';
import { focusOn, unfold, walk } from './walk.js';
import { loadWords } from './words.js';

async function update() {
  await refresh(BAR);
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

async function start() {
  walk('.sec', {
    o: (card) => focusOn(card, 'order'),
    d: (card) => focusOn(card, 'decline'),
    e: (card) => unfold(card, 'more'),
    a: () => /** @type {HTMLElement | null} */ (document.querySelector('[data-act="all"]'))?.focus(),
  });
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
