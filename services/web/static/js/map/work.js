// @ts-check
// Snow removal on the map: vehicles, dumps, and the roads that are looked at, with how the clearing of each stands.
import { features } from '../api.js';
import { desk, isOurs } from '../desk.js';
import { asked, isAhead, viewed } from '../instant.js';
import { featuresOf, layers } from './layers.js';
import { sync } from './sync.js';

/** @type {any} */
const ol = /** @type {any} */ (globalThis).ol;
export const ALL_ROADS_FROM = 14; // zoom from which every street is drawn, and not the main roads alone
const PIECE = { main: 11, all: 13 }; // zoom of the pieces in which roads are asked for: alike for everybody

export function drawVehicles() {
  sync('plows', desk.fixes.filter((/** @type {any} */ f) => isOurs(f.status)), (f) => f.vehicle);
}

export function drawDumps() {
  sync('dumps', desk.dumps, (d) => String(d.id));
}

/** Sections whose order should be done by now: their roads are late. */
export function drawLate() {
  const late = new Set(desk.sections.filter((/** @type {any} */ one) => one.orders.some((/** @type {any} */ o) => !o.closed && (o.late || o.overdue))).map((/** @type {any} */ one) => one.section));
  for (const name of ['roads-main', 'roads-all']) {
    layers[name].set('late', late);
    layers[name].changed();
  }
}

/** Pieces of the map whose roads have been asked for, by source. @type {Map<any, Map<string, string>>} */
const pieces = new Map();

/** @param {'main' | 'all'} which @returns {any} a source that fetches the roads of what is looked at */
export function roadSource(which) {
  const source = new ol.source.Vector({
    strategy: ol.loadingstrategy.tile(ol.tilegrid.createXYZ({ minZoom: PIECE[which], maxZoom: PIECE[which] })),
    loader: (/** @type {number[]} */ extent, /** @type {any} */ _resolution, /** @type {any} */ _projection, /** @type {any} */ done, /** @type {any} */ failed) => {
      const box = ol.proj.transformExtent(extent, 'EPSG:3857', 'EPSG:4326').map((/** @type {number} */ one) => one.toFixed(6)).join(',');
      const path = `snow/roads?bbox=${box}&limit=1000${which === 'main' ? '&main=1' : ''}`;
      fetchInto(source, path).then(() => { pieces.get(source)?.set(box, path); done([]); }, () => { source.removeLoadedExtent(extent); failed(); });
    },
  });
  pieces.set(source, new Map());
  return source;
}

/** Roads stay where they are; what is told of them is put on those that are there. @param {any} source @param {string} path */
async function fetchInto(source, path) {
  const at = viewed();
  const found = await features(asked(path), 30);
  if (at !== viewed()) return; // people look at another time by now
  const fresh = [];
  for (const road of found) {
    const there = source.getFeatureById(road.id);
    if (there) there.setProperties({ age: road.age, order: road.order }, true);
    else fresh.push(road);
  }
  const made = featuresOf(fresh);
  for (const [at, one] of made.entries()) one.setId(fresh[at].id);
  source.addFeatures(made);
}

/**
 * Another time is looked at: the roads as they were known then, shown when they have come. Nobody foretells them, so ahead there are none.
 */
export async function moveRoads() {
  for (const layer of roads()) layer.setOpacity(0);
  if (isAhead()) return;
  for (const [source, boxes] of pieces) {
    if (roads().some((one) => one.getSource() === source && one.getVisible())) continue;
    boxes.clear();
    source.refresh(); // fetched when they are looked at again
  }
  await refreshRoads();
}

const roads = () => [layers['roads-main'], layers['roads-all']].filter(Boolean);

/** Ask again how the roads stand that are on the map: once a minute is as often as the hub works it out. */
export async function refreshRoads() {
  const at = viewed();
  let whole = true;
  for (const [source, boxes] of pieces) {
    const layer = roads().find((one) => one.getSource() === source);
    if (!layer?.getVisible()) continue;
    const came = await Promise.allSettled([...boxes.values()].slice(-40).map((path) => fetchInto(source, path))); // what fails keeps what it had
    whole &&= came.every((one) => one.status === 'fulfilled');
    source.changed();
  }
  if (whole && at === viewed() && !isAhead()) for (const layer of roads()) layer.setOpacity(1);
}
