// @ts-check
// How snow removal looks on the map: roads by how their clearing stands, vehicles by what they do, dumps by whether they take snow.
// Neither kind nor state is told by colour alone: lines have dashes, vehicles a shape and a letter.
import { t } from '../language.js';
import { once, text, theme } from '../map-styles.js';

/** @type {any} */
const ol = /** @type {any} */ (globalThis).ol;
const stroke = (/** @type {string} */ color, /** @type {number} */ width, /** @type {number[]} */ lineDash = []) => new ol.style.Stroke({ color, width, lineDash });
const fill = (/** @type {string} */ color) => new ol.style.Fill({ color });

/** @typedef {{color: string, dark: string, width: number, dash: number[], casing?: string}} Line */
/** How clearing of a road stands → its line. Orange and green are one colour to many eyes, so no state is green. */
export const ROADS = /** @type {Record<string, Line>} */ ({
  late: { color: '#d55e00', dark: '#ff8a3d', width: 4.5, dash: [14, 6] },
  working: { color: '#e69f00', dark: '#f2b632', width: 5, dash: [], casing: '#3b2a00' },
  waiting: { color: '#4b5563', dark: '#aab6c2', width: 3.5, dash: [1.5, 5] },
  done: { color: '#0072b2', dark: '#4aa8e8', width: 3.5, dash: [] },
  none: { color: '#9aa2a9', dark: '#66727d', width: 1.5, dash: [] },
});
/** What a vehicle does → its colour. */
export const WORKS = /** @type {Record<string, string>} */ ({ plow: '#0072b2', deice: '#00735c', sweep: '#6b5b00', other: '#4b5563', none: '#4b5563' });

/** How a road's clearing stands. @param {any} road of /snow/roads, with `late` where its section is @returns {string} */
export function roadState(road) {
  if (road.order === 'working' || road.order === 'ordered') return road.late ? 'late' : road.order === 'working' ? 'working' : 'waiting';
  return road.order === 'finished' || road.age ? 'done' : 'none';
}

/** @param {string} state @param {boolean} narrow a sidewalk */
export const roadStyle = (state, narrow) => once(`road-${state}-${narrow}`, () => {
  const line = ROADS[state];
  const width = narrow ? line.width / 2 : line.width;
  const color = theme() === theme('dark') ? line.dark : line.color;
  const drawn = new ol.style.Style({ stroke: stroke(color, width, line.dash), zIndex: Object.keys(ROADS).length - Object.keys(ROADS).indexOf(state) });
  return line.casing ? [new ol.style.Style({ stroke: stroke(line.casing, width + 3), zIndex: drawn.getZIndex() }), drawn] : drawn;
});

/** Whether it moves, stands, or has not been heard of. @param {any} fix @returns {'moving' | 'still' | 'silent'} */
export const motion = (fix) => (fix.silent ? 'silent' : (fix.speed_kmh ?? 0) >= 2 ? 'moving' : 'still');

/**
 * A vehicle: an arrow that points where it goes, a square where it stands, a broken ring where nothing is heard of it.
 * @param {any} fix of /fixes/latest
 * @param {string} letter of what it does; empty: from afar
 */
export function plowStyle(fix, letter) {
  const how = motion(fix), work = WORKS[fix.activity] ? fix.activity : 'other';
  const turn = how === 'moving' ? Math.round((fix.heading_deg ?? 0) / 15) % 24 : 0; // one picture for each 15 degrees
  return once(`plow-${how}-${work}-${turn}-${letter}`, () => {
    const color = fill(how === 'silent' ? theme().card : WORKS[work]);
    const rim = stroke(how === 'silent' ? WORKS[work] : '#ffffff', 2, how === 'silent' ? [3, 3] : []);
    const image = how === 'silent' ? new ol.style.Circle({ radius: 9, fill: color, stroke: rim })
      : how === 'still' ? new ol.style.RegularShape({ points: 4, radius: 11, angle: Math.PI / 4, fill: color, stroke: rim })
        : new ol.style.RegularShape({ points: 3, radius: 13, fill: color, stroke: rim, scale: [0.85, 1.15], rotation: turn * Math.PI / 12, rotateWithView: true });
    return new ol.style.Style({ image, zIndex: how === 'moving' ? 2 : 1, text: letter ? text(letter, { size: 10, color: how === 'silent' ? theme().ink : '#ffffff', bold: true }) : undefined });
  });
}

/** Where a vehicle has been: the longer ago, the fainter and thinner. @param {string} work @param {number} hours since */
export function trailStyle(work, hours) {
  const step = hours <= 1 ? 0 : hours <= 3 ? 1 : hours <= 6 ? 2 : 3;
  return once(`trail-${work}-${step}`, () => new ol.style.Style({ stroke: stroke(`${WORKS[work] ?? WORKS.other}${['ff', 'b0', '70', '45'][step]}`, 5 - step, step > 1 ? [6, 5] : []), zIndex: 4 - step }));
}

/** A dump: takes snow, is full or closed, or nobody has said. @param {string | null} state @param {string} name empty: symbol only */
export const dumpStyle = (state, name) => once(`dump-${state}-${name}`, () => new ol.style.Style({
  image: new ol.style.RegularShape({ points: 5, radius: 11, fill: fill(state === 'open' ? '#0072b2' : theme().card), stroke: stroke(state === 'open' ? '#ffffff' : theme().ink, 2, state ? [] : [3, 3]) }),
  text: text(name ? `${dumpSign(state)} ${name}` : dumpSign(state), name ? { size: 11, color: theme().name, halo: theme().halo, y: 18, bold: true } : { size: 10, color: state === 'open' ? '#ffffff' : theme().ink, bold: true }),
}));
const dumpSign = (/** @type {string | null} */ state) => (state === 'open' ? t('捨') : state === 'full' ? t('満') : state === 'closed' ? t('閉') : '?');
