// @ts-check
// What the map shows, as a tree of plain checkboxes with its legend: a group's box is half ticked where some of it is shown.
import { byId, fill, h } from './dom.js';
import { desk, isOurs } from './desk.js';
import { pieces, t } from './language.js';
import { GROUPS, hidesDanger, show } from './map/catalog.js';
import { aboutThing } from './map/about.js';
import { openCard, wireCard } from './map/card.js';
import { on } from './map/layers.js';
import { signOf, statesOf } from './map/signs.js';
import { addSwitch, setSwitches, switchOf } from './map/switches.js';
import { goTo } from './map/view.js';
import { whenZonesCame } from './map/zones.js';
import { timeTag } from './time.js';

/** @type {Map<string, {box: HTMLInputElement, count: HTMLElement | null, fade: HTMLInputElement | null}>} */
const rows = new Map();
/** @type {Map<string, HTMLInputElement>} */
const groupBoxes = new Map();
/** @type {Map<string, {box: HTMLDetailsElement, place: HTMLElement}>} */
const lists = new Map();
const LISTED = ['plows', 'shelters', 'dumps']; // what stands in no table of this page
const list = () => h('ul', { class: 'told-list', id: 'official-now' });

/** Make the tree and set every layer as this officer left it. Called once, when the map stands. */
export function drawLayers() {
  for (const group of GROUPS) {
    for (const entry of group.entries) addSwitch(entry.id, { on: entry.on, fade: entry.fade ?? 100 }, (on, fade) => { show(entry, on, fade); tick(entry.id); });
  }
  fill(byId('layers'), GROUPS.map(branch));
  for (const id of rows.keys()) tick(id);
  whenZonesCame(tellLayers);
  wireCard();
  byId('map-hidden').addEventListener('click', () => setSwitches({ observed: { on: true }, foreseen: { on: true } }));
  tellLayers();
}

/** @param {import('./map/catalog.js').Group} group */
function branch(group) {
  const box = /** @type {HTMLInputElement} */ (h('input', { type: 'checkbox', 'data-group': group.id, on: { change: () => setSwitches(Object.fromEntries(group.entries.map((one) => [one.id, { on: box.checked }]))) } }));
  groupBoxes.set(group.id, box);
  return h('fieldset', { class: 'branch' },
    h('legend', { class: 'unseen' }, group.name),
    h('label', { class: 'check all' }, box, h('span', { class: 'unseen' }, t('すべて：')), h('span', {}, group.name)),
    h('ul', {}, group.entries.map(leaf)));
}

/** @param {import('./map/catalog.js').Entry} entry */
function leaf(entry) {
  const states = statesOf(entry.id);
  const count = entry.count ? h('span', { class: 'many', title: entry.hint ?? null }) : null;
  const box = /** @type {HTMLInputElement} */ (h('input', { type: 'checkbox', 'data-layer': entry.id, on: { change: () => setSwitches({ [entry.id]: { on: box.checked } }) } }));
  const fade = entry.fade ? /** @type {HTMLInputElement} */ (h('input', { type: 'range', min: 20, max: 100, step: 10, 'aria-label': t('{layer}の濃さ', { layer: entry.name }), on: { input: () => setSwitches({ [entry.id]: { fade: Number(fade?.value) } }) } })) : null;
  rows.set(entry.id, { box, count, fade });
  const more = states.length || fade || LISTED.includes(entry.id) || entry.id === 'official';
  return h('li', {},
    h('label', { class: 'check' }, box, signOf(entry.id), h('span', { class: 'layer-name' }, entry.name), count),
    more ? h('details', { class: 'states', open: entry.id === 'observed' }, h('summary', {}, t('凡例'), h('span', { class: 'unseen' }, `：${entry.name}`)),
      states.length ? h('ul', {}, states.map(([sign, name]) => h('li', {}, sign, h('span', {}, name)))) : null,
      entry.id === 'official' ? list() : null,
      LISTED.includes(entry.id) ? things(entry) : null,
      fade ? h('label', { class: 'fade' }, t('濃さ'), fade) : null) : null);
}

/** The same things as on the map, by name: made only while somebody has the list open. @param {import('./map/catalog.js').Entry} entry */
function things(entry) {
  const place = h('ul', { class: 'things' });
  const box = /** @type {HTMLDetailsElement} */ (h('details', { class: 'states', on: { toggle: () => listThings(entry.id) } }, h('summary', {}, t('一覧'), h('span', { class: 'unseen' }, `：${entry.name}`)), place));
  lists.set(entry.id, { box, place });
  return box;
}

/** @param {string} id of the entry and of its layer */
function listThings(id) {
  const list = lists.get(id);
  if (!list?.box.open) return;
  const all = on(id).map((/** @type {any} */ f) => ({ f, about: aboutThing(id, f.getProperties()) })).sort((/** @type {any} */ a, /** @type {any} */ b) => a.about.title.localeCompare(b.about.title, 'ja'));
  fill(list.place, all.length ? all.map((/** @type {any} */ one, /** @type {number} */ at) => h('li', {},
    h('button', { type: 'button', class: 'link', 'data-key': `thing-${id}-${one.about.title}-${at}`, on: { click: () => { goTo(one.f.getGeometry().getExtent()); openCard(id, one.f.getProperties(), true); } } }, one.about.title),
    h('span', { class: 'muted' }, one.about.lines[0] ?? ''))) : h('li', { class: 'muted' }, t('ありません。')));
}

/** Boxes follow the switches. @param {string} id */
function tick(id) {
  const row = rows.get(id);
  if (!row) return;
  const { on, fade } = switchOf(id);
  row.box.checked = on;
  if (row.fade) row.fade.value = String(fade);
  for (const group of GROUPS.filter((one) => one.entries.some((entry) => entry.id === id))) {
    const box = /** @type {HTMLInputElement} */ (groupBoxes.get(group.id));
    const some = group.entries.filter((entry) => switchOf(entry.id).on).length;
    box.checked = some === group.entries.length;
    box.indeterminate = some > 0 && some < group.entries.length;
  }
  tellLayers();
}

/** Say how many there are of each, and that a danger is hidden. Called after every picture. */
export function tellLayers() {
  for (const group of GROUPS) {
    for (const entry of group.entries) {
      const told = rows.get(entry.id)?.count;
      if (!told) continue;
      const many = entry.count?.() ?? null;
      told.textContent = many === null ? '' : String(many);
      told.classList.toggle('none', !Number(many));
    }
  }
  byId('map-hidden').hidden = !hidesDanger();
  for (const id of lists.keys()) listThings(id);
  tellOfficial();
}

/** What the band of official warnings stands for, in words: area by area. */
function tellOfficial() {
  const place = document.getElementById('official-now');
  if (!place) return;
  const some = desk.official.filter((/** @type {any} */ one) => isOurs(one.status));
  fill(place, some.length ? some.map(area) : h('li', { class: 'muted' }, t('発表はありません。')));
}

/** @param {any} one */
const area = (one) => h('li', {}, h('b', {}, one.area_name), one.geometry ? null : h('span', { class: 'tag' }, t('地図に区域なし')),
  one.warnings.map((/** @type {any} */ w) => h('span', { class: 'warning' },
    w.alert_level ? pieces('{kind}（レベル{level}）{since}から', { kind: w.kind_name, level: w.alert_level, since: timeTag(w.since) }) : pieces('{kind} {since}から', { kind: w.kind_name, since: timeTag(w.since) }))));
