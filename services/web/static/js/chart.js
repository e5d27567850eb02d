// @ts-check
// A small chart of one sensor: the line, its thresholds, and nothing to learn.
import { svg } from './dom.js';
import { clockTime } from './time.js';
import { about, word } from './words.js';

const W = 340, H = 190, LEFT = 34, RIGHT = 84, TOP = 10, BOTTOM = 20;
const TICKS = [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100];

/**
 * @param {{at: string, value: number}[]} points ascending
 * @param {{thresholds: Record<string, number>, unit: string, name: string, from: Date, to: Date, ahead?: {at: string, value: number}}} about_ `ahead`: where it is foreseen to be
 * @returns {SVGElement}
 */
export function chart(points, { thresholds, unit, name, from, to, ahead }) {
  const limits = Object.entries(thresholds);
  const values = points.map((p) => p.value);
  const [low, high] = range(ahead ? [...values, ahead.value] : values, limits.map(([, v]) => v));
  const x = (/** @type {Date | string} */ at) => LEFT + ((new Date(at).getTime() - from.getTime()) / (to.getTime() - from.getTime())) * (W - LEFT - RIGHT);
  const y = (/** @type {number} */ v) => TOP + ((high - v) / (high - low)) * (H - TOP - BOTTOM);
  const last = points[points.length - 1];
  return svg('svg', { class: 'chart', viewBox: `0 0 ${W} ${H}`, role: 'img', 'aria-label': inWords(name, points, unit) },
    axis(x, y, from, to, low, high, unit),
    limitLines(limits.filter(([, v]) => v <= high && v >= low), y),
    points.length > 1 ? svg('polyline', { class: 'value', points: points.map((p) => `${x(p.at).toFixed(1)},${y(p.value).toFixed(1)}`).join(' ') }) : null,
    last && ahead ? svg('line', { class: 'ahead', x1: x(last.at), y1: y(last.value), x2: x(ahead.at), y2: y(ahead.value) }) : null,
    last ? svg('circle', { class: 'dot', cx: x(last.at), cy: y(last.value), r: 4 }) : null);
}

/**
 * Room for the values and for the nearest threshold above them; far thresholds must not flatten the line.
 * @param {number[]} values
 * @param {number[]} limits
 * @returns {[number, number]}
 */
function range(values, limits) {
  const top = Math.max(...values, 0.0001), bottom = Math.min(...values, top);
  const spread = Math.max(top - bottom, Math.abs(top) * 0.05, 0.1);
  const reach = limits.filter((v) => v <= top + spread * 4 && v >= bottom - spread * 2);
  const above = limits.filter((v) => v > top).sort((a, b) => a - b)[0];
  const all = [...values, ...reach, ...(above === undefined ? [] : [above])];
  const lowest = Math.min(...all), highest = Math.max(...all);
  const margin = (highest - lowest) * 0.08 || 0.5;
  return [lowest - margin, highest + margin];
}

/**
 * @param {(at: Date) => number} x @param {(v: number) => number} y @param {Date} from @param {Date} to
 * @param {number} low @param {number} high @param {string} unit
 */
function axis(x, y, from, to, low, high, unit) {
  const step = 3 * 3600000;
  const parts = [];
  for (let t = Math.ceil(from.getTime() / step) * step; t <= to.getTime(); t += step) {
    const at = new Date(t);
    parts.push(svg('line', { class: 'axis', x1: x(at), x2: x(at), y1: TOP, y2: H - BOTTOM }), svg('text', { x: x(at), y: H - 6, 'text-anchor': 'middle' }, clockTime(at)));
  }
  const tick = TICKS.find((one) => (high - low) / one <= 4.5) ?? high - low;
  const places = tick < 0.1 ? 2 : tick < 1 ? 1 : 0;
  for (let v = Math.ceil(low / tick) * tick; v <= high; v += tick) {
    parts.push(svg('line', { class: 'axis', x1: LEFT, x2: W - RIGHT, y1: y(v), y2: y(v) }), svg('text', { x: LEFT - 4, y: y(v) + 4, 'text-anchor': 'end' }, v.toFixed(places)));
  }
  return [...parts, svg('text', { x: 2, y: H - 6 }, unit)];
}

/** @param {[string, number][]} limits @param {(v: number) => number} y */
function limitLines(limits, y) {
  let free = Infinity;
  return [...limits].sort((a, b) => a[1] - b[1]).flatMap(([name, value]) => {
    free = Math.min(y(value), free - 12); // labels never lie on each other
    return [
      svg('line', { class: 'threshold', x1: LEFT, x2: W - RIGHT, y1: y(value), y2: y(value) }),
      svg('rect', { class: 'threshold-tag', 'data-level': about('thresholds', name).level ?? 0, x: W - RIGHT + 4, y: free - 4.5, width: 9, height: 9 }),
      svg('text', { x: W - RIGHT + 16, y: free + 4 }, `${word('thresholds', name).replace('水位', '')} ${value.toFixed(2)}`),
    ];
  });
}

/** @param {string} name @param {{at: string, value: number}[]} points @param {string} unit */
function inWords(name, points, unit) {
  if (!points.length) return `${name}：この間の値はありません`;
  const values = points.map((p) => p.value);
  return `${name}の推移。${clockTime(points[0].at)} ${values[0]} ${unit} から ${clockTime(points[points.length - 1].at)} ${values[values.length - 1]} ${unit}。最高 ${Math.max(...values)} ${unit}`;
}
