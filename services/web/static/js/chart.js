// @ts-check
// A chart of one sensor: the line with its gaps, thresholds, what tests doubted, and the band of what is foretold.
import { svg } from './dom.js';
import { t } from './language.js';
import { clockTime } from './time.js';
import { about, word } from './words.js';

const W = 380, H = 210, LEFT = 36, RIGHT = 88, TOP = 10, BOTTOM = 20;
const TICKS = [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100];
const HOUR = 3600000;

/** @typedef {{at: string, value: number, trusted?: boolean, flags?: string[]}} Point */
/** @typedef {{at: string, q10: number, q50: number, q90: number}} Lead */
/** @typedef {{thresholds: Record<string, number>, unit: string, name: string, from: Date, to: Date, leads?: Lead[]}} About `leads`: ascending */

/**
 * @param {Point[]} points ascending, doubted ones too
 * @param {About} about_
 * @returns {SVGElement}
 */
export function chart(points, { thresholds, unit, name, from, to, leads = [] }) {
  const limits = Object.entries(thresholds);
  const good = points.filter((p) => p.trusted !== false);
  const [low, high] = range([...good.map((p) => p.value), ...leads.flatMap((l) => [l.q10, l.q90])], limits.map(([, v]) => v));
  const x = (/** @type {Date | string} */ at) => LEFT + ((new Date(at).getTime() - from.getTime()) / (to.getTime() - from.getTime())) * (W - LEFT - RIGHT);
  const y = (/** @type {number} */ v) => TOP + ((high - Math.min(high, Math.max(low, v))) / (high - low)) * (H - TOP - BOTTOM);
  const last = good[good.length - 1];
  return svg('svg', { class: 'chart', viewBox: `0 0 ${W} ${H}`, role: 'img', 'aria-label': inWords(name, good, unit, points.length - good.length, leads) },
    axis(x, y, from, to, low, high, unit),
    limitLines(limits.filter(([, v]) => v <= high && v >= low), y),
    last && leads.length ? band(last, leads, x, y) : null,
    pieces(good).map((some) => (some.length > 1 ? svg('polyline', { class: 'value', points: line(some, x, y) }) : svg('circle', { class: 'dot', cx: x(some[0].at), cy: y(some[0].value), r: 1.5 }))),
    points.filter((p) => p.trusted === false || p.flags?.length).map((p) => mark(p, x(p.at), y(p.value))),
    last ? svg('circle', { class: 'dot', cx: x(last.at), cy: y(last.value), r: 4 }) : null);
}

/** @param {Point[]} some @param {(at: string) => number} x @param {(v: number) => number} y */
const line = (some, x, y) => some.map((p) => `${x(p.at).toFixed(1)},${y(p.value).toFixed(1)}`).join(' ');

/** The line ends where values are missing: three times the usual distance, and half an hour at least. @param {Point[]} points @returns {Point[][]} */
export function pieces(points) {
  const apart = points.slice(1).map((p, i) => Date.parse(p.at) - Date.parse(points[i].at));
  const usual = [...apart].sort((a, b) => a - b)[Math.floor(apart.length / 2)] ?? 0;
  const found = points.length ? [[points[0]]] : [];
  points.slice(1).forEach((p, i) => {
    if (apart[i] > Math.max(3 * usual, HOUR / 2)) found.push([p]);
    else found[found.length - 1].push(p);
  });
  return found;
}

/** Half of what was foretold lies in the band's middle, eight tenths in all of it. @param {Point} last @param {Lead[]} leads @param {(at: string) => number} x @param {(v: number) => number} y */
function band(last, leads, x, y) {
  const begin = `${x(last.at).toFixed(1)},${y(last.value).toFixed(1)}`;
  const along = (/** @type {'q10' | 'q50' | 'q90'} */ q) => leads.map((l) => `${x(l.at).toFixed(1)},${y(l[q]).toFixed(1)}`);
  return [
    svg('polygon', { class: 'band', points: [begin, ...along('q90'), ...along('q10').reverse()].join(' ') }),
    svg('polyline', { class: 'ahead', points: [begin, ...along('q50')].join(' ') }),
  ];
}

