// @ts-check
// A small card about the sign that was clicked or chosen from a list; of a vehicle also where it has been.
import { features } from '../api.js';
import { byId, fill, h } from '../dom.js';
import { t } from '../language.js';
import { aboutThing } from './about.js';
import { featuresOf, put } from './layers.js';

const HOURS = [1, 3, 6, 12, 24];
let asked = 0;
/** @type {HTMLElement | null} where focus came from */
let origin = null;

/** @param {string} layer @param {any} thing @param {boolean} [focus] it was chosen by keys: the card is gone to */
export function openCard(layer, thing, focus = false) {
  const { title, lines } = aboutThing(layer, thing);
  origin = focus ? /** @type {HTMLElement} */ (document.activeElement) : null;
  fill(byId('map-card'),
    h('header', {}, h('h3', {}, title), h('button', { type: 'button', class: 'button slim', on: { click: closeCard } }, t('閉じる'))),
    h('ul', {}, lines.map((line) => h('li', {}, line))),
    layer === 'plows' ? trailForm(thing) : null);
  byId('map-card').hidden = false;
  if (focus) byId('map-card').focus();
}

export function closeCard() {
  if (byId('map-card').hidden) return;
  asked += 1;
  byId('map-card').hidden = true;
  put('trails', []);
  cameFrom()?.focus();
}

/** Where focus came from; found by its key again where its list was made anew meanwhile. @returns {HTMLElement | null} */
function cameFrom() {
  const key = origin?.isConnected ? undefined : origin?.dataset.key;
  return key ? document.querySelector(`[data-key="${CSS.escape(key)}"]`) : origin;
}

/** @param {any} fix */
function trailForm(fix) {
  const told = h('p', { class: 'small', role: 'status' });
  return h('fieldset', { class: 'trail' }, h('legend', {}, t('通った所')),
    h('p', { class: 'trail-hours' }, HOURS.map((hours) => h('button', { type: 'button', class: 'button slim', 'aria-label': t('{n}時間前から', { n: hours }), on: { click: () => drawTrail(fix, hours, told) } }, t('{hours}時間', { hours })))), told);
}

/** @param {any} fix @param {number} hours @param {HTMLElement} told */
async function drawTrail(fix, hours, told) {
  const mine = ++asked;
  try {
    const pieces = (await features(`fixes/trail?${new URLSearchParams({ vehicle: fix.vehicle, hours: String(hours) })}`, 1)).filter((one) => one.status === fix.status);
    if (mine !== asked) return;
    put('trails', featuresOf(pieces));
    told.textContent = pieces.length ? t('{n}本の線を描きました。新しいほど濃い線です。', { n: pieces.length }) : t('その間の位置はありません。');
  } catch (error) {
    if (mine === asked) told.textContent = error instanceof Error ? error.message : String(error);
  }
}

/** Escape closes the card where focus is in it. */
export function wireCard() {
  byId('map-card').addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    closeCard();
  });
}
