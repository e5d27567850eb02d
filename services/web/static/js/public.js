// @ts-check
// The public page works without this. It says how old the page is, and that something new has come; it lets the reader
// decide when to look: nothing moves under a reading eye. Asking now and then for a few hundred bytes, instead of holding
// a line open, lets a cache answer thousands. Reading aloud and finding one's district stand in files of their own.
import { offerPosition } from './public-place.js';
import { offerSpeech } from './public-speech.js';

const PAUSE = 60000, OLD = 10; // milliseconds between two looks; minutes after which a page is called old
const told = document.body.dataset;
const opened = Date.now();

/** @returns {Promise<string[]>} identifiers of what is in force */
async function inForce() {
  const response = await fetch('/in-force.json', { headers: { Accept: 'application/json' } });
  if (!response.ok) throw new Error(String(response.status));
  return (await response.json()).alerts;
}

/** @param {string[]} shown */
async function look(shown) {
  const now = await inForce();
  const changed = [...now.filter((id) => !shown.includes(id)), ...shown.filter((id) => !now.includes(id))].length;
  const box = document.getElementById('news');
  const text = document.getElementById('news-text');
  if (!box || !text || !changed) return;
  const words = (told.news ?? '').replace('{n}', String(changed));
  if (text.textContent !== words) text.textContent = words;
  box.hidden = false;
}

/** How long ago, beside the times of the last day: by the page's own time, which may be a drill's, and what has passed. */
function age() {
  const passed = Date.now() - opened;
  const now = Date.parse(told.now ?? '') + passed;
  for (const time of document.querySelectorAll('time[data-rel]')) {
    const minutes = Math.round((now - Date.parse(time.getAttribute('datetime') ?? '')) / 60000);
    let mark = time.nextElementSibling;
    if (!mark?.matches('.ago')) {
      mark = document.createElement('small');
      mark.className = 'ago';
      time.after(mark);
    }
    mark.textContent = minutes >= 0 && minutes < 120 ? ` (${(told.ago ?? '').replace('{n}', String(minutes))})` : '';
  }
  const old = document.getElementById('old');
  const minutes = Math.floor(passed / 60000);
  if (!old || minutes < OLD) return;
  if (old.hidden || minutes % 10 === 0) old.textContent = (told.old ?? '').replace('{n}', String(minutes));
  old.hidden = false;
}

const shown = (told.inForce ?? '').split(' ').filter(Boolean);
const tick = () => {
  if (document.visibilityState === 'visible') look(shown).catch(() => {}); // the next look may succeed; the page shows its own time
  age();
  setTimeout(tick, PAUSE * (0.75 + Math.random() / 2)); // spread, so that not everybody asks at once
};
setTimeout(tick, PAUSE / 2);
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState !== 'visible') return;
  age();
  look(shown).catch(() => {});
});
age();
offerSpeech();
offerPosition();