/** A cross for what no danger rests on, a ring for what is used and remarkable. @param {Point} p @param {number} cx @param {number} cy */
function mark(p, cx, cy) {
  const told = svg('title', {}, `${clockTime(p.at)} ${p.value} ${(p.flags ?? []).map((f) => word('doubts', f)).join(t('・'))}`);
  if (p.trusted === false) return svg('path', { class: 'doubted', d: `M${cx - 3.5} ${cy - 3.5}l7 7M${cx + 3.5} ${cy - 3.5}l-7 7` }, told);
  return svg('circle', { class: 'remarkable', cx, cy, r: 3.5 }, told);
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
  const hours = (to.getTime() - from.getTime()) / HOUR;
  const step = (hours > 36 ? 12 : hours > 20 ? 6 : 3) * HOUR;
  const parts = [];
  for (let at = Math.ceil((from.getTime() + 9 * HOUR) / step) * step - 9 * HOUR; at <= to.getTime(); at += step) { // full hours of Japan
    const when = new Date(at);
    parts.push(svg('line', { class: 'axis', x1: x(when), x2: x(when), y1: TOP, y2: H - BOTTOM }), svg('text', { x: x(when), y: H - 6, 'text-anchor': 'middle' }, clockTime(when).slice(0, 5)));
  }
  const tick = TICKS.find((one) => (high - low) / one <= 4.5) ?? high - low;
  const places = tick < 0.1 ? 2 : tick < 1 ? 1 : 0;
  for (let v = Math.ceil(low / tick) * tick; v <= high; v += tick) {
    parts.push(svg('line', { class: 'axis', x1: LEFT, x2: W - RIGHT, y1: y(v), y2: y(v) }), svg('text', { x: LEFT - 4, y: y(v) + 4, 'text-anchor': 'end' }, v.toFixed(places)));
  }
  return [...parts, svg('text', { x: 2, y: H - 6 }, unit === 'Cel' ? '℃' : unit)];
}

/** @param {[string, number][]} limits @param {(v: number) => number} y */
function limitLines(limits, y) {
  let free = Infinity;
  return [...limits].sort((a, b) => a[1] - b[1]).flatMap(([name, value]) => {
    free = Math.min(y(value), free - 12); // labels never lie on each other
    return [
      svg('line', { class: 'threshold', x1: LEFT, x2: W - RIGHT, y1: y(value), y2: y(value) }),
      svg('rect', { class: 'threshold-tag', 'data-level': about('thresholds', name).level ?? 0, x: W - RIGHT + 4, y: free - 4.5, width: 9, height: 9 }),
      svg('text', { x: W - RIGHT + 16, y: free + 4 }, `${word('thresholds', name).replace(/水位$| level$/, '')} ${value.toFixed(2)}`),
    ];
  });
}

/** @param {string} name @param {Point[]} points @param {string} unit @param {number} doubted @param {Lead[]} leads */
function inWords(name, points, unit, doubted, leads) {
  if (!points.length) return t('{name}：この間の値はありません', { name });
  const values = points.map((p) => p.value), far = leads[leads.length - 1];
  return [
    t('{name}の推移。{from} {first} {unit} から {to} {last} {unit}。最高 {most} {unit}。', { name, from: clockTime(points[0].at), first: values[0], to: clockTime(points[points.length - 1].at), last: values[values.length - 1], most: Math.max(...values), unit }),
    doubted ? t('使わない値 {n}件。', { n: doubted }) : '',
    far ? t('予測：{when} に {low}〜{high} {unit}。', { when: clockTime(far.at), low: far.q10, high: far.q90, unit }) : '',
  ].join('');
}
