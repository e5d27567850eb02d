// @ts-check
// How things look on the map. Styles are made once per state and kept: never one per feature and frame.
// The five level colours and the depth colours are official and do not change with light and dark.

/** @type {any} */
const ol = /** @type {any} */ (globalThis).ol;
const font = '"Hiragino Sans", "BIZ UDPGothic", "Yu Gothic UI", Meiryo, "Noto Sans CJK JP", IPAPGothic, sans-serif';

export const LEVEL = /** @type {Record<number, {fill: string, ink: string, edge: string, opacity: number}>} */ ({
  5: { fill: '#0c000c', ink: '#ffffff', edge: '#ffffff', opacity: 0.9 },
  4: { fill: '#aa00aa', ink: '#ffffff', edge: '#ffffff', opacity: 0.85 },
  3: { fill: '#ff2800', ink: '#000000', edge: '#5c0e00', opacity: 0.7 },
  2: { fill: '#f2e700', ink: '#000000', edge: '#5c5800', opacity: 0.7 },
  1: { fill: '#ffffff', ink: '#000000', edge: '#14202b', opacity: 0 },
});
export const DEPTH = /** @type {Record<number, string>} */ ({ 1: '#f7f5a9', 2: '#ffd8c0', 3: '#ffb7b7', 4: '#ff9191', 5: '#f285c9', 6: '#dc7adc' });

const THEMES = {
  light: { land: '#f7f8f5', shade: '#dfe5df', border: '#5d6b76', district: '#93a0a8', river: '#5b97c9', name: '#3d4a54', water: '#1d5c8f', halo: '#ffffff', card: '#ffffff', ink: '#14202b', grey: '#6b7782' },
  dark: { land: '#1b252d', shade: '#121a20', border: '#8393a0', district: '#4d5d69', river: '#3f7fb5', name: '#c6d2dc', water: '#8fc4ee', halo: '#10171d', card: '#17212a', ink: '#e7edf2', grey: '#93a2ae' },
};
const dark = matchMedia('(prefers-color-scheme: dark)');
/** The colours of now, or of one theme. @param {'light' | 'dark'} [which] */
export const theme = (which) => THEMES[which ?? (dark.matches ? 'dark' : 'light')];

/** @type {Map<string, any>} */
const kept = new Map();
dark.addEventListener('change', () => kept.clear());

/** @param {() => void} listener */
export const onThemeChange = (listener) => dark.addEventListener('change', listener);

/**
 * @param {string} key
 * @param {() => any} make
 */
export function once(key, make) {
  if (!kept.has(key)) kept.set(key, make());
  return kept.get(key);
}

const stroke = (/** @type {string} */ color, /** @type {number} */ width, /** @type {number[]} */ lineDash = []) => new ol.style.Stroke({ color, width, lineDash });
const fill = (/** @type {any} */ color) => new ol.style.Fill({ color });

/** @param {string} color @param {number} alpha */
function faded(color, alpha) {
  const n = parseInt(color.slice(1), 16);
  return `rgba(${n >> 16}, ${(n >> 8) & 255}, ${n & 255}, ${alpha})`;
}

/**
 * Diagonal stripes: foreseen, or not known.
 * @param {string} color
 * @param {number} ground opacity between the stripes
 * @param {boolean} [edged] with a light line in each stripe, for black ones that must stand out on dark ground
 */
function hatch(color, ground, edged = false) {
  const ratio = window.devicePixelRatio || 1;
  const size = 12 * ratio;
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = size;
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  pen.fillStyle = faded(color, ground);
  pen.fillRect(0, 0, size, size);
  const stripes = edged ? [['#ffffff', 5.5], [color, 4]] : [[color, 4.5]];
  for (const [ink, width] of /** @type {[string, number][]} */ (stripes)) {
    pen.strokeStyle = ink;
    pen.lineWidth = width * ratio;
    for (const shift of [-size, 0, size]) {
      pen.beginPath();
      pen.moveTo(shift - size * 0.5, size * 1.5);
      pen.lineTo(shift + size * 1.5, -size * 0.5);
      pen.stroke();
    }
  }
  return pen.createPattern(canvas, 'repeat');
}

/**
 * A district under a danger: filled with what is observed, striped with what is foreseen to be worse.
 * @param {{now: any, next: any, worst: any}} both
 */
