// @ts-check
// A public page and its connection: registers the worker that keeps the page, says when the line is gone and from when
// the page is, and that what has expired is no longer known to hold. Without it, or without a worker, the page is as it was.
import { CUT_WORDS } from './words.js';

const LOOK = 60000, SOON = 10000; // milliseconds between two questions whether the server is there; while it is not
const words = /** @type {Record<string, string[]>} */ (CUT_WORDS)[document.documentElement.lang] ?? CUT_WORDS.ja;
const told = document.body.dataset;
const stated = told.now ?? document.querySelector('time[datetime]')?.getAttribute('datetime') ?? '';
const opened = performance.now();
const began = Number.isNaN(Date.parse(stated)) ? Date.now() : Date.parse(stated); // the hub's time, which may be a drill's
let cut = Boolean(told.kept);

/** The hub's time now, whatever the clock of this device says. */
const now = () => began + performance.now() - opened;

/** What has expired is marked as such: it must not be read as in force, nor its absence as safety. */
function mark() {
  for (const one of document.querySelectorAll('[data-until]')) {
    const over = told.clock === 'unknown' || Date.parse(one.getAttribute('data-until') ?? '') <= now();
    if (!over || one.hasAttribute('data-over')) continue;
    one.setAttribute('data-over', '');
    one.prepend(paragraph('over', words[3]));
  }
  const doubtful = cut || document.querySelector('[data-over]');
  const top = document.getElementById('top') ?? document.querySelector('.headline');
  if (!top || !doubtful || top.hasAttribute('data-doubtful')) return;
  top.setAttribute('data-doubtful', '');
  const level = Number(top.getAttribute('data-level')) || 0;
  const said = top.querySelector('h1');
  if (!level && said) said.textContent = words[5]; // 'none is in force now' is the one sentence that must not be kept
  top.prepend(paragraph('over', cut ? title() : words[3]));
}

/** @param {string} name @param {string} text */
function paragraph(name, text) {
  const made = document.createElement('p');
  made.className = name;
  made.textContent = text;
  return made;
}

/** From when the page is, in words. */
function title() {
  const then = told.kept ? Date.parse(told.kept) : began;
  const tag = document.documentElement.lang;
  const place = tag.startsWith('ja') ? 'ja-JP' : tag === 'en' ? 'en-GB' : tag;
  const day = new Intl.DateTimeFormat(place, { timeZone: 'Asia/Tokyo', year: 'numeric', month: 'long', day: 'numeric' }).format(then);
  const hour = new Intl.DateTimeFormat('en-GB', { timeZone: 'Asia/Tokyo', hour: '2-digit', minute: '2-digit', hour12: false }).format(then);
  return words[0].replace('{time}', `${day} ${hour}`);
}

/** The banner, where the worker has not written it already. */
function banner() {
  let box = document.getElementById('cut');
  if (box) return box;
  box = document.createElement('div');
  box.className = 'cut';
  box.id = 'cut';
  box.setAttribute('role', 'status');
  const again = document.createElement('a');
  again.className = 'button';
  again.id = 'cut-again';
  again.href = '';
  again.textContent = words[2];
  const way = document.createElement('p');
  way.append(again);
  box.append(paragraph('', `${title()} ${words[1]}`), way);
  const skip = document.querySelector('body > .skip');
  if (skip) skip.after(box);
  else document.body.prepend(box);
  return box;
}

async function look() {
  const there = await fetch('/healthz', { cache: 'no-store', signal: AbortSignal.timeout(5000) }).then((answer) => answer.ok).catch(() => false);
  if (!there) {
    cut = true;
    banner();
    document.body.dataset.cut = 'true';
  } else if (cut) {
    cut = false;
    delete document.body.dataset.cut;
    dispatchEvent(new CustomEvent('shirase:line', { detail: 'on' }));
    if (document.visibilityState === 'hidden') return location.reload(); // nobody is reading: the newer page is the better one
    const again = banner().querySelector('#cut-again');
    if (again) again.textContent = words[4];
  }
  mark();
}

function wait() {
  setTimeout(async () => {
    if (document.visibilityState === 'visible') await look();
    wait();
  }, (cut ? SOON : LOOK) * (0.75 + Math.random() / 2)); // spread, so that not everybody asks at once
}

mark();
setInterval(mark, 15000);
wait();
addEventListener('offline', look);
addEventListener('online', look);
document.addEventListener('visibilitychange', () => { if (document.visibilityState === 'visible') look(); });
if ('serviceWorker' in navigator) {
  addEventListener('load', () => navigator.serviceWorker.register('/sw.js', { updateViaCache: 'none' }).catch(() => {})); // then the page is not kept
}
