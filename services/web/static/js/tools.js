// @ts-check
// Measuring on the map, and drawing an area for a notice. Everything can be done with clicks, by dragging corners, and by
// typing: a place, a square of the mesh or coordinates for each corner, so that nobody has to drag.
import { get } from './api.js';
import { inAddress, keepInAddress } from './address.js';
import { byId, fill, h } from './dom.js';
import { t } from './language.js';
import { addCorner, areaAsked, begin, canUndo, change, districtOf, end, measured, meetsItself, MOST_CORNERS, pickSquares, sketch, toggle, undo } from './map/sketch.js';
import { goTo, middle, theMap } from './map/view.js';
import { shape } from './map/layers.js';

/** @typedef {import('./map/sketch.js').Way} Way */
const WAYS = /** @type {Record<string, [Way, string][]>} */ ({
  measure: [['length', t('距離')], ['area', t('面積')]],
  area: [['polygon', t('点を結ぶ')], ['circle', t('円（中心と半径）')], ['pick', t('地区・メッシュを選ぶ')]],
});
const HOW = /** @type {Record<Way, string>} */ ({
  length: t('地図を押すと点が加わります。点は引いて動かせます。'),
  area: t('地図を押すと点が加わります。点は引いて動かせます。'),
  polygon: t('地図を押すと頂点が加わります。頂点や辺は引いて動かせます。'),
  circle: t('地図を押した所が中心になります。半径は数字で決めます。'),
  pick: t('地図を押すと、その地区やメッシュが加わり、もう一度押すと外れます。'),
});

/** @type {'measure' | 'area' | null} */
let open = null;
/** @type {Way} */
let way = 'length';

export function wireTools() {
  byId('tool-measure').addEventListener('click', () => toggleTool('measure'));
  byId('tool-area').addEventListener('click', () => toggleTool('area'));
  byId('tool-close').addEventListener('click', close);
  byId('tool-undo').addEventListener('click', undo);
  byId('tool-again').addEventListener('click', () => start(way));
  byId('tool-add').addEventListener('submit', (/** @type {SubmitEvent} */ event) => { event.preventDefault(); add().catch((error) => say(error instanceof Error ? error.message : String(error))); });
  byId('tool-radius').addEventListener('change', () => setRadius());
  byId('tool-square').addEventListener('change', () => pickSquares(Number(byId('tool-square').value)));
  byId('tool-write').addEventListener('click', write);
  byId('map').addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => {
    if (!open || event.key !== 'Enter') return;
    event.preventDefault();
    addCorner(middle().map((one) => Math.round(one * 1e6) / 1e6));
  });
  document.addEventListener('keydown', (event) => {
    if (!open || document.querySelector('dialog[open]') || byId('search').contains(document.activeElement)) return;
    if (event.key === 'Escape') close();
    else if (event.key === 'z' && (event.ctrlKey || event.metaKey) && !/** @type {HTMLElement} */ (event.target).closest('input, textarea')) undo();
  });
  byId('tool-area').hidden = document.body.dataset.role === 'viewer';
  if (inAddress('tool') === 'area' && !byId('tool-area').hidden) toggleTool('area');
}

/** @param {'measure' | 'area'} which */
function toggleTool(which) {
  if (open === which) return close();
  open = which;
  byId('tools').hidden = false;
  document.body.dataset.tool = which;
  keepInAddress({ tool: which });
  for (const one of ['measure', 'area']) byId(`tool-${one}`).setAttribute('aria-pressed', String(one === which));
  byId('tools-title').textContent = which === 'measure' ? t('測る') : t('区域を描く');
  fill(byId('tool-ways'), h('legend', { class: 'unseen' }, t('描き方')), WAYS[which].map(([name, label], at) => h('label', { class: 'check' }, h('input', { type: 'radio', name: 'way', value: name, checked: !at, on: { change: () => start(name) } }), label)));
  start(WAYS[which][0][0]);
  return byId('tools').focus();
}

/** @param {Way} how */
function start(how) {
  way = how;
  byId('tool-how').textContent = HOW[how];
  byId('tool-circle').hidden = how !== 'circle';
  byId('tool-pick').hidden = how !== 'pick';
  byId('tool-write').hidden = open !== 'area';
  byId('tool-word').value = '';
  say('');
  begin(theMap(), how, told);
}

function close() {
  const button = byId(`tool-${open}`);
  end(theMap());
  open = null;
  byId('tools').hidden = true;
  delete document.body.dataset.tool;
  keepInAddress({ tool: '' });
  for (const one of ['measure', 'area']) byId(`tool-${one}`).setAttribute('aria-pressed', 'false');
  button.focus();
}

/** @param {string} text what is wrong; empty: nothing */
function say(text) {
  byId('tool-error').textContent = text;
  byId('tool-error').hidden = !text;
}

