// @ts-check
// The map. It draws what the desk knows and says what was clicked; everything on it also stands in the tables.
import { features } from './api.js';
import { desk, hazardsByArea, nowAndNext, rank } from './desk.js';
import { byId, fill, h } from './dom.js';
import { digits, gauges, trend } from './gauges.js';
import { badgeStyle, gaugeStyle, gaugeValue, ground, hazardStyle, onThemeChange } from './map-styles.js';
import { follow, select, selected } from './selection.js';
import { about, chip, word } from './words.js';

/** @type {any} */
const ol = /** @type {any} */ (globalThis).ol;
const read = new ol.format.GeoJSON({ featureProjection: 'EPSG:3857' });
const MOST_WIDE = 5; // city-wide dangers beside the map; all of them stand in the table
const DETAIL = 28; // metres per pixel below which names and values are written out
const calm = matchMedia('(prefers-reduced-motion: reduce)');

/** @type {Record<string, any>} layers of the map by name */
export const layers = {};
/** @type {any} */
let map;
/** @type {any[]} */
let home = [0, 0, 0, 0];
let ours = true; // nobody moved the map yet: it goes where the danger is
let went = '';

/** @type {Map<string, {now: any, next: any, worst: any}>} area code → what holds and what comes, as drawn */
let worst = new Map();

/**
 * @param {string} name
 * @param {(feature: any, resolution: number) => any} style
 * @param {object} [options]
 */
function layer(name, style, options = {}) {
  const { image, ...rest } = /** @type {any} */ (options);
  const Kind = image ? ol.layer.VectorImage : ol.layer.Vector;
  layers[name] = new Kind({ source: new ol.source.Vector(), style, renderBuffer: 60, ...rest });
  return layers[name];
}

/** @param {any} resolution */
const near = (resolution) => resolution < DETAIL;
const hazardOf = (/** @type {any} */ feature) => worst.get(feature.get('code'));
const kindMark = (/** @type {any} */ hazard) => about('kinds', hazard.kind).mark ?? '他';

function stack() {
  return [
    layer('city', ground.city),
    layer('zones', (f) => ground.depth(f.get('depth_rank')), { image: true, opacity: 0.9 }),
    layer('planned', (f) => ground.depth(f.get('depth_rank')), { image: true, opacity: 0.9, visible: false }),
    layer('plow', ground.plow, { visible: false }),
    layer('districts', ground.district),
    layer('rivers', (f) => ground.river(f.get('name'))),
    layer('hazards', (f) => { const both = hazardOf(f); return both ? hazardStyle(both) : undefined; }),
    layer('selected', ground.selected),
    layer('shelters', (f, r) => (r < 60 ? ground.shelter(r < 9 ? f.get('name') : '') : undefined)),
    layer('names', (f, r) => names(f, r), { declutter: true }),
    layer('reports', (f) => ground.report(about('kinds', f.get('kind')).mark ?? '報', Boolean(f.get('confirmed')))),
    layer('damage', (f) => ground.report('被', f.get('certainty') === 'confirmed')),
    layer('badges', (f, r) => {
      const both = hazardOf(f);
      if (both && !both.worst.alert_level && !near(r)) return undefined; // what has no level waits until one looks closer
      return both ? badgeStyle(both, kindMark, near(r) ? f.get('name') : '') : undefined;
    }),
    layer('gauges', (f) => gaugeStyle(f.get('gauge'))),
    layer('values', (f, r) => { // texts apart from symbols: a text may give way to a more important one, a symbol never
      const g = f.get('gauge');
      const value = g.value === null || g.silent ? '—' : g.value.toFixed(digits(g.unit));
      return r < 45 || g.level >= 2 ? gaugeValue(g, `${value} ${trend(g)[0]}`.trim()) : undefined;
    }, { declutter: true }),
  ];
}

/** @param {any} feature @param {number} resolution */
function names(feature, resolution) {
  const kind = feature.get('name_of');
  if (kind === 'river') return ground.riverName(feature.get('name'));
  if (kind === 'landmark') return resolution < 60 ? ground.landmark(feature.get('name')) : undefined;
  return near(resolution) && !worst.has(feature.get('code')) ? ground.districtName(feature.get('name')) : undefined;
}

