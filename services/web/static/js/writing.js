// @ts-check
// The form of an alert works without this; with it, what every channel would send follows what is typed.
import { BAR, refresh } from './desk.js';
import { listen } from './live.js';
import { drawAge, drawStatus, setLine } from './status.js';
import { loadWords } from './words.js';

const PAUSE = 600; // ms after the last key

const form = /** @type {HTMLFormElement | null} */ (document.getElementById('writing'));
let timer = 0;
let asked = 0;

/** The same page answers with the preview; only that part of it is taken. */
async function show() {
  if (!form || !form.checkValidity()) return; // half a sentence is not worth an answer
  const mine = ++asked;
  const fields = new URLSearchParams();
  for (const [name, value] of new FormData(form)) fields.append(name, String(value));
  fields.set('do', 'preview');
  document.getElementById('preview')?.setAttribute('aria-busy', 'true');
  try {
    const answer = await fetch(location.href, { method: 'POST', body: fields, headers: { accept: 'text/html' } });
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const fresh = page.getElementById('preview');
    const problem = page.querySelector('.problem');
    if (mine !== asked || !fresh) return; // a later one is under way
    document.getElementById('preview')?.replaceWith(fresh);
    document.querySelector('.problem')?.remove();
    if (problem) document.querySelector('.writing-head')?.append(problem);
  } finally {
    document.getElementById('preview')?.removeAttribute('aria-busy');
  }
}

form?.addEventListener('input', () => {
  clearTimeout(timer);
  timer = window.setTimeout(() => show().catch(() => {}), PAUSE); // offline: the button still says so
});

async function update() {
  await refresh(BAR);
  drawStatus();
}

await loadWords();
await update();
document.body.dataset.writing = 'ready';
listen({ line: setLine, changed: () => update() });
setInterval(drawAge, 1000);
setInterval(update, 60000);