export function hazardStyle({ now, next, worst }) {
  if (!worst.alert_level) return once('hazard-none', () => new ol.style.Style({ stroke: stroke(theme().grey, 1.5, [2, 4]), fill: fill(faded(theme().ink, 0.04)) }));
  const seen = now?.alert_level ? now.level : 0;
  return once(`hazard-${seen}-${next?.level ?? 0}`, () => {
    const look = LEVEL[worst.level] ?? LEVEL[1];
    const rim = worst.level === 5 || worst.level === 1 ? look.edge : look.fill;
    return [
      new ol.style.Style({ stroke: stroke(worst.level === 5 ? '#0c000c' : theme().halo, 4.5) }),
      ...(seen ? [new ol.style.Style({ fill: fill(faded(LEVEL[seen].fill, LEVEL[seen].opacity)) })] : []),
      ...(next ? [new ol.style.Style({ fill: fill(hatch(look.fill, seen ? 0 : 0.15, next.level === 5)) })] : []),
      new ol.style.Style({ stroke: stroke(rim, 2, next ? [8, 5] : []) }),
    ];
  });
}

/**
 * The number in a district: observed, and beside it with a broken rim what is foreseen; a kind without level by its mark.
 * @param {{now: any, next: any, worst: any}} both
 * @param {(hazard: any) => string} mark
 * @param {string} name of the district; empty: number only
 */
export function badgeStyle({ now, next, worst }, mark, name) {
  const sign = (/** @type {any} */ z) => (z ? (z.alert_level ? z.level : mark(z)) : '');
  return once(`badge-${sign(now)}-${sign(next)}-${name}`, () => {
    const pair = now?.alert_level && next;
    const zIndex = 10 + worst.level;
    return [
      ...(pair ? [badge(now, sign(now), -12, false, zIndex)] : []),
      badge(worst, sign(worst), pair ? 12 : 0, Boolean(next), zIndex),
      ...(name ? [new ol.style.Style({ text: text(name, { size: 13, color: theme().ink, halo: theme().halo, y: 22, bold: true }), zIndex })] : []),
    ];
  });
}

/** @param {any} hazard @param {string | number} sign @param {number} x @param {boolean} foreseen @param {number} zIndex */
function badge(hazard, sign, x, foreseen, zIndex) {
  const look = hazard.alert_level ? LEVEL[hazard.level] ?? LEVEL[1] : { fill: theme().card, ink: theme().ink, edge: theme().grey };
  const rim = stroke(look.edge, foreseen ? 2.2 : 2, foreseen ? [4, 3] : []);
  const image = hazard.alert_level
    ? new ol.style.Circle({ radius: 12, fill: fill(look.fill), stroke: rim, displacement: [x, 0] })
    : new ol.style.RegularShape({ points: 4, radius: 14, angle: Math.PI / 4, fill: fill(look.fill), stroke: rim, displacement: [x, 0] });
  return new ol.style.Style({ image, text: text(String(sign), { size: hazard.alert_level ? 14 : 12, color: look.ink, bold: true, x }), zIndex });
}

/**
 * @param {string} words
 * @param {{size: number, color: string, halo?: string, y?: number, x?: number, bold?: boolean, align?: string}} how
 */
export function text(words, { size, color, halo, y = 1, x = 0, bold = false, align = 'center' }) {
  return new ol.style.Text({
    text: words, font: `${bold ? 700 : 400} ${size}px ${font}`, fill: fill(color), offsetY: y, offsetX: x, textAlign: align,
    stroke: halo ? stroke(halo, 3.5) : undefined, overflow: true,
  });
}