/** Make the map and draw the ground; resolves once the first full picture stands. */
export async function startMap() {
  map = new ol.Map({
    target: 'map',
    layers: stack(),
    controls: ol.control.defaults.defaults({ rotate: false, zoomOptions: { zoomInTipLabel: '拡大', zoomOutTipLabel: '縮小' }, attributionOptions: { collapsible: true, collapsed: true, label: '出典', collapseLabel: '閉じる', tipLabel: '出典' } })
      .extend([new ol.control.ScaleLine()]),
    view: new ol.View({ center: ol.proj.fromLonLat([141.15, 39.7]), zoom: 11, minZoom: 8, maxZoom: 18, enableRotation: false }),
  });
  map.on('singleclick', clicked);
  map.on('pointermove', (/** @type {any} */ event) => {
    map.getTargetElement().style.cursor = !event.dragging && hit(event.pixel) ? 'pointer' : '';
  });
  map.on('moveend', keepView);
  for (const touch of ['pointerdown', 'wheel', 'keydown']) map.getTargetElement().addEventListener(touch, () => { ours = false; }, { passive: true });
  follow(show);
  onThemeChange(() => { for (const one of Object.values(layers)) one.changed(); });
  await drawGround();
  restoreView();
}

/** The picture stands: tests and people may look. Called once the first data have been drawn. */
export function whenDrawn() {
  map.once('rendercomplete', () => { document.body.dataset.map = 'ready'; });
  map.render();
}

/** Put features into a layer. @param {string} name @param {any[]} found */
function put(name, found) {
  const source = layers[name].getSource();
  source.clear(true);
  source.addFeatures(found);
}

/** @param {any} collection @returns {any[]} */
const shapes = (collection) => read.readFeatures(collection);

/** Objects with a geometry beside them, as map features. @param {any[]} objects */
const featuresOf = (objects) => shapes({ type: 'FeatureCollection', features: objects.filter((o) => o.geometry)
  .map(({ geometry, ...properties }) => ({ type: 'Feature', geometry, properties })) });

