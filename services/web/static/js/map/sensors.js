// @ts-check
// Every sensor as one symbol: of what it measures, the gravest of what the officer wants to see.
import { gauges } from '../gauges.js';
import { layers } from './layers.js';
import { sync } from './sync.js';
import { thin } from './thinning.js';

/** Kind of sensor → what it measures; what stands in none is `other`. */
export const SENSORS = /** @type {Record<string, string[]>} */ ({
  water: ['water_level', 'flow'],
  snow: ['snow_depth', 'snow_film'],
  rain: ['precipitation', 'rain_1h', 'rain_10min'],
  road: ['road_temperature', 'water_film', 'deicer'],
  weather: ['air_temperature', 'solar_radiation', 'wind_speed', 'humidity'],
  other: [],
});
const ORDER = Object.keys(SENSORS);
const kinds = new Map(Object.entries(SENSORS).flatMap(([kind, quantities]) => quantities.map((one) => [one, kind])));

/** @param {any} g a gauge @returns {string} which kind of sensor it is */
export const sensorKind = (g) => kinds.get(g.quantity) ?? 'other';

/** @type {Set<string>} kinds that are drawn */
const shown = new Set(ORDER);
/** @type {Record<string, number>} how many sensors of each kind have a place */
let counts = {};

/** @param {string} kind @returns {number} */
export const sensorCount = (kind) => counts[kind] ?? 0;

/** @param {string} kind @param {boolean} on */
export function showSensors(kind, on) {
  if (on) shown.add(kind);
  else shown.delete(kind);
}

/** The gravest first; then water before snow before rain. @param {any} a @param {any} b */
const graver = (a, b) => b.level - a.level || Number(a.silent) - Number(b.silent) || ORDER.indexOf(sensorKind(a)) - ORDER.indexOf(sensorKind(b));

/** Draw the sensors as the desk knows them. */
export function drawSensors() {
  const all = gauges().filter((g) => g.geometry);
  counts = {};
  for (const [kind, codes] of byKind(all)) counts[kind] = codes.size;
  /** @type {Map<string, any>} */
  const first = new Map();
  for (const g of all) {
    const there = first.get(g.code);
    if (shown.has(sensorKind(g)) && (!there || graver(g, there) < 0)) first.set(g.code, g);
  }
  const things = [...first.values()].sort(graver).map((g) => ({ gauge: g, geometry: g.geometry }));
  const features = sync('gauges', things, (thing) => thing.gauge.code);
  thin(features, (f) => f.get('gauge').level >= 2);
  layers.gauges.changed();
  layers.values.changed();
}

/** @param {any[]} all @returns {Map<string, Set<string>>} kind → codes of stations */
function byKind(all) {
  const found = new Map();
  for (const g of all) found.set(sensorKind(g), (found.get(sensorKind(g)) ?? new Set()).add(g.code));
  return found;
}
