// @ts-check
// The map's layers by name, and how features get into them. Nothing here knows what a layer shows.

/** @type {any} */
const ol = /** @type {any} */ (globalThis).ol;
const read = new ol.format.GeoJSON({ featureProjection: 'EPSG:3857' });

/** @type {Record<string, any>} layers of the map by name, in the order in which they were made: the lowest first */
export const layers = {};

/**
 * Make a layer; whoever comes later lies above.
 * @param {string} name
 * @param {(feature: any, resolution: number) => any} style
 * @param {object} [options]
 */
export function layer(name, style, options = {}) {
  const { image, ...rest } = /** @type {any} */ (options);
  const Kind = image ? ol.layer.VectorImage : ol.layer.Vector;
  layers[name] = new Kind({ source: new ol.source.Vector(), style, renderBuffer: 60, ...rest });
  return layers[name];
}

/** Put features into a layer. @param {string} name @param {any[]} found */
export function put(name, found) {
  const source = layers[name].getSource();
  source.clear(true);
  source.addFeatures(found);
}

/** @param {any} collection @returns {any[]} */
export const shapes = (collection) => read.readFeatures(collection);

/** Objects with a geometry beside them, as map features. @param {any[]} objects */
export const featuresOf = (objects) => shapes({ type: 'FeatureCollection', features: objects.filter((o) => o.geometry)
  .map(({ geometry, ...properties }) => ({ type: 'Feature', geometry, properties })) });

/** @param {any} geometry GeoJSON, degrees @returns {any} the same on the map */
export const shape = (geometry) => read.readGeometry(geometry);

/** Features of a layer as they stand. @param {string} name @returns {any[]} */
export const on = (name) => layers[name].getSource().getFeatures();

/** @param {string} name @param {boolean} shown */
export function setVisible(name, shown) {
  layers[name].setVisible(shown);
}