async function drawGround() {
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
  home = layers.districts.getSource().getFeatures().length ? layers.districts.getSource().getExtent() : layers.city.getSource().getExtent();
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

/** Draw what changes: dangers, gauges, reports. One repaint for all of it. */
export function drawLive() {
  if (!map) return;
  worst = new Map([...hazardsByArea()].map(([code, some]) => [code, nowAndNext(some)]));
  drawBrought();
  for (const name of ['hazards', 'badges', 'names']) layers[name].changed();
  const seen = gauges().filter((g) => g.geometry && (g.quantity === 'water_level' || g.quantity === 'snow_depth')).map((g) => {
    const feature = new ol.Feature({ geometry: read.readGeometry(g.geometry) });
    feature.set('gauge', g);
    return feature;
  });
  put('gauges', seen);
  put('values', seen);
  put('reports', featuresOf(desk.reports));
  put('damage', featuresOf(desk.damage));
  drawWide();
  if (ours && document.body.dataset.map && String(whereabouts()) !== went) goHome();
}

/** Areas that only a danger brings with it: squares of the mesh, zones of a volcano. One whose danger is over is not painted. */
function drawBrought() {
  if (!layers.city.getSource().getFeatures().length) return;
  const known = new Set(['city', 'plow', 'hazards'].flatMap((name) => layers[name].getSource().getFeatures().map((/** @type {any} */ f) => f.get('code'))));
  const brought = desk.hazards.filter((/** @type {any} */ z) => z.geometry && !known.has(z.area));
  const once = new Map(brought.map((/** @type {any} */ z) => [z.area, { code: z.area, geometry: z.geometry }]));
  layers.hazards.getSource().addFeatures(featuresOf([...once.values()]));
}

/** Dangers of areas that are no district, such as the whole city: said beside the map, worst first. */
function drawWide() {
  const drawn = new Set(layers.districts.getSource().getFeatures().map((/** @type {any} */ f) => f.get('code')));
  const wide = [...hazardsByArea()].filter(([code]) => !drawn.has(code)).flatMap(([, some]) => [...new Map(some.map((z) => [z.kind, z])).values()])
    .sort((a, b) => rank(b) - rank(a)).slice(0, MOST_WIDE);
  fill(byId('map-wide'), wide.map((z) => h('li', {}, h('button', { type: 'button', 'data-select': `area:${z.area}`, 'data-key': `wide-${z.key}` }, chip(z), `${z.area_name}${z.alert_level ? `・${word('kinds', z.kind)}` : ''}${z.observed ? '' : '（予測）'}`))));
}

/** @param {any} pixel @returns {import('./selection.js').Pick | null} */
function hit(pixel) {
  const ask = (/** @type {string[]} */ some, /** @type {number} */ hitTolerance) => map.forEachFeatureAtPixel(pixel, (/** @type {any} */ f) => f, { layerFilter: (/** @type {any} */ l) => some.some((n) => layers[n] === l), hitTolerance });
  const gauge = ask(['gauges'], 4);
  if (gauge) return { kind: 'station', code: gauge.get('gauge').code };
  const report = ask(['reports'], 4);
  if (report) return { kind: 'report', code: String(report.get('id')) };
  const area = ask(['badges'], 2) ?? ask(['districts'], 0);
  return area ? { kind: 'area', code: area.get('code') } : null;
}

/** @param {any} event */
function clicked(event) {
  const damage = asked ? null : map.forEachFeatureAtPixel(event.pixel, (/** @type {any} */ f) => f, { layerFilter: (/** @type {any} */ l) => l === layers.damage, hitTolerance: 4 });
  if (damage) return location.assign(`/ops/damage/record?id=${damage.get('id')}`);
  if (!asked) return select(hit(event.pixel), 'map');
  const [lon, lat] = ol.proj.toLonLat(event.coordinate);
  const district = layers.districts.getSource().getFeaturesAtCoordinate(event.coordinate)[0];
  const answer = asked;
  asked = null;
  return answer(lon, lat, district?.get('code'));
}

/** @type {((lon: number, lat: number, area: string | undefined) => void) | null} who waits for a place */
let asked = null;

/** The next click on the map selects nothing and is told instead: degrees, and the district there. @param {typeof asked} then null: no more */
export function askPlace(then) {
  asked = then;
}

/** Mark what is selected, and go there unless the map itself was clicked. @param {any} pick @param {string} from */
function show(pick, from) {
  const found = pick ? find(pick) : null;
  put('selected', found ? [new ol.Feature(found.clone())] : []);
  keepView();
  if (pick) ours = false;
  if (!found || from === 'map') return;
  const view = map.getView();
  const padding = [60, Math.min(400, map.getSize()[0] / 2), 60, 60];
  view.fit(found.getExtent(), { padding, maxZoom: Math.max(13.5, view.getZoom() ?? 0), duration: calm.matches ? 0 : 350 });
}

/** @param {import('./selection.js').Pick} pick */
function find(pick) {
  const [name, is] = /** @type {any} */ ({
    area: ['districts', (/** @type {any} */ f) => f.get('code') === pick.code],
    station: ['gauges', (/** @type {any} */ f) => f.get('gauge').code === pick.code],
    report: ['reports', (/** @type {any} */ f) => String(f.get('id')) === pick.code],
  })[pick.kind];
  return layers[name].getSource().getFeatures().find(is)?.getGeometry() ?? (pick.kind === 'area' ? layers.city.getSource().getFeatures().find((/** @type {any} */ f) => f.get('code') === pick.code)?.getGeometry() : null);
}

/** Where to look: the districts in danger, or the whole town where there are none. */
function whereabouts() {
  const danger = ol.extent.createEmpty();
  for (const district of layers.hazards.getSource().getFeatures()) {
    if (worst.get(district.get('code'))?.worst.alert_level) ol.extent.extend(danger, district.getGeometry().getExtent());
  }
  return ol.extent.isEmpty(danger) ? home : danger;
}

/** Back to the picture of now. */
export function goHome() {
  const there = whereabouts();
  ours = true;
  went = String(there);
  map.getView().fit(there, { maxZoom: 14, padding: [50, 30, 30, 30], duration: calm.matches || !document.body.dataset.map ? 0 : 350 });
}

/** The address keeps the view and what is selected, so that a view can be sent. */
function keepView() {
  const view = map.getView();
  if (!view.getCenter() || !document.body.dataset.map) return;
  const [lon, lat] = ol.proj.toLonLat(view.getCenter());
  const pick = selected();
  const place = ours ? '' : `map=${view.getZoom().toFixed(2)}/${lat.toFixed(4)}/${lon.toFixed(4)}`;
  const chosen = pick ? `select=${pick.kind}:${encodeURIComponent(pick.code)}` : '';
  history.replaceState(null, '', `#${[place, chosen].filter(Boolean).join('&')}`);
}

function restoreView() {
  const found = /map=([\d.]+)\/(-?[\d.]+)\/(-?[\d.]+)/.exec(location.hash);
  if (!found) return goHome();
  ours = false;
  map.getView().setCenter(ol.proj.fromLonLat([Number(found[3]), Number(found[2])]));
  map.getView().setZoom(Number(found[1]));
}

/** Names that can be searched for. @returns {{name: string, reading: string, pick: import('./selection.js').Pick}[]} */
export function searchable() {
  const areas = layers.districts.getSource().getFeatures().map((/** @type {any} */ f) => ({ name: f.get('name'), reading: f.get('reading') ?? '', pick: { kind: 'area', code: f.get('code') } }));
  const seen = new Map(gauges().map((g) => [g.code, { name: g.name, reading: '', pick: { kind: 'station', code: g.code } }]));
  return [...areas, .../** @type {any} */ ([...seen.values()])];
}

/** @param {string} name @param {boolean} on */
export function setVisible(name, on) {
  layers[name].setVisible(on);
}
