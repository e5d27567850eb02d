// @ts-check
// Where the map looks: the town, the danger, what is selected, what the address says. And the address that keeps it.
import { inAddress, keepInAddress } from '../address.js';
import { selected } from '../selection.js';
import { endangered } from './dangers.js';
import { on, put, shape } from './layers.js';
import { find } from './pick.js';

/** @type {any} */
const ol = /** @type {any} */ (globalThis).ol;
const calm = matchMedia('(prefers-reduced-motion: reduce)');

/** @type {any} */
let map;
/** @type {any[]} */
let home = [0, 0, 0, 0];
let ours = true; // nobody moved the map yet: it goes where the danger is
let went = '';

/** Look through this map from now on. @param {any} drawn an ol.Map */
export function lookThrough(drawn) {
  map = drawn;
  map.on('moveend', keepView);
  for (const touch of ['pointerdown', 'wheel', 'keydown']) map.getTargetElement().addEventListener(touch, () => { ours = false; }, { passive: true });
}

/** The middle of what is looked at. @returns {number[]} lon, lat */
export const middle = () => ol.proj.toLonLat(map.getView().getCenter());

/** The map itself, for tools that draw on it. @returns {any} */
export const theMap = () => map;

/** @param {any[]} extent what is looked at where nothing endangers */
export function setHome(extent) {
  home = extent;
}

/** How long a flight takes. @returns {number} milliseconds; none for whom movement disturbs, and before the first picture */
const flight = () => (calm.matches || !document.body.dataset.map ? 0 : 350);

/** Mark what is selected, and go there unless the map itself was clicked. @param {any} pick @param {string} from */
export function show(pick, from) {
  const found = pick ? find(pick) : null;
  put('selected', found ? [new ol.Feature(found.clone())] : []);
  keepView();
  if (pick) ours = false;
  if (found && from !== 'map') goTo(found.getExtent());
}

/** Look at a place; a click of the officer's, so that the map does not wander off by itself again. @param {any[]} extent */
export function goTo(extent) {
  ours = false;
  const view = map.getView();
  view.cancelAnimations();
  const padding = [60, Math.min(400, map.getSize()[0] / 2), 60, 60];
  view.fit(extent, { padding, maxZoom: Math.max(13.5, view.getZoom() ?? 0), duration: flight() });
}

/** Mark a place that is no thing of the map's own, such as what was searched for, and go there. @param {any} geometry GeoJSON, degrees */
export function pointOut(geometry) {
  const found = shape(geometry);
  put('selected', [new ol.Feature(found)]);
  goTo(found.getExtent());
}

/** Where to look: the districts in danger, or the whole town where there are none. */
function whereabouts() {
  const danger = ol.extent.createEmpty();
  for (const district of on('hazards')) {
    if (endangered(district.get('code'))?.worst.alert_level) ol.extent.extend(danger, district.getGeometry().getExtent());
  }
  return ol.extent.isEmpty(danger) ? home : danger;
}

/** Back to the picture of now. */
export function goHome() {
  const there = whereabouts();
  ours = true;
  went = String(there);
  map.getView().cancelAnimations(); // two flights at once end where the first one goes
  map.getView().fit(there, { maxZoom: 14, padding: [50, 30, 30, 30], duration: flight() });
}

/** Go where the danger is now, as long as nobody moved the map. */
export function followDanger() {
  if (ours && document.body.dataset.map && String(whereabouts()) !== went) goHome();
}

/** The address keeps the view and what is selected, so that a view can be sent. */
function keepView() {
  const view = map.getView();
  if (!view.getCenter() || !document.body.dataset.map) return;
  const [lon, lat] = ol.proj.toLonLat(view.getCenter());
  const pick = selected();
  keepInAddress({
    map: ours ? '' : `${view.getZoom().toFixed(2)}/${lat.toFixed(4)}/${lon.toFixed(4)}`,
    select: pick ? `${pick.kind}:${encodeURIComponent(pick.code)}` : '',
  });
}

/** Look where the address says, or at home. */
export function restoreView() {
  const found = /^([\d.]+)\/(-?[\d.]+)\/(-?[\d.]+)$/.exec(inAddress('map') ?? '');
  if (!found) return goHome();
  ours = false;
  map.getView().setCenter(ol.proj.fromLonLat([Number(found[3]), Number(found[2])]));
  map.getView().setZoom(Number(found[1]));
}
