// @ts-check
// The search field of the map: a combobox over what the hub knows. What is chosen is selected, or pointed out on the map.
import { get } from './api.js';
import { byId, fill, h } from './dom.js';
import { language, t } from './language.js';
import { pointOut } from './map/view.js';
import { select } from './selection.js';

const PAUSE = 200; // ms after the last key
const KINDS = /** @type {Record<string, string>} */ ({
  district: t('地区'), plow_section: t('除雪工区'), volcano_zone: t('火山の区域'), city: t('市'), town: t('町'), house: t('施設・目印'),
  station: t('観測所'), mesh: t('メッシュ'), point: t('座標'),
});

/** @type {any[]} what is offered, as features */
let offered = [];
let active = -1;
let asked = 0;
let timer = 0;

/** @type {HTMLInputElement} */
let field;

export function wireSearch() {
  field = byId('search-field');
  field.addEventListener('input', () => { clearTimeout(timer); timer = window.setTimeout(() => look().catch(tellTrouble), PAUSE); });
  field.addEventListener('keydown', onKey);
  field.addEventListener('blur', () => window.setTimeout(closeIfLeft, 150));
  byId('search').addEventListener('submit', (/** @type {SubmitEvent} */ event) => { event.preventDefault(); go().catch(tellTrouble); });
  byId('search-list').addEventListener('pointerdown', (/** @type {PointerEvent} */ event) => event.preventDefault()); // focus stays in the field
  byId('search-list').addEventListener('click', (/** @type {MouseEvent} */ event) => {
    const row = /** @type {HTMLElement} */ (event.target).closest('[role="option"]');
    if (row) choose(Number(/** @type {HTMLElement} */ (row).dataset.at));
  });
}

/** Who came back in the meantime is typing again: that question is not to be closed. */
function closeIfLeft() {
  if (!byId('search').contains(document.activeElement)) close();
}

/** Ask what the words may mean; of two answers the later question's counts. */
async function look() {
  const words = field.value.trim();
  const mine = ++asked;
  if (!words) return close();
  const found = await get(`places?${new URLSearchParams({ q: words })}`);
  if (mine !== asked) return undefined;
  offered = found.features;
  active = -1;
  return draw();
}

/** Enter: what is marked, else the first that is found. */
async function go() {
  clearTimeout(timer);
  if (active >= 0) return choose(active);
  const words = field.value;
  await look();
  return offered.length && field.value === words ? choose(0) : undefined; // who types on meanwhile is asking something else
}

function draw() {
  fill(byId('search-list'), offered.map(row));
  byId('search-list').hidden = !offered.length;
  say(offered.length ? null : t('見つかりません。'), t('町名・住所（かなでも）、地区、施設・目印、観測所、メッシュコード（4・6・8〜11桁）、緯度と経度でさがせます。'));
  byId('search-told').textContent = offered.length ? t('{n}件見つかりました。', { n: offered.length }) : t('見つかりません。');
  field.setAttribute('aria-expanded', String(offered.length > 0));
  field.removeAttribute('aria-activedescendant');
}

/** Say under the field that there is nothing to choose from; null: no more. @param {string | null} what @param {string} [why] */
function say(what, why = '') {
  byId('search-none').hidden = !what;
  fill(byId('search-none'), what ? [h('p', {}, what), h('p', { class: 'small' }, why)] : null);
}

/** @param {any} one @param {number} at */
function row({ properties: one }, at) {
  const name = language === 'en' && one.name_en ? `${one.name_en} ${one.name}` : one.name;
  return h('li', { role: 'option', id: `search-${at}`, 'data-at': at, 'aria-selected': 'false' },
    h('span', { class: 'search-name' }, name), h('span', { class: 'tag' }, KINDS[one.kind] ?? one.kind), one.detail ? h('span', { class: 'muted small' }, one.detail) : null);
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  if (event.isComposing) return;
  if (event.key === 'Escape' && (!byId('search-list').hidden || !byId('search-none').hidden)) {
    event.preventDefault();
    event.stopPropagation();
    close();
  } else if ((event.key === 'ArrowDown' || event.key === 'ArrowUp') && offered.length && !byId('search-list').hidden) {
    event.preventDefault();
    mark((active + (event.key === 'ArrowDown' ? 1 : -1) + offered.length) % offered.length);
  }
}

/** @param {number} at */
function mark(at) {
  active = at;
  for (const [number, one] of [...byId('search-list').children].entries()) one.setAttribute('aria-selected', String(number === at));
  byId(`search-${at}`).scrollIntoView({ block: 'nearest' });
  field.setAttribute('aria-activedescendant', `search-${at}`);
}

/** @param {number} at */
function choose(at) {
  const one = offered[at];
  field.value = one.properties.name;
  close();
  const [kind, code] = one.properties.select ? one.properties.select.split(/:(.*)/) : [];
  if (code) select({ kind, code }, 'search');
  else select(null, 'map');
  if (!code || kind === 'station') pointOut(one.geometry);
}

function close() {
  asked += 1; // an answer that is still under way finds the list closed
  active = -1;
  byId('search-list').hidden = true;
  say(null);
  byId('search-told').textContent = '';
  field.setAttribute('aria-expanded', 'false');
  field.removeAttribute('aria-activedescendant');
}

/** @param {unknown} error */
function tellTrouble(error) {
  offered = [];
  byId('search-list').hidden = true;
  say(t('さがせませんでした。回線を確かめてください。'), error instanceof Error ? error.message : String(error));
  byId('search-told').textContent = t('さがせませんでした。回線を確かめてください。');
}
