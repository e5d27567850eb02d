// @ts-check
// What was clicked on the map, and where something that is selected lies on it.
import { select } from '../selection.js';
import { TOLD } from './about.js';
import { closeCard, openCard } from './card.js';
import { layers, on } from './layers.js';

/** @type {any} */
const ol = /** @type {any} */ (globalThis).ol;

/** The topmost feature of some layers there. @param {any} map @param {any} pixel @param {string[]} some @param {number} hitTolerance pixels @returns {any} */
const topmost = (map, pixel, some, hitTolerance) => map.forEachFeatureAtPixel(pixel, (/** @type {any} */ f) => f, { layerFilter: (/** @type {any} */ l) => some.some((n) => layers[n] === l), hitTolerance });

/** What would be selected there. @param {any} map @param {any} pixel @returns {import('../selection.js').Pick | null} */
export function hit(map, pixel) {
  const ask = (/** @type {string[]} */ some, /** @type {number} */ tolerance) => topmost(map, pixel, some, tolerance);
  const gauge = ask(['gauges'], 4);
  if (gauge) return { kind: 'station', code: gauge.get('gauge').code };
  const report = ask(['reports'], 4);
  if (report) return { kind: 'report', code: String(report.get('id')) };
  const area = ask(['badges'], 2) ?? ask(['districts'], 0);
  if (area) return { kind: 'area', code: area.get('code') };
  const river = ask(['rivers'], 5)?.get('name');
  return river ? { kind: 'river', code: river } : null;
}

/** @param {any} event */
export function clicked(event) {
  if (taken) return undefined;
  const damage = asked ? null : topmost(event.map, event.pixel, ['damage'], 4);
  if (damage) return location.assign(`/ops/damage/record?id=${damage.get('id')}`);
  if (!asked) return choose(event);
  const [lon, lat] = ol.proj.toLonLat(event.coordinate);
  const district = layers.districts.getSource().getFeaturesAtCoordinate(event.coordinate)[0];
  const answer = asked;
  asked = null;
  return answer(lon, lat, district?.get('code'));
}

/** @type {((event: any) => void) | null} whose every click is, such as a drawing's */
let taken = null;

/** A sign that has a card, else what can be selected. @param {any} event */
function choose(event) {
  closeCard();
  const above = hit(event.map, event.pixel);
  const plain = (!above || above.kind === 'area') && !topmost(event.map, event.pixel, ['badges'], 2);
  for (const name of plain ? TOLD : []) {
    const found = topmost(event.map, event.pixel, [name], 4);
    if (found) return openCard(name, found.getProperties());
  }
  return select(above, 'map');
}

/** A click at once, without waiting whether it becomes a double one: corners come quickly. @param {any} event */
export const pressed = (event) => taken?.(event);

/** Every click on the map is told, and selects nothing, until it is given back. @param {typeof taken} then null: no more */
export function takeClicks(then) {
  taken = then;
}

/** @type {((lon: number, lat: number, area: string | undefined) => void) | null} who waits for a place */
let asked = null;

/** The next click on the map selects nothing and is told instead: degrees, and the district there. @param {typeof asked} then null: no more */
export function askPlace(then) {
  asked = then;
}

/** The shape of what is selected, if it is drawn. @param {import('../selection.js').Pick} pick @returns {any} */
export function find(pick) {
  const [name, is] = /** @type {any} */ ({
    area: ['districts', (/** @type {any} */ f) => f.get('code') === pick.code],
    station: ['gauges', (/** @type {any} */ f) => f.get('gauge').code === pick.code],
    report: ['reports', (/** @type {any} */ f) => String(f.get('id')) === pick.code],
    river: ['rivers', (/** @type {any} */ f) => f.get('name') === pick.code],
  })[pick.kind];
  return on(name).find(is)?.getGeometry() ?? (pick.kind === 'area' ? on('city').find((/** @type {any} */ f) => f.get('code') === pick.code)?.getGeometry() : null);
}
