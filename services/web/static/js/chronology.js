// @ts-check
// The chronology: the bar above it is kept fresh, and new lines are offered by a button. Nothing moves by itself, and
// what somebody types stays.
import { refresh } from './desk.js';
import { byId, fill, h } from './dom.js';
import { t } from './language.js';
import { listen } from './live.js';
import { drawAge, drawStatus, setLine } from './status.js';
import { loadWords } from './words.js';

const PARTS = ['lines', 'open']; // what the button makes new

async function update() {
  await refresh(['alerts', 'calls', 'hazards', 'readings', 'status']);
  drawStatus();
  await look();
}

/** How many lines of this view are new. */
async function look() {
  const lines = byId('lines');
  const asked = new URLSearchParams(lines.dataset.view ?? '');
  asked.set('seen', lines.dataset.newest ?? '0');
  const answer = await fetch(`/ops/chronology/new.json?${asked}`);
  if (!answer.ok) return;
  const { new: many } = await answer.json();
  if (!many) return;
  const word = many >= 100 ? t('新しい記録 {many}件以上を表示', { many }) : t('新しい記録 {n}件を表示', { n: many });
  const place = byId('fresh-line');
  const button = place.querySelector('button');
  if (button) button.textContent = word; // the same button: whoever stands on it stays there
  else fill(place, h('button', { type: 'button', class: 'button strong', id: 'fresh' }, word));
}

/** The newest page of this view in the place of what is shown; the forms stay as they are. */
async function renew() {
  const view = byId('lines').dataset.view;
  const answer = await fetch(`/ops/chronology${view ? `?${view}` : ''}`);
  if (!answer.ok) {
    location.reload(); // whoever has to log in again is told so
    return;
  }
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  for (const id of PARTS) {
    const fresh = page.getElementById(id);
    if (fresh) byId(id).replaceWith(document.adoptNode(fresh));
  }
  ready();
  byId('lines-title').focus();
}

/** What only works with a script. */
function ready() {
  byId('print').hidden = false;
}

async function start() {
  document.addEventListener('click', (event) => {
    const button = event.target instanceof Element ? event.target.closest('button') : null;
    if (button?.id === 'fresh') renew();
    if (button?.id === 'print') print();
  });
  ready();
  await loadWords();
  await update();
  document.body.dataset.story = 'ready';
  listen({ line: setLine, changed: update });
  setInterval(drawAge, 1000);
}

start();
