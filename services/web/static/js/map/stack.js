// @ts-check
// What lies upon what on the map, and how each thing is drawn from how near it is looked at.
import { digits, trend } from '../gauges.js';
import { badgeStyle, gaugeStyle, gaugeValue, ground, hazardStyle } from '../map-styles.js';
import { about } from '../words.js';
import { dangerAt } from './dangers.js';
import { layer } from './layers.js';

const DETAIL = 28; // metres per pixel below which names and values are written out

/** @param {any} resolution */
const near = (resolution) => resolution < DETAIL;
const kindMark = (/** @type {any} */ hazard) => about('kinds', hazard.kind).mark ?? '他';

/** All layers of the map, the lowest first. @returns {any[]} */
export function stack() {
  return [
    layer('city', ground.city),
    layer('zones', (f) => ground.depth(f.get('depth_rank')), { image: true, opacity: 0.9 }),
    layer('planned', (f) => ground.depth(f.get('depth_rank')), { image: true, opacity: 0.9, visible: false }),
    layer('plow', ground.plow, { visible: false }),
    layer('districts', ground.district),
    layer('rivers', (f) => ground.river(f.get('name'))),
    layer('hazards', (f) => { const both = dangerAt(f.get('code')); return both ? hazardStyle(both) : undefined; }),
    layer('selected', ground.selected),
    layer('shelters', (f, r) => (r < 60 ? ground.shelter(r < 9 ? f.get('name') : '') : undefined)),
    layer('names', (f, r) => names(f, r), { declutter: true }),
    layer('reports', (f) => ground.report(about('kinds', f.get('kind')).mark ?? '報', Boolean(f.get('confirmed')))),
    layer('damage', (f) => ground.report('被', f.get('certainty') === 'confirmed')),
    layer('badges', (f, r) => {
      const both = dangerAt(f.get('code'));
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
  return near(resolution) && !dangerAt(feature.get('code')) ? ground.districtName(feature.get('name')) : undefined;
}
