// @ts-check
// The map of the wall: the same layers and colours as the operations map. It goes where the danger is by itself.
import { baseLayer, fillBase } from './basemap.js';
import { layer, layers, on, put, shapes } from './map/layers.js';
import { badgeStyle, ground, hazardStyle, onThemeChange } from './map-styles.js';
import { about, loadWords } from './words.js';

/** @type {any} */
const ol = /** @type {any} */ (globalThis).ol;
/** @type {Record<string, any>} area code → what holds and what comes */
let areas = {};
/** @type {any} */
let map;
let went = '';
/** Whether what the profile knows of rivers and places is all there is. @type {Promise<boolean>} */
let own = Promise.resolve(true);
const NEAR = 14; // metres per pixel below which districts are named
const AGAIN = 10000; // milliseconds until the ground is asked for anew

const danger = (/** @type {any} */ feature) => areas[feature.get('code')];
const mark = (/** @type {any} */ one) => about('kinds', one.kind).mark ?? '';

const LARGER = Math.max(1, globalThis.innerWidth / 1150); // signs are read from five metres
/** @type {WeakMap<any, any>} style → the same, larger */
const enlarged = new WeakMap();

/** @param {any} style one or many @returns {any} */
function large(style) {
  if (!style || LARGER === 1) return style;
  if (Array.isArray(style)) return style.map(large);
  if (!enlarged.has(style)) enlarged.set(style, larger(style.clone()));
  return enlarged.get(style);
}

/** @param {any} style a copy of our own */
function larger(style) {
  const [image, words] = [style.getImage(), style.getText()];
  if (image) {
    image.setScale(LARGER);
    image.setDisplacement(image.getDisplacement().map((/** @type {number} */ d) => d * LARGER));
  }
  if (words) {
    words.setScale(LARGER);
    words.setOffsetX(words.getOffsetX() * LARGER);
    words.setOffsetY(words.getOffsetY() * LARGER);
  }
  return style;
}

/** Resolves when the ground is drawn, or when it cannot be: the wall works without a map. */
export async function drawMap() {
  await loadWords().catch(() => {}); // without words a danger of no level has no mark
  if (!ol) return;
  const base = [baseLayer(ol, 'ground'), baseLayer(ol, 'names')];
  map = new ol.Map({
    target: 'wall-map', interactions: [], keyboardEventTarget: document.createElement('div'),
    controls: ol.control.defaults.defaults({ rotate: false, zoom: false, attributionOptions: { collapsible: false } }),
    view: new ol.View({ center: [0, 0], zoom: 2, enableRotation: false }),
    layers: [
      layer('city', ground.city), base[0], layer('districts', ground.district), layer('rivers', (f) => ground.river(f.get('name'))),
      layer('hazards', (f) => (danger(f) ? hazardStyle(danger(f)) : undefined)),
      base[1],
      layer('names', (f, r) => large(f.get('river') ? ground.riverName(f.get('name')) : r < 60 ? ground.landmark(f.get('name')) : undefined), { declutter: true }),
      layer('badges', (f, r) => (danger(f)?.worst.alert_level ? large(badgeStyle(danger(f), mark, r < NEAR ? f.get('name') : '')) : undefined)),
    ],
  });
  onThemeChange(() => { for (const one of Object.values(layers)) one.changed(); });
  own = fillBase(ol, map, ...base).then((about) => !about || about.plain);
  await drawGround();
}

async function drawGround() {
  const response = await fetch('/wall/ground.json').catch(() => null);
  if (!response?.ok) {
    setTimeout(drawGround, AGAIN);
    return;
  }
  const told = await response.json();
  const all = shapes(told.areas);
  const of = (/** @type {string} */ kind) => all.filter((/** @type {any} */ f) => told.kinds[kind].includes(f.get('code')));
  put('city', of('city'));
  put('districts', of('district'));
  put('hazards', of('district').map((/** @type {any} */ f) => f.clone()));
  put('badges', of('district').map(inside));
  const ours = await own; // a map of the whole land has rivers and names of its own
  put('rivers', ours ? shapes(told.rivers) : []);
  put('names', !ours ? [] : [...shapes(told.rivers).map((/** @type {any} */ f) => { f.set('river', true); return f; }), ...shapes(told.landmarks)]);
  layers.city.getSource().setAttributions(told.credits.map((/** @type {string} */ one) => one.replace(/[<>&]/g, '')));
  went = '';
  follow();
  map.once('rendercomplete', () => { document.body.dataset.map = 'ready'; });
}

/** A point within a district, for its number. @param {any} feature */
function inside(feature) {
  const shape = feature.getGeometry();
  const largest = shape.getType() === 'MultiPolygon' ? shape.getPolygons().reduce((/** @type {any} */ a, /** @type {any} */ b) => (a.getArea() > b.getArea() ? a : b)) : shape;
  const point = feature.clone();
  point.setGeometry(largest.getInteriorPoint());
  return point;
}

/** Draw what endangers each area now. @param {Record<string, any>} told */
export function showAreas(told) {
  areas = told;
  if (!map) return;
  for (const name of ['hazards', 'badges']) layers[name].changed();
  follow();
}

/** Look at the districts in danger, or at the whole town. It moves only when they change. */
function follow() {
  const found = ol.extent.createEmpty();
  for (const one of on('hazards')) if (danger(one)?.worst.alert_level) ol.extent.extend(found, one.getGeometry().getExtent());
  const all = on('districts').length ? 'districts' : 'city';
  const there = ol.extent.isEmpty(found) ? layers[all].getSource().getExtent() : found;
  if (ol.extent.isEmpty(there) || String(there) === went) return;
  went = String(there);
  map.getView().fit(there, { padding: [40, 40, 40, 40], maxZoom: 14 });
}
