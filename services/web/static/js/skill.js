// @ts-check
// The account of forecasts stands in the page itself; only the status bar lives.
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
  document.body.dataset.skill = 'ready';
  listen({ line: setLine, changed: () => update() });
  setInterval(drawAge, 1000);
  setInterval(update, 60000);
}

start();
