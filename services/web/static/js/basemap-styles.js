// @ts-check
// How the base map looks by day and by night: readable, and quiet, so that dangers above it are seen first.

const FONT = '"Hiragino Sans", "BIZ UDPGothic", "Yu Gothic UI", Meiryo, "Noto Sans CJK JP", IPAPGothic, sans-serif';

const DAY = {
  built: '#f0efeb', farm: '#eff2e4', wood: '#e3ecdf', park: '#dfecd9', water: '#c8deef', river: '#a5c9e6', building: '#e6e3dd', wall: '#d3cfc7',
  casing: '#cdd2d0', street: '#ffffff', main: '#fdf5dc', trunk: '#f8e3b8', edge: '#d3d6d4', path: '#c8c2b4', rail: '#8f979d', boundary: '#a39cab',
  text: '#55606a', place: '#3d4a54', blue: '#2d648f', halo: '#ffffff', mark: '#6b7782',
};
const NIGHT = {
  built: '#1f2a32', farm: '#1e2a2b', wood: '#1b2b29', park: '#1c2f2a', water: '#163049', river: '#24506f', building: '#26323b', wall: '#313e48',
  casing: '#121a20', street: '#36424b', main: '#464a45', trunk: '#57503c', edge: '#36424b', path: '#4a4f4c', rail: '#5c6872', boundary: '#5b5666',
  text: '#9aa7b2', place: '#b9c5cf', blue: '#86b6dc', halo: '#10171d', mark: '#7f8d99',
};
const night = matchMedia('(prefers-color-scheme: dark)');
const colours = () => (night.matches ? NIGHT : DAY);

/** @param {() => void} redraw */
export const onNightfall = (redraw) => night.addEventListener('change', redraw);

/** Areas: part → colour. In the order in which they lie upon each other. */
const AREAS = /** @type {const} */ (['built', 'farm', 'wood', 'park', 'water', 'pond', 'building']);
/** Lines: part → colour, colour of the rim, width in pixels at zoom 11, and at 17. @type {Record<string, [keyof typeof DAY, keyof typeof DAY | '', number, number]>} */
const LINES = {
  river: ['river', '', 2, 6], stream: ['river', '', 0.8, 2.5], road_edge: ['edge', '', 0.6, 1], path: ['path', '', 0.6, 1.4],
  road_street: ['street', 'casing', 0.8, 8], road_town: ['street', 'casing', 1.2, 11], road_main: ['main', 'casing', 2, 14], road_trunk: ['trunk', 'casing', 2.8, 16],
  rail: ['rail', '', 1.2, 2], boundary: ['boundary', '', 1.2, 1.6],
};
const DASHES = /** @type {Record<string, number[]>} */ ({ path: [4, 3], rail: [10, 4], boundary: [8, 3, 2, 3] });
/** Points: part → size of the text, from which zoom on, colour, dot beside it. @type {Record<string, [number, number, keyof typeof DAY, boolean]>} */
const POINTS = {
  place_city: [14, 0, 'place', false], place_town: [12, 11, 'place', false], place_near: [11, 13, 'text', false],
  station: [11, 12.5, 'text', true], landmark: [10.5, 14, 'text', true], shelter: [10.5, 15.5, 'text', true],
};
const READING = 14.5; // zoom from which on names bear their reading: for those who came to help and know no name here
const ROAD_NAME = 14.5;

/** @param {number} resolution metres per pixel at the equator */
const zoomOf = (resolution) => Math.log2(156543.03392804097 / resolution);
/** @param {number} zoom @param {number} far @param {number} near */
const width = (zoom, far, near) => far * (near / far) ** Math.min(1, Math.max(0, (zoom - 11) / 6));

/**
 * The style function of the base map.
 * @param {any} ol the map library @param {'ground' | 'names'} only
 * @returns {(feature: any, resolution: number) => any}
 */