export const ground = {
  city: () => once('city', () => new ol.style.Style({ fill: fill(theme().land), stroke: stroke(theme().border, 2) })),
  district: () => once('district', () => new ol.style.Style({ stroke: stroke(theme().district, 1), fill: fill('rgba(0,0,0,0.01)') })),
  plow: () => once('plow', () => new ol.style.Style({ stroke: stroke(theme().grey, 1.5, [6, 4]) })),
  /** @param {number} rank */
  depth: (rank) => once(`depth-${rank}`, () => new ol.style.Style({ fill: fill(faded(DEPTH[rank] ?? DEPTH[1], 0.8)), stroke: stroke('rgba(120, 70, 60, 0.55)', 0.6) })),
  /** @param {string} name */
  river: (name) => once(`river-${name}`, () => [
    new ol.style.Style({ stroke: stroke(theme().halo, 5) }),
    new ol.style.Style({ stroke: stroke(theme().river, 3) }),
  ]),
  /** @param {string} name */
  riverName: (name) => once(`rivername-${name}`, () => new ol.style.Style({
    text: new ol.style.Text({ text: name, placement: 'line', repeat: 420, font: `italic 600 13px ${font}`, fill: fill(theme().water), stroke: stroke(theme().halo, 3.5), maxAngle: 0.8 }),
  })),
  /** @param {string} name */
  landmark: (name) => once(`landmark-${name}`, () => new ol.style.Style({
    image: new ol.style.Circle({ radius: 2.5, fill: fill(theme().name) }), text: text(name, { size: 12, color: theme().name, halo: theme().halo, x: 7, align: 'left' }),
  })),
  /** @param {string} name */
  districtName: (name) => once(`districtname-${name}`, () => new ol.style.Style({ text: text(name, { size: 12, color: theme().name, halo: theme().halo }) })),
  /** @param {string} mark @param {boolean} confirmed */
  report: (mark, confirmed) => once(`report-${mark}-${confirmed}`, () => new ol.style.Style({
    image: new ol.style.RegularShape({ points: 4, radius: 13, fill: fill(theme().card), stroke: stroke(theme().ink, 1.5, confirmed ? [] : [3, 3]) }), text: text(mark, { size: 12, color: theme().ink, bold: true }),
  })),
  selected: () => once('selected', () => [
    new ol.style.Style({ stroke: stroke('#ffffff', 7), image: new ol.style.Circle({ radius: 20, stroke: stroke('#ffffff', 6) }) }),
    new ol.style.Style({ stroke: stroke('#0b5fff', 4), image: new ol.style.Circle({ radius: 20, stroke: stroke('#0b5fff', 3.5) }) }),
  ]),
};

/** What it measures → its shape: ◇ water, ⬡ snow, ▽ rain, □ road; a circle is anything else. @type {Record<string, (fill: any, stroke: any) => any>} */
const SENSOR_SHAPES = {
  water_level: (body, rim) => new ol.style.RegularShape({ points: 4, radius: 12, fill: body, stroke: rim }),
  snow_depth: (body, rim) => new ol.style.RegularShape({ points: 6, radius: 9, fill: body, stroke: rim }),
};
for (const one of ['precipitation', 'rain_1h', 'rain_10min']) SENSOR_SHAPES[one] = (body, rim) => new ol.style.RegularShape({ points: 3, radius: 9, rotation: Math.PI, fill: body, stroke: rim });
for (const one of ['road_temperature', 'water_film', 'snow_film', 'deicer']) SENSOR_SHAPES[one] = (body, rim) => new ol.style.RegularShape({ points: 4, radius: 9, angle: Math.PI / 4, fill: body, stroke: rim });

/** How many sensors one symbol stands for, from afar. @param {number} many */
export const manyStyle = (many) => once(`many-${many > 99 ? 99 : many}`, () => new ol.style.Style({ zIndex: 30, text: text(many > 99 ? '99+' : String(many), { size: 10, color: theme().ink, halo: theme().halo, y: 12, x: 12, bold: true }) }));

/**
 * A gauge: its symbol carries the number of the threshold it stands above; a silent one is striped grey, one that is not believed has a cross.
 * @param {any} g
 */
export function gaugeStyle(g) {
  return once(`gauge-${g.quantity}-${g.silent}-${Boolean(g.distrust)}-${g.level}`, () => {
    const mark = g.distrust ? '×' : g.level ? String(g.level) : '';
    const look = g.level ? LEVEL[g.level] : { fill: theme().card, ink: theme().ink };
    const body = g.silent ? fill(hatch('#9aa4ac', 0.35)) : fill(look.fill);
    const rim = stroke(g.silent ? theme().grey : g.level === 5 ? '#ffffff' : theme().ink, 2);
    const image = SENSOR_SHAPES[g.quantity]?.(body, rim) ?? new ol.style.Circle({ radius: 7, fill: body, stroke: rim });
    return new ol.style.Style({ image, text: mark ? text(mark, { size: g.distrust ? 14 : 11, color: look.ink, bold: true }) : undefined, zIndex: 20 + g.level });
  });
}

/**
 * The live value and trend beside a gauge.
 * @param {any} g
 * @param {string} label
 */
export function gaugeValue(g, label) {
  return once(`value-${g.silent}-${g.level}-${label}`, () => new ol.style.Style({ zIndex: g.silent ? 1 : 20 + g.level, text: new ol.style.Text({
    text: label, font: `700 12px ${font}`, textAlign: 'left', offsetX: 15, offsetY: 1, fill: fill(g.silent ? theme().grey : theme().ink),
    backgroundFill: fill(faded(theme().card, 0.92)), backgroundStroke: stroke(theme().grey, 1), padding: [2, 4, 1, 4], overflow: true,
  }) }));
}
