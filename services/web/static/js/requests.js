// @ts-check
// The desk of requests stands in the page itself and works without any script; here it is kept fresh, and gets its keys.
import { BAR, refresh } from './desk.js';
import { byId } from './dom.js';
import { listen } from './live.js';
import { drawAge, drawStatus, setLine } from './status.js';
import { focusOn, unfold, walk } from './walk.js';
import { loadWords } from './words.js';

const EVERY_MS = 30_000;

async function update() {
  await refresh(BAR);
  drawStatus();
}

/** Whether somebody is at work in the page: then nothing moves under their hands. @param {HTMLElement} board */
function busy(board) {
  if (document.hidden || board.querySelector('details[open]')) return true;
  if (board.contains(document.activeElement) && !document.activeElement?.matches('.req')) return true;
  return [...board.querySelectorAll('textarea')].some((one) => one.value !== '');
}

/** The queue as the hub shows it now. */
async function redraw() {
  const board = byId('board');
  if (busy(board)) return;
  const address = new URL(location.href);
  address.searchParams.delete('done');
  const response = await fetch(address, { cache: 'no-store' });
  if (!response.ok || response.redirected || busy(board)) return;
  const fresh = new DOMParser().parseFromString(await response.text(), 'text/html').getElementById('board');
  if (!fresh || fresh.innerHTML === board.innerHTML || busy(board)) return;
  const focused = document.activeElement?.id;
  board.replaceChildren(...fresh.childNodes);
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

async function start() {
  walk('.req', {
    r: (card) => focusOn(card, 'reply'),
    s: (card) => focusOn(card, 'state'),
    f: (card) => unfold(card, 'more'),
    e: (card) => unfold(card, 'same'),
  });
  await loadWords();
  await update();
  document.body.dataset.requests = 'ready';
  listen({ line: setLine, changed: update });
  setInterval(drawAge, 1000);
  setInterval(() => redraw().catch(() => undefined), EVERY_MS); // the next one tries again
}

start();
