// @ts-check
// What changes on the map: dangers, gauges, reports, damage. Drawn from what the desk holds, and from nothing else.
import { desk, hazardsByArea, rank } from '../desk.js';
import { byId, fill, h } from '../dom.js';
import { gauges } from '../gauges.js';
import { chip, word } from '../words.js';
import { learnDangers } from './dangers.js';
import { featuresOf, layers, on, put, shape } from './layers.js';
import { followDanger } from './view.js';

/** @type {any} */
const ol = /** @type {any} */ (globalThis).ol;
const MOST_WIDE = 5; // city-wide dangers beside the map; all of them stand in the table

/** Draw what changes: dangers, gauges, reports. One repaint for all of it. */
export function drawLive() {
  if (!layers.city) return;
  learnDangers();
  drawBrought();
  for (const name of ['hazards', 'badges', 'names']) layers[name].changed();
  const seen = gauges().filter((g) => g.geometry && (g.quantity === 'water_level' || g.quantity === 'snow_depth')).map((g) => {
    const feature = new ol.Feature({ geometry: shape(g.geometry) });
    feature.set('gauge', g);
    return feature;
  });
  put('gauges', seen);
  put('values', seen);
  put('reports', featuresOf(desk.reports));
  put('damage', featuresOf(desk.damage));
  drawWide();
  followDanger();
}

/** Areas that only a danger brings with it: squares of the mesh, zones of a volcano. One whose danger is over is not painted. */
function drawBrought() {
  if (!on('city').length) return;
  const known = new Set(['city', 'plow', 'hazards'].flatMap((name) => on(name).map((/** @type {any} */ f) => f.get('code'))));
  const brought = desk.hazards.filter((/** @type {any} */ z) => z.geometry && !known.has(z.area));
  const once = new Map(brought.map((/** @type {any} */ z) => [z.area, { code: z.area, geometry: z.geometry }]));
  layers.hazards.getSource().addFeatures(featuresOf([...once.values()]));
}

/** Dangers of areas that are no district, such as the whole city: said beside the map, worst first. */
function drawWide() {
  const drawn = new Set(on('districts').map((/** @type {any} */ f) => f.get('code')));
  const wide = [...hazardsByArea()].filter(([code]) => !drawn.has(code)).flatMap(([, some]) => [...new Map(some.map((z) => [z.kind, z])).values()])
    .sort((a, b) => rank(b) - rank(a)).slice(0, MOST_WIDE);
  fill(byId('map-wide'), wide.map((z) => h('li', {}, h('button', { type: 'button', 'data-select': `area:${z.area}`, 'data-key': `wide-${z.key}` }, chip(z), `${z.area_name}${z.alert_level ? `・${word('kinds', z.kind)}` : ''}${z.observed ? '' : '（予測）'}`))));
}
