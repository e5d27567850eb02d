// @ts-check
// How what is told looks on the map: official warnings by area, our own alerts, places of refuge, zones of hazard maps.
import { t } from '../language.js';
import { LEVEL, once, text, theme } from '../map-styles.js';

/** @type {any} */
const ol = /** @type {any} */ (globalThis).ol;
const stroke = (/** @type {string} */ color, /** @type {number} */ width, /** @type {number[]} */ lineDash = []) => new ol.style.Stroke({ color, width, lineDash });
const fill = (/** @type {string} */ color) => new ol.style.Fill({ color });

/** 土砂災害警戒区域: official yellow and red; the red is hatched by its rim, so that it is told without its colour. */
export const LANDSLIDE = /** @type {Record<string, {color: string, rim: string, dash: number[]}>} */ ({
  yellow: { color: '#ffed4c80', rim: '#8a7a00', dash: [] },
  red: { color: '#fb684ca0', rim: '#8a1500', dash: [6, 3] },
});

/** @param {string} zone yellow or red */
export const landslideStyle = (zone) => once(`landslide-${zone}`, () => new ol.style.Style({ fill: fill(LANDSLIDE[zone].color), stroke: stroke(LANDSLIDE[zone].rim, zone === 'red' ? 1.6 : 0.8, LANDSLIDE[zone].dash) }));

/** What is being drawn: a line with a light rim on both sides, and its corners. @param {any} feature */
export const sketchStyle = (feature) => (feature.get('corners') ? [...sketchLine(), sketchCorners()] : sketchLine());
const sketchLine = () => once('sketch', () => [
  new ol.style.Style({ stroke: stroke('#ffffff', 6), fill: fill('rgba(11, 95, 255, 0.14)') }),
  new ol.style.Style({ stroke: stroke('#0b5fff', 3, [10, 5]) }),
]);
const sketchCorners = () => once('sketch-corners', () => new ol.style.Style({
  image: new ol.style.Circle({ radius: 6, fill: fill('#ffffff'), stroke: stroke('#0b5fff', 3) }),
  geometry: (/** @type {any} */ one) => new ol.geom.MultiPoint(cornersOf(one.getGeometry())),
}));
const cornersOf = (/** @type {any} */ shape) => (shape.getType() === 'Polygon' ? shape.getCoordinates()[0] : shape.getType() === 'Point' ? [shape.getCoordinates()] : shape.getCoordinates());

/** The area of official warnings: a band along its border in the colour of its highest level. @param {number} level 0: none of its warnings has one */
export const officialStyle = (level) => once(`official-${level}`, () => {
  const look = level ? LEVEL[level] : { fill: theme().grey, edge: theme().ink };
  return [
    new ol.style.Style({ stroke: stroke(theme().halo, 9) }),
    new ol.style.Style({ stroke: stroke(look.fill, 6) }),
    new ol.style.Style({ stroke: stroke(look.edge, 1.2, [2, 5]) }),
  ];
});

/** The area of an alert of our own that is in force: a chain of dashes that no other line has. @param {number} level 0: no 警戒レベル @param {string} name what is written into it; empty: from afar */
export const alertStyle = (level, name) => once(`alert-${level}-${name}`, () => [
  new ol.style.Style({ stroke: stroke(theme().halo, 5) }),
  new ol.style.Style({ stroke: stroke(level > 1 ? LEVEL[level].fill : theme().ink, 2.5, [16, 5, 3, 5]), text: name ? text(name, { size: 12, color: theme().ink, halo: theme().halo, bold: true, y: 38 }) : undefined }), // below the sign of the danger and the name of the district
]);

/**
 * A place of refuge: an outline while it is not open, filled when it is, crossed when it is full.
 * @param {'listed' | 'open' | 'crowded' | 'full' | 'closed'} state
 * @param {string} name empty: symbol only
 */
export const shelterStyle = (state, name) => once(`shelter-${state}-${name}`, () => {
  const open = state === 'open' || state === 'crowded' || state === 'full';
  const image = new ol.style.RegularShape({ points: 3, radius: open ? 12 : 8, fill: fill(open ? (state === 'full' ? '#7a1f1f' : '#0b5f4c') : theme().card), stroke: stroke(open ? '#ffffff' : '#0b7a5f', 1.8, state === 'closed' ? [3, 2] : []) });
  const sign = state === 'full' ? t('満') : state === 'crowded' ? t('混') : open ? t('開') : '';
  return [
    new ol.style.Style({ image, text: sign ? text(sign, { size: 10, color: '#ffffff', bold: true, y: 3 }) : undefined, zIndex: open ? 5 : 1 }),
    ...(name ? [new ol.style.Style({ text: text(name, { size: 11, color: theme().name, halo: theme().halo, y: 17 }), zIndex: open ? 5 : 1 })] : []),
  ];
});
