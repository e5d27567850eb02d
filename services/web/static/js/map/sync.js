// @ts-check
// A layer holds exactly the things it is given: what is there already stays, what moved is moved, what is gone goes.
// Thousands of vehicles and sensors come every second; nothing is made anew that did not change.
import { layers, shape } from './layers.js';

/** @type {any} */
const ol = /** @type {any} */ (globalThis).ol;

/** @typedef {{feature: any, geometry: any}} Held */
/** @type {Record<string, Map<string, Held>>} layer → key → what is drawn of it */
const held = {};

/**
 * @param {string} name of the layer
 * @param {any[]} things each with its geometry (GeoJSON, degrees); those without one are left out
 * @param {(thing: any) => string} keyOf
 * @returns {any[]} the features, in the order of the things
 */
export function sync(name, things, keyOf) {
  const source = layers[name].getSource();
  const before = held[name] ?? new Map();
  /** @type {Map<string, Held>} */
  const now = new Map();
  const fresh = [];
  for (const thing of things) {
    if (!thing.geometry) continue;
    const key = keyOf(thing);
    let one = before.get(key);
    if (!one) {
      one = { feature: new ol.Feature({ geometry: shape(thing.geometry) }), geometry: thing.geometry };
      fresh.push(one.feature);
    } else if (!same(one.geometry, thing.geometry)) {
      one.feature.setGeometry(shape(thing.geometry));
      one.geometry = thing.geometry;
    }
    const { geometry: _, ...properties } = thing;
    one.feature.setProperties(properties, true);
    now.set(key, one);
  }
  const gone = [...before].filter(([key]) => !now.has(key));
  if (gone.length > 200 && gone.length * 2 > before.size) { // one rebuilding is cheaper than many takings out
    source.clear(true);
    source.addFeatures([...now.values()].map((one) => one.feature));
  } else {
    for (const [, one] of gone) source.removeFeature(one.feature);
    source.addFeatures(fresh);
  }
  held[name] = now;
  layers[name].changed();
  return [...now.values()].map((one) => one.feature);
}

/** @param {any} one @param {any} other GeoJSON geometries */
function same(one, other) {
  if (one === other) return true;
  if (one.type !== other.type) return false;
  if (one.type === 'Point') return one.coordinates[0] === other.coordinates[0] && one.coordinates[1] === other.coordinates[1];
  return JSON.stringify(one.coordinates) === JSON.stringify(other.coordinates);
}
