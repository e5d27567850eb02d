// @ts-check
// A page to be read: only the bar above it is kept fresh.
import { BAR, refresh } from './desk.js';
import { listen } from './live.js';
import { drawAge, drawStatus, setLine } from './status.js';
import { loadWords } from './words.js';

async function update() {
  await refresh(BAR);
  drawStatus();
}

async function start() {
  await loadWords();
  await update();
  document.body.dataset.story = 'ready';
  listen({ line: setLine, changed: update });
  setInterval(drawAge, 1000);
}

start();
