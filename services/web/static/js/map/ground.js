// @ts-check
// The ground of the map: the town, its districts, rivers, shelters, names and hazard maps. Fetched once.
import { features } from '../api.js';
import { featuresOf, layers, on, put, shapes } from './layers.js';
import { setHome } from './view.js';

/** Draw what does not change; where the town lies is told to the view. */
export async function drawGround() {
  const [city, districts, plow, display, kinds] = await Promise.all([
    features('areas?kind=city'), features('areas?kind=district'), features('areas?kind=plow_section'),
    fetch('/ops/ground.json').then((r) => r.json()), layerList(),
  ]);
  put('city', featuresOf(city));
  put('districts', featuresOf(districts));
  put('hazards', featuresOf(districts));
  put('badges', featuresOf(districts).map(toPoint));
  put('plow', featuresOf(plow));
  put('rivers', shapes(display.rivers));
  put('shelters', shapes(display.shelters));
  put('names', [...named(shapes(display.rivers), 'river'), ...named(shapes(display.landmarks), 'landmark'), ...named(featuresOf(districts).map(toPoint), 'district')]);
  credits([...display.credits, ...kinds.map((k) => k.credit)]);
  setHome(layers[on('districts').length ? 'districts' : 'city'].getSource().getExtent());
  drawZones(kinds);
}

/** @returns {Promise<any[]>} the city's hazard layers */
async function layerList() {
  const response = await fetch('/api/v1/layers', { headers: { Accept: 'application/json' } });
  const body = await response.json();
  return body.items;
}

/** @param {any[]} kinds The rarest flood scenario that is drawn, and 計画規模 on a layer of its own: never one over the other. */
async function drawZones(kinds) {
  const maps = kinds.filter((k) => k.kind === 'flood');
  const rarest = ['maximum', 'unstated', 'planned'].find((key) => maps.some((k) => k.scenarios.includes(key)));
  for (const one of maps.filter((k) => k.scenarios.some((/** @type {string} */ key) => key === rarest || key === 'planned'))) {
    const zones = featuresOf(await features(`layers/${encodeURIComponent(one.name)}?limit=1000`, 30));
    for (const [name, key] of [['zones', rarest], ['planned', 'planned']]) {
      layers[String(name)].getSource().addFeatures(zones.filter((z) => (z.get('scenario') || 'unstated') === key));
    }
  }
}

/** @param {any[]} found @param {string} kind */
const named = (found, kind) => found.map((f) => { f.set('name_of', kind); return f; });

/** @param {any} feature */
function toPoint(feature) {
  const shape = feature.getGeometry();
  const polygon = shape.getType() === 'MultiPolygon' ? shape.getPolygons().reduce((/** @type {any} */ a, /** @type {any} */ b) => (a.getArea() > b.getArea() ? a : b)) : shape;
  feature.setGeometry(polygon.getType() === 'Polygon' ? polygon.getInteriorPoint() : polygon);
  return feature;
}

/** @param {(string | undefined)[]} texts */
function credits(texts) {
  layers.city.getSource().setAttributions([...new Set(texts.filter(Boolean))].map((t) => String(t).replace(/[<>&]/g, '')));
}
