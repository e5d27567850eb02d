// @ts-check
// What changes on the map: dangers, sensors, reports, what is told and done. Drawn from what the desk holds, and from
// nothing else; what did not change since the last picture is not touched.
import { desk, hazardsByArea, inForce, isOurs, rank } from '../desk.js';
import { byId, fill, h } from '../dom.js';
import { t } from '../language.js';
import { chip, word } from '../words.js';
import { isShown, learnDangers } from './dangers.js';
import { featuresOf, layers, on } from './layers.js';
import { drawSensors } from './sensors.js';
import { sync } from './sync.js';
import { followDanger } from './view.js';
import { drawDumps, drawLate, drawVehicles } from './work.js';

const MOST_WIDE = 5; // city-wide dangers beside the map; all of them stand in the table

/** Which parts of the desk each drawing is made from. @type {[string[], () => void][]} */
const DRAWINGS = [
  [['hazards', 'status'], () => { drawDangers(); }],
  [['sensors', 'readings'], drawSensors],
  [['reports'], () => { sync('reports', desk.reports, (r) => String(r.id)); }],
  [['damage'], () => { sync('damage', desk.damage, (d) => String(d.id)); }],
  [['official'], drawOfficial],
  [['alerts'], drawAlerts],
  [['shelters'], drawShelters],
  [['fixes'], drawVehicles],
  [['dumps'], drawDumps],
  [['sections'], drawLate],
];
/** @type {Map<string, any>} part → what was drawn of it last */
const before = new Map();

/** Draw what changed since the last picture. One repaint for all of it. */
export function drawLive() {
  if (!layers.city) return;
  const changed = new Set(Object.keys(desk).filter((part) => before.get(part) !== desk[part]));
  for (const part of changed) before.set(part, desk[part]);
  for (const [parts, draw] of DRAWINGS) if (parts.some((part) => changed.has(part))) draw();
  followDanger();
}

/** Dangers of areas, on the map and beside it. */
export function drawDangers() {
  learnDangers();
  drawBrought();
  for (const name of ['hazards', 'badges', 'names']) layers[name].changed();
  drawWide();
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
  const wide = [...hazardsByArea()].filter(([code]) => !drawn.has(code)).flatMap(([, some]) => [...new Map(some.filter(isShown).map((z) => [z.kind, z])).values()])
    .sort((a, b) => rank(b) - rank(a)).slice(0, MOST_WIDE);
  fill(byId('map-wide'), wide.map((z) => h('li', {}, h('button', { type: 'button', 'data-select': `area:${z.area}`, 'data-key': `wide-${z.key}` }, chip(z), wideName(z)))));
}

/** @param {any} z @returns {string} */
function wideName(z) {
  const name = z.alert_level ? t('{area}・{kind}', { area: z.area_name, kind: word('kinds', z.kind) }) : z.area_name;
  return z.observed ? name : t('{danger}（予測）', { danger: name });
}

/** Areas of which the observatory and others have told something, the highest level on top. */
function drawOfficial() {
  sync('official', desk.official.filter((/** @type {any} */ one) => isOurs(one.status)), (one) => String(one.id));
}

/** Areas of our own alerts in force that are parts of the city: of the whole city the bar and the lists tell. */
export function drawAlerts() {
  const city = on('city')[0]?.get('code');
  const some = inForce().filter((a) => isOurs(a.status) && a.geometry && !a.places.some((/** @type {any} */ p) => p.code === city));
  sync('alerts', some, (a) => a.identifier);
}

/** Places of refuge of the city's list, with what the city has issued of them; and those it opened that are on no list. */
function drawShelters() {
  const ours = desk.shelters.filter((/** @type {any} */ one) => isOurs(one.status));
  const byCode = new Map(ours.filter((/** @type {any} */ one) => one.code).map((/** @type {any} */ one) => [one.code, one]));
  for (const one of on('shelters')) {
    const told = byCode.get(one.get('code') || one.get('code'));
    one.setProperties({ opening: told?.opening ?? '', crowding: told?.crowding ?? '' }, true);
  }
  layers.shelters.changed();
}
