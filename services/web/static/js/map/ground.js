// @ts-check
// The ground of the map: the town, its districts, rivers, shelters, names and hazard maps. Fetched once.
import { features } from '../api.js';
import { featuresOf, layers, on, put, shapes } from './layers.js';
import { setHome } from './view.js';
import { learnMaps } from './zones.js';

/** Draw what does not change; where the town lies is told to the view. */
export async function drawGround() {
  const [city, districts, plow, display, kinds] = await Promise.all([
    features('areas?kind=city'), features('areas?kind=district'), features('areas?kind=plow_section'),
    fetch('/ops/ground.json').then((r) => r.json()), learnMaps(),
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
}

/** A real map lies below: what the profile only sketches is not drawn over it. */
export function giveWay() {
  put('rivers', []);
  put('names', on('names').filter((f) => f.get('name_of') === 'district'));
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
