// @ts-check
// One-letter keys, only while no field has focus, and switchable off. None of them sends anything.
import { focusDrafts } from './drafts.js';
import { byId } from './dom.js';
import { goHome } from './map/view.js';
import { jump, move, toNow } from './timeline.js';

const KEEP = 'shirase-keys';
const on = () => localStorage.getItem(KEEP) !== 'off';

const ACTS = /** @type {Record<string, () => void>} */ ({
  d: focusDrafts,
  e: () => /** @type {HTMLElement} */ (document.querySelector('#events-list button') ?? byId('events')).focus(),
  g: () => byId('map').focus(),
  n: goHome,
  0: toNow,
  ',': () => move(-1),
  '.': () => move(1),
  '<': () => jump(-1),
  '>': () => jump(1),
  '/': () => byId('search-field').focus(),
  '?': () => byId('keys').showModal(),
});

export function wireKeys() {
  document.addEventListener('keydown', (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    const typing = target.closest('input, select, textarea, [contenteditable]');
    if (typing || !on() || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || document.querySelector('dialog[open]')) return;
    const act = ACTS[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
  byId('keys-open').addEventListener('click', () => byId('keys').showModal());
  byId('keys-close').addEventListener('click', () => byId('keys').close());
  const box = byId('keys-on');
  box.checked = on();
  box.addEventListener('change', () => localStorage.setItem(KEEP, box.checked ? 'on' : 'off'));
}