export function quietStyle(ol, only) {
  /** @type {Map<string, any>} */
  const kept = new Map();
  onNightfall(() => kept.clear());
  const once = (/** @type {string} */ key, /** @type {() => any} */ make) => {
    if (!kept.has(key)) kept.set(key, make());
    return kept.get(key);
  };
  const area = (/** @type {string} */ part, /** @type {number} */ zIndex) => once(part, () => {
    const fill = new ol.style.Fill({ color: colours()[/** @type {keyof typeof DAY} */ (part === 'pond' ? 'water' : part)] });
    const stroke = part === 'building' ? new ol.style.Stroke({ color: colours().wall, width: 0.6 }) : undefined;
    return new ol.style.Style({ fill, stroke, zIndex });
  });
  const line = (/** @type {string} */ part, /** @type {number} */ zoom, /** @type {number} */ zIndex) => once(`${part}-${zoom}`, () => {
    const [colour, rim, far, near] = LINES[part];
    const wide = width(zoom, far, near);
    const body = new ol.style.Style({ zIndex: zIndex + 20, stroke: new ol.style.Stroke({ color: colours()[colour], width: wide, lineDash: DASHES[part] }) });
    if (!rim || wide < 1.5) return [new ol.style.Style({ zIndex, stroke: new ol.style.Stroke({ color: colours()[rim || colour], width: wide, lineDash: DASHES[part] }) })];
    return [new ol.style.Style({ zIndex, stroke: new ol.style.Stroke({ color: colours()[rim], width: wide + 1.6 }) }), body];
  });
  const along = (/** @type {string} */ part, /** @type {string} */ name) => {
    const water = part === 'river' || part === 'stream';
    const style = once(`${part}-name`, () => new ol.style.Style({ zIndex: 60, text: new ol.style.Text({
      placement: 'line', repeat: 480, maxAngle: 0.7, font: `${water ? 'italic 600 12px' : '400 10.5px'} ${FONT}`,
      fill: new ol.style.Fill({ color: water ? colours().blue : colours().text }), stroke: new ol.style.Stroke({ color: colours().halo, width: 3 }),
    }) }));
    style.getText().setText(name);
    return style;
  };
  const point = (/** @type {string} */ part, /** @type {any} */ feature, /** @type {number} */ zoom) => {
    const [size, from, colour, dotted] = POINTS[part];
    const name = told(feature, 'name');
    if (zoom < from || !name) return undefined;
    const style = once(`${part}-point`, () => new ol.style.Style({
      zIndex: 70, image: dotted ? new ol.style.Circle({ radius: 2.2, fill: new ol.style.Fill({ color: colours().mark }) }) : undefined,
      text: new ol.style.Text({ font: `${part === 'place_city' ? 700 : 400} ${size}px ${FONT}`, textAlign: dotted ? 'left' : 'center', offsetX: dotted ? 6 : 0, overflow: true,
        fill: new ol.style.Fill({ color: colours()[colour] }), stroke: new ol.style.Stroke({ color: colours().halo, width: 3 }) }),
    }));
    const reading = zoom >= READING && part.startsWith('place') ? told(feature, 'reading') : '';
    style.getText().setText(reading ? [name, '', `\n${reading}`, `400 9.5px ${FONT}`] : name);
    return style;
  };
  return (feature, resolution) => {
    const part = feature.get('layer');
    const zoom = zoomOf(resolution);
    if (POINTS[part]) return only === 'ground' ? undefined : point(part, feature, zoom);
    const place = AREAS.indexOf(part);
    if (place >= 0) return only === 'names' ? undefined : area(part, place);
    if (!LINES[part]) return undefined; // of a newer map than this page knows
    const lines = only === 'names' ? [] : line(part, Math.round(zoom * 2) / 2, 10 + Object.keys(LINES).indexOf(part));
    const named = only !== 'ground' && (part === 'river' || (zoom >= ROAD_NAME && part !== 'boundary' && part !== 'path'));
    const name = named ? told(feature, 'name') : '';
    return name ? [...lines, along(part, name)] : lines;
  };
}

/** A text of the feature, in the page's language where there is one. @param {any} feature @param {string} field @returns {string} */
function told(feature, field) {
  const english = document.documentElement.lang === 'en' && field === 'name' ? feature.get('name_en') : '';
  return english || feature.get(field) || '';
}
