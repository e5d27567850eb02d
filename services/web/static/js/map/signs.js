// @ts-check
// The signs of the legend, drawn with the map's own colours and shapes: what stands in the list is what lies on the map.
import { own, t } from '../language.js';
import { DEPTH, LEVEL } from '../map-styles.js';
import { svg } from '../dom.js';
import { about, word } from '../words.js';
import { LANDSLIDE } from './told-styles.js';
import { ROADS, WORKS } from './work-styles.js';

/** @param {...any} inside */
const sign = (...inside) => svg('svg', { class: 'sign', viewBox: '0 0 28 18', 'aria-hidden': 'true', focusable: 'false' }, inside);
const line = (/** @type {string} */ color, /** @type {number} */ width, /** @type {number[]} */ dash = []) => svg('path', { d: 'M1 9H27', stroke: color, 'stroke-width': width, 'stroke-dasharray': dash.length ? dash.join(' ') : null, fill: 'none' });
const box = (/** @type {string} */ fill, /** @type {string} */ rim, /** @type {object} */ more = {}) => svg('rect', { x: 4, y: 2, width: 20, height: 14, fill, stroke: rim, 'stroke-width': 1.2, ...more });
const shape = (/** @type {string} */ points, /** @type {object} */ more = {}) => svg('polygon', { points, fill: 'var(--card)', stroke: 'currentColor', 'stroke-width': 1.6, ...more });
const letter = (/** @type {string} */ text, /** @type {string} */ color = 'currentColor', /** @type {number} */ y = 12.5) => svg('text', { x: 14, y, 'text-anchor': 'middle', 'font-size': 9.5, 'font-weight': 700, fill: color }, text);
const stripes = () => [0, 6, 12, 18].map((x) => svg('path', { d: `M${x + 2} 16L${x + 10} 2`, stroke: 'currentColor', 'stroke-width': 2, opacity: 0.75 }));
const level = (/** @type {number} */ n) => [svg('circle', { cx: 14, cy: 9, r: 8, fill: LEVEL[n].fill, stroke: LEVEL[n].edge, 'stroke-width': 1.2 }), letter(String(n), LEVEL[n].ink)];
const DIAMOND = '14,1 22,9 14,17 6,9', HEXAGON = '14,1 21,5 21,13 14,17 7,13 7,5', DOWN = '5,3 23,3 14,17', UP = '14,1 23,16 5,16', SQUARE = '7,2 21,2 21,16 7,16', PENTAGON = '14,1 22,7 19,16 9,16 6,7';

/** @typedef {[SVGElement, string]} Sign */
/** Entry of the layer tree → its own sign. @type {Record<string, () => SVGElement>} */
const OWN = {
  observed: () => sign(level(4)),
  foreseen: () => sign(svg('g', { color: LEVEL[4].fill }, stripes(), box('none', LEVEL[4].fill, { 'stroke-dasharray': '4 3' }))),
  'sensors-water': () => sign(shape(DIAMOND)),
  'sensors-snow': () => sign(shape(HEXAGON)),
  'sensors-rain': () => sign(shape(DOWN)),
  'sensors-road': () => sign(shape(SQUARE)),
  'sensors-weather': () => sign(svg('circle', { cx: 14, cy: 9, r: 7, fill: 'var(--card)', stroke: 'currentColor', 'stroke-width': 1.6 })),
  'sensors-other': () => sign(svg('circle', { cx: 14, cy: 9, r: 7, fill: 'var(--card)', stroke: 'currentColor', 'stroke-width': 1.6 })),
  reports: () => sign(shape(DIAMOND), letter(t('熊'))),
  zones: () => sign(box(DEPTH[3], '#78463c')),
  planned: () => sign(box(DEPTH[2], '#78463c')),
  'landslide-red': () => sign(box(LANDSLIDE.red.color, LANDSLIDE.red.rim, { 'stroke-dasharray': '4 2' })),
  'landslide-yellow': () => sign(box(LANDSLIDE.yellow.color, LANDSLIDE.yellow.rim)),
  official: () => sign(line(LEVEL[2].fill, 7), line(LEVEL[2].edge, 1.4, [2, 4])),
  alerts: () => sign(line('currentColor', 3, [12, 3, 2, 3])),
  shelters: () => sign(shape(UP, { fill: '#0b5f4c', stroke: '#ffffff' }), letter(t('開'), '#ffffff', 14)),
  damage: () => sign(shape(DIAMOND), letter(t('被'))),
  roads: () => sign(line(ROADS.done.color, 4)),
  plows: () => sign(shape('14,0 21,17 7,17', { fill: WORKS.plow, stroke: '#ffffff' })),
  dumps: () => sign(shape(PENTAGON, { fill: '#0072b2', stroke: '#ffffff' }), letter(t('捨'), '#ffffff')),
  plow: () => sign(line('currentColor', 1.6, [5, 3])),
  districts: () => sign(line('currentColor', 1)),
  rivers: () => sign(line('#5b97c9', 3.5)),
  names: () => sign(letter(t('地名'), undefined)),
};