/** Add what was typed: a corner, the middle, a district or a square. */
async function add() {
  const words = byId('tool-word').value.trim();
  if (!words) return say(t('地区・住所・メッシュ・座標を書いてください。'));
  const found = (await get(`places?${new URLSearchParams({ q: words })}`)).features;
  const one = way === 'pick' ? found.find((/** @type {any} */ f) => f.properties.kind === 'district' || (f.properties.kind === 'mesh' && f.properties.name.length >= 8)) : found[0];
  if (!one) return say(way === 'pick' ? t('その地区や8桁以上のメッシュは見つかりません。') : t('その場所は見つかりません。'));
  say('');
  byId('tool-word').value = '';
  if (way === 'pick') {
    const { code, name } = one.properties;
    toggle(districtOf(code) ?? { code, name, geometry: one.geometry });
  } else addCorner(inside(one.geometry));
  goTo(shape(one.geometry).getExtent());
}

/** @param {any} geometry GeoJSON @returns {number[]} a point of it: itself, or the middle of its box */
function inside(geometry) {
  if (geometry.type === 'Point') return geometry.coordinates;
  const [west, south, east, north] = /** @type {any} */ (globalThis).ol.proj.transformExtent(shape(geometry).getExtent(), 'EPSG:3857', 'EPSG:4326');
  return [(west + east) / 2, (south + north) / 2].map((one) => Math.round(one * 1e6) / 1e6);
}

function setRadius() {
  const radius = Number(byId('tool-radius').value);
  if (!(radius >= 30 && radius <= 50000)) return say(t('半径は30から50000メートルまでです。'));
  say('');
  return change((one) => { one.radius = radius; });
}

/** Something changed: figures, corners and buttons follow. */
function told() {
  const { corners, picked } = sketch();
  byId('tool-figures').textContent = figures();
  byId('tool-undo').disabled = !canUndo();
  byId('tool-write').disabled = !areaAsked();
  const lacks = way === 'polygon' && corners.length ? 3 - corners.length : 0;
  if (lacks > 0) byId('tool-figures').textContent = t('{figures}。区域にするには、あと{n}点', { figures: figures(), n: lacks });
  const meets = meetsItself();
  if (meets) byId('tool-figures').textContent = t('点{a}と点{b}を結ぶ線が、点{c}と点{d}を結ぶ線と交わるか重なっています。点を動かすか、一つ戻してください。', meets);
  byId('tool-figures').classList.toggle('tone-bad', Boolean(meets));
  byId('tool-count').textContent = way === 'pick' ? t('選んだもの {n}', { n: picked.length }) : t('点 {n}', { n: corners.length });
  fill(byId('tool-corners'), way === 'pick' ? picked.map(pickedRow) : corners.map(cornerRow));
  if (corners.length >= MOST_CORNERS) say(t('点は{most}個までです。', { most: MOST_CORNERS }));
}

/** @returns {string} */
function figures() {
  const { metres, square } = measured();
  const line = metres >= 1000 ? `${(metres / 1000).toFixed(2)} km` : `${Math.round(metres)} m`;
  const area = square >= 1e5 ? `${(square / 1e6).toFixed(2)} km²` : `${Math.round(square)} m²`;
  if (way === 'length') return t('距離 {line}', { line });
  return way === 'pick' ? t('面積 {area}', { area }) : t('面積 {area}、周囲 {line}', { area, line });
}

/** @param {number[]} corner @param {number} at */
function cornerRow([lon, lat], at) {
  const field = /** @type {HTMLInputElement} */ (h('input', { value: `${lat.toFixed(5)}, ${lon.toFixed(5)}`, 'aria-label': t('点{number}の緯度, 経度', { number: at + 1 }), 'data-key': `corner-${at}`, autocomplete: 'off', maxlength: 40, on: { change: () => move(at, field) } }));
  return h('li', {}, field, h('button', { type: 'button', class: 'button slim', 'data-key': `drop-${at}`, 'aria-label': t('点{number}を消す', { number: at + 1 }), on: { click: () => change((one) => { one.corners.splice(at, 1); }) } }, t('消す')));
}

/** @param {number} at @param {HTMLInputElement} field */
function move(at, field) {
  const [one, other] = field.value.normalize('NFKC').split(/[,、\s]+/).map(Number);
  const [lat, lon] = one >= 20 && one <= 46 ? [one, other] : [other, one];
  if (!(lat >= 20 && lat <= 46 && lon >= 122 && lon <= 154)) {
    field.setAttribute('aria-invalid', 'true');
    return say(t('緯度と経度を「39.70, 141.15」のように書いてください。'));
  }
  say('');
  return change((held) => { held.corners[at] = [lon, lat]; });
}

/** @param {import('./map/sketch.js').Picked} one */
const pickedRow = (one) => h('li', {}, h('span', {}, one.name), h('button', { type: 'button', class: 'button slim', 'data-key': `drop-${one.code}`, 'aria-label': t('{name}を外す', { name: one.name }), on: { click: () => toggle(one) } }, t('外す')));

/** To the form of a notice, with this area. Nothing is written yet. */
function write() {
  const query = areaAsked();
  if (query) location.assign(`/ops/alerts/notice?${query}`);
}
