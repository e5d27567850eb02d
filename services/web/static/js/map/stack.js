// @ts-check
// What lies upon what on the map, and how each thing is drawn from how near it is looked at.
import { baseLayer } from '../basemap.js';
import { digits, trend } from '../gauges.js';
import { t } from '../language.js';
import { badgeStyle, gaugeStyle, gaugeValue, ground, hazardStyle, manyStyle } from '../map-styles.js';
import { about, word } from '../words.js';
import { dangerAt } from './dangers.js';
import { layer, layers } from './layers.js';
import { isDrawn, standsFor } from './thinning.js';
import { alertStyle, landslideStyle, officialStyle, shelterStyle, sketchStyle } from './told-styles.js';
import { dumpStyle, plowStyle, roadState, roadStyle, trailStyle } from './work-styles.js';
import { ALL_ROADS_FROM, roadSource } from './work.js';

const DETAIL = 28; // metres per pixel below which names and values are written out
const LETTERS = /** @type {Record<string, string>} */ ({ plow: t('除'), deice: t('凍'), sweep: t('掃'), other: t('他'), none: t('移') });

/** @param {any} resolution */
const near = (resolution) => resolution < DETAIL;
const kindMark = (/** @type {any} */ hazard) => about('kinds', hazard.kind).mark ?? t('他');

/** What of an alert is written into its area, short, for there may be several. @param {any} alert */
const told = (alert) => [{ Exercise: `【${t('訓練')}】`, Test: `【${t('試験')}】` }[/** @type {string} */ (alert.get('status'))] ?? '', t('発表中'), ' ', word('kinds', alert.get('kind'))].join('');

/** All layers of the map, the lowest first. @returns {any[]} */
export function stack() {
  return [...below(), ...work(), ...dangers(), base('names'), ...places(), ...sensors(), layer('sketch', sketchStyle)];
}

/** The base map in two: its names are read through a flood and an evacuation, and lie below every sign. @param {'ground' | 'names'} only */
const base = (only) => (layers[`base-${only}`] = baseLayer(/** @type {any} */ (globalThis).ol, only));

/** The ground and what is published of it: nothing of it moves, so it is drawn once into a picture. */
const below = () => [
  layer('city', ground.city),
  base('ground'),
  layer('zones', (f) => ground.depth(f.get('depth_rank')), { image: true, opacity: 0.9 }),
  layer('planned', (f) => ground.depth(f.get('depth_rank')), { image: true, opacity: 0.9, visible: false }),
  layer('landslide-yellow', () => landslideStyle('yellow'), { image: true, visible: false }),
  layer('landslide-red', () => landslideStyle('red'), { image: true, visible: false }),
  layer('plow', ground.plow, { visible: false }),
  layer('districts', ground.district),
  layer('rivers', (f) => ground.river(f.get('name'))),
];

const work = () => [['main', { maxZoom: ALL_ROADS_FROM }], ['all', { minZoom: ALL_ROADS_FROM }]].map(([which, zooms]) => {
  const name = `roads-${which}`;
  return layer(name, (f) => roadStyle(roadState({ order: f.get('order'), age: f.get('age'), late: layers[name].get('late')?.has(f.get('section')) }), Boolean(f.get('sidewalk'))), { image: true, source: roadSource(/** @type {any} */ (which)), visible: false, .../** @type {object} */ (zooms) });
});

const dangers = () => [
  layer('hazards', (f) => { const both = dangerAt(f.get('code')); return both ? hazardStyle(both) : undefined; }),
  layer('official', (f) => officialStyle(f.get('level') ?? 0)),
  layer('alerts', (f, r) => alertStyle(f.get('alert_level') ? f.get('level') : 0, near(r) ? told(f) : ''), { declutter: true }),
  layer('selected', ground.selected),
];

const places = () => [
  layer('shelters', (f, r) => (r < 60 || f.get('opening') === 'open' ? shelterStyle(shelterState(f), r < 9 ? f.get('name') : '') : undefined)),
  layer('dumps', (f, r) => dumpStyle(f.get('state'), r < 60 ? f.get('name') : '')),
  layer('trails', (f) => trailStyle(f.get('activity') ?? 'other', f.get('hours_ago'))),
  layer('names', (f, r) => names(f, r), { declutter: true }),
  layer('reports', (f) => ground.report(about('kinds', f.get('kind')).mark ?? t('報'), Boolean(f.get('confirmed')))),
  layer('damage', (f) => ground.report(t('被'), f.get('certainty') === 'confirmed')),
  layer('badges', (f, r) => {
    const both = dangerAt(f.get('code'));
    if (both && !both.worst.alert_level && !near(r)) return undefined; // what has no level waits until one looks closer
    return both ? badgeStyle(both, kindMark, near(r) ? f.get('name') : '') : undefined;
  }),
  layer('plows', (f, r) => plowStyle({ silent: f.get('silent'), speed_kmh: f.get('speed_kmh'), heading_deg: f.get('heading_deg'), activity: f.get('activity') ?? 'other' }, near(r) ? LETTERS[f.get('activity') ?? 'other'] ?? '' : ''), { visible: false }),
];

/** @param {any} f @returns {'listed' | 'open' | 'crowded' | 'full' | 'closed'} */
function shelterState(f) {
  if (f.get('opening') === 'open') return f.get('crowding') === 'full' || f.get('crowding') === 'crowded' ? f.get('crowding') : 'open';
  return f.get('opening') === 'closed' ? 'closed' : 'listed';
}

function sensors() {
  const symbols = layer('gauges', (f, r) => (isDrawn(f, r) ? withMany(gaugeStyle(f.get('gauge')), standsFor(f, r)) : undefined));
  const values = layer('values', (f, r) => { // texts apart from symbols: a text may give way to a more important one, a symbol never
    const g = f.get('gauge');
    if (!isDrawn(f, r) || (r >= 45 && g.level < 2)) return undefined;
    const value = g.value === null || g.silent ? '—' : g.distrust ? t('信用しない') : `${g.value.toFixed(digits(g.unit))}${g.unit === 'Cel' ? '℃' : g.unit === 'mm' ? 'mm' : ''}`;
    return gaugeValue(g, `${value} ${trend(g)[0]}`.trim());
  }, { declutter: true, source: symbols.getSource() });
  return [symbols, values];
}

/** @param {any} style @param {number} many */
const withMany = (style, many) => (many > 1 ? [style, manyStyle(many)] : style);

/** @param {any} feature @param {number} resolution */
function names(feature, resolution) {
  const kind = feature.get('name_of');
  if (kind === 'river') return ground.riverName(feature.get('name'));
  if (kind === 'landmark') return resolution < 60 ? ground.landmark(feature.get('name')) : undefined;
  return near(resolution) && !dangerAt(feature.get('code')) ? ground.districtName(feature.get('name')) : undefined;
}