/** The sign of an entry; empty where it has none. @param {string} id @returns {SVGElement} */
export const signOf = (id) => OWN[id]?.() ?? sign();

/** What the states of an entry look like; empty where its own sign says all. @param {string} id @returns {Sign[]} */
export function statesOf(id) {
  const states = /** @type {Record<string, () => Sign[]>} */ ({
    observed: () => [...[5, 4, 3, 2, 1].map((n) => /** @type {Sign} */ ([sign(level(n)), `${n} ${word('levels', String(n))}`])), [sign(box('none', 'currentColor'), letter(t('雪'))), t('警戒レベルのないもの')]],
    foreseen: () => [[sign(svg('g', { color: LEVEL[3].fill }, stripes()), box('none', LEVEL[3].edge, { 'stroke-dasharray': '4 3' })), t('斜線と破線は予測です')]],
    'sensors-water': () => [
      [sign(shape(DIAMOND, { fill: LEVEL[3].fill, stroke: 'currentColor' }), letter('3', LEVEL[3].ink)), t('基準を超えた（数字は相当するレベル）')],
      [sign(shape(DIAMOND, { fill: '#b9c0c6' }), stripes()), t('値が届かない')],
      [sign(shape(DIAMOND), letter('×')), t('信用しないとした')],
      [sign(letter('↑→↓')), t('上昇、横ばい、下降')],
    ],
    zones: () => about('depths').map((/** @type {any} */ d) => [sign(box(DEPTH[d.rank], '#78463c')), own(d)]),
    shelters: () => [
      [sign(shape(UP, { fill: '#0b5f4c', stroke: '#ffffff' }), letter(t('開'), '#ffffff', 14)), t('開いている')],
      [sign(shape(UP, { fill: '#0b5f4c', stroke: '#ffffff' }), letter(t('混'), '#ffffff', 14)), t('混んでいる')],
      [sign(shape(UP, { fill: '#7a1f1f', stroke: '#ffffff' }), letter(t('満'), '#ffffff', 14)), t('満員')],
      [sign(shape('14,4 20,14 8,14', { stroke: '#0b7a5f' })), t('一覧にある（開いていない）')],
    ],
    official: () => [[sign(line('currentColor', 6), line('var(--card)', 1.4, [2, 4])), t('帯の色は最も高い警戒レベル、灰色はレベルなし')]],
    roads: () => [['late', t('遅れ')], ['working', t('作業中')], ['waiting', t('指示済み（未着手）')], ['done', t('完了')], ['none', t('対象外・不明')]].map(([state, name]) => {
      const look = ROADS[state];
      return [sign(look.casing ? line(look.casing, look.width + 3) : null, line(look.color, look.width, look.dash)), name];
    }),
    plows: () => [
      [sign(shape('14,0 21,17 7,17', { fill: WORKS.plow, stroke: '#ffffff' })), t('動いている（向きは進む方向）')],
      [sign(shape(SQUARE, { fill: WORKS.plow, stroke: '#ffffff' })), t('止まっている')],
      [sign(svg('circle', { cx: 14, cy: 9, r: 7, fill: 'var(--card)', stroke: WORKS.plow, 'stroke-width': 2, 'stroke-dasharray': '3 3' })), t('10分以上位置が届かない')],
      ...[['plow', t('除'), t('除雪')], ['deice', t('凍'), t('凍結防止剤')], ['sweep', t('掃'), t('清掃')], ['other', t('他'), t('その他の作業')]].map(([work, mark, name]) => /** @type {Sign} */ ([sign(shape(SQUARE, { fill: WORKS[work], stroke: '#ffffff' }), letter(mark, '#ffffff')), name])),
    ],
    dumps: () => [[t('捨'), t('受け入れている')], [t('満'), t('満杯')], [t('閉'), t('閉鎖')], ['?', t('分からない')]].map(([mark, name]) => [sign(shape(PENTAGON, mark === t('捨') ? { fill: '#0072b2', stroke: '#ffffff' } : {}), letter(mark, mark === t('捨') ? '#ffffff' : undefined)), name]),
  });
  return states[id]?.() ?? [];
}
