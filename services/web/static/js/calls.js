// @ts-check
// The calls stand in the page itself, and their forms work without any script; here they are kept fresh.
import { BAR, refresh } from './desk.js';
import { byId } from './dom.js';
import { listen } from './live.js';
import { drawAge, drawStatus, setLine } from './status.js';
import { loadWords } from './words.js';

async function update() {
  await refresh(BAR);
  drawStatus();
}

/** The list as the hub shows it now; whoever is at a button keeps it. */
async function redraw() {
  const list = byId('calls');
  if (list.contains(document.activeElement)) return;
  const response = await fetch('/ops/calls', { cache: 'no-store' });
  if (!response.ok || response.redirected) return;
  const fresh = new DOMParser().parseFromString(await response.text(), 'text/html').getElementById('calls');
  if (fresh && fresh.innerHTML !== list.innerHTML) list.replaceChildren(...fresh.childNodes);
}

/** @param {string[]} what */
async function changed(what) {
  await update();
  if (what.includes('calls') || what.includes('*')) await redraw().catch(() => undefined); // the next change tries again
}

async function start() {
  await loadWords();
  await update();
  document.body.dataset.calls = 'ready';
  listen({ line: setLine, changed });
  setInterval(drawAge, 1000);
  setInterval(() => changed(['*']), 60000);
}

start();
