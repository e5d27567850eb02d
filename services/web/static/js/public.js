// @ts-check
// The public page works without this. It only says that something new has come and lets the reader decide when to look:
// nothing moves under a reading eye. Asking now and then, instead of holding a line open, lets a cache answer thousands.

const PAUSE = 60000;

/** @returns {Promise<string[]>} identifiers of what is in force */
async function inForce() {
  const response = await fetch('/api/v1/alerts?limit=1000', { headers: { Accept: 'application/json' } });
  if (!response.ok) throw new Error(String(response.status));
  const body = await response.json();
  return body.features.map((/** @type {any} */ f) => f.properties.identifier);
}

/** @param {string[]} shown */
async function look(shown) {
  const now = await inForce();
  const changed = [...now.filter((id) => !shown.includes(id)), ...shown.filter((id) => !now.includes(id))].length;
  const box = document.getElementById('news');
  const text = document.getElementById('news-text');
  if (!box || !text || !changed) return;
  const words = `新しい情報 ${changed}件 – 表示する / Show what is new`;
  if (text.textContent !== words) text.textContent = words;
  box.hidden = false;
}

const shown = (document.body.dataset.inForce ?? '').split(' ').filter(Boolean);
const tick = () => {
  if (document.visibilityState === 'visible') look(shown).catch(() => {}); // the next look may succeed; the page shows its own time
  setTimeout(tick, PAUSE * (0.75 + Math.random() / 2)); // spread, so that not everybody asks at once
};
setTimeout(tick, PAUSE / 2);
document.addEventListener('visibilitychange', () => { if (document.visibilityState === 'visible') look(shown).catch(() => {}); });
