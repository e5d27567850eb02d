// @ts-check
// Sensors with their newest value: the table, and what the map draws of them.
import { desk, isOurs } from './desk.js';
import { distrustOf } from './distrusts.js';
import { fill, h, table } from './dom.js';
import { t } from './language.js';
import { ago, minutesSince, timeTag } from './time.js';
import { perHour } from './trends.js';
import { about, word } from './words.js';

const inOrder = new Intl.Collator('ja').compare; // made once: a comparison that makes its own takes ten times as long
const MOST = 300; // rows of the table, the gravest first: a longer one is read by nobody
const OLD = 90; // minutes without a value after which a sensor counts as silent

/**
 * Every sensor with its newest readings. A sensor that says nothing is listed all the same.
 * @returns {any[]}
 */
export function gauges() {
  const found = [];
  /** @type {Map<string, any[]>} */
  const byStation = new Map();
  for (const reading of desk.readings) {
    if (!isOurs(reading.status)) continue;
    const there = byStation.get(reading.station);
    if (there) there.push(reading);
    else byStation.set(reading.station, [reading]);
  }
  for (const sensor of desk.sensors) {
    const code = sensor.code;
    const values = byStation.get(code) ?? [];
    for (const quantity of new Set([...(sensor.quantities ?? []), ...values.map((/** @type {any} */ r) => r.quantity)])) {
      found.push(gauge(sensor, code, quantity, values.find((/** @type {any} */ r) => r.quantity === quantity)));
    }
  }
  return found.sort((a, b) => b.level - a.level || Number(a.silent) - Number(b.silent) || Number(b.quantity === 'water_level') - Number(a.quantity === 'water_level') || inOrder(a.river, b.river) || inOrder(a.name, b.name));
}

/** @param {any} sensor @param {string} code @param {string} quantity @param {any} reading */
function gauge(sensor, code, quantity, reading) {
  const thresholds = quantity === 'water_level' ? (sensor.thresholds ?? {}) : {};
  const distrust = distrustOf(code, quantity);
  const silent = !reading || reading.value === null || minutesSince(reading.time) > OLD;
  const reached = silent || distrust ? [] : Object.entries(thresholds).filter(([, limit]) => reading.value >= limit);
  const level = Math.max(0, ...reached.map(([name]) => about('thresholds', name).level ?? 0));
  return {
    code, quantity, thresholds, silent, level, reading, geometry: sensor.geometry, name: sensor.name ?? code, river: sensor.river ?? '',
    unit: reading?.unit ?? sensor.unit ?? '', value: reading?.value ?? null, at: reading?.time, trusted: reading?.trusted !== false && !distrust, distrust, known: Boolean(sensor.name),
    flags: [...new Set([...(reading?.flags ?? []), ...(distrust ? ['distrusted'] : [])])],
    status: reading?.status, trend: silent || distrust ? null : perHour(code, quantity), areas: sensor.areas ?? [], source: sensor.source ?? '',
    next: Object.entries(thresholds).filter(([, limit]) => silent || distrust || reading.value < limit).sort((a, b) => a[1] - b[1])[0],
    stands: reached.sort((a, b) => b[1] - a[1])[0]?.[0],
  };
}

/**
 * What speaks against a value, in words: a level that waits for confirmation is seen at once, and seen to wait.
 * @param {any} g
 * @returns {string[]}
 */
export function doubts(g) {
  const told = g.flags.filter((/** @type {string} */ flag) => flag in about('doubts')).map((/** @type {string} */ flag) => word('doubts', flag));
  return told.length || g.trusted ? told : [t('要確認')];
}

/** @param {string} unit */
export const digits = (unit) => (unit === 'm' ? 2 : unit === 'cm' || unit === 'mm' ? 0 : 1);

/** @param {any} g @returns {string} */
export const valueText = (g) => (g.value === null ? t('値なし') : `${g.value.toFixed(digits(g.unit))} ${g.unit === 'Cel' ? '℃' : g.unit}`);

/**
 * Rising or falling, as an arrow and a word. Trend is change per hour in the sensor's unit.
 * @param {any} g
 * @returns {[string, string]}
 */
export function trend(g) {
  if (g.trend === null || g.silent) return ['', ''];
  const step = g.unit === 'm' ? 0.05 : 1;
  if (g.trend >= 6 * step) return ['⇈', t('急上昇')];
  if (g.trend >= step) return ['↑', t('上昇')];
  return g.trend <= -step ? ['↓', t('下降')] : ['→', t('横ばい')];
}

/** @param {any} g @returns {HTMLElement} */
export function standing(g) {
  if (g.distrust) return h('span', { class: 'warn-tag' }, t('信用しない'));
  if (g.silent) return h('span', { class: 'nodata' }, g.at ? t('{at}から値なし', { at: ago(g.at) }) : t('値なし'));
  if (!Object.keys(g.thresholds).length) return h('span', { class: 'muted' }, g.quantity === 'water_level' ? t('基準値の設定なし') : '–');
  if (!g.stands) return h('span', {}, t('基準値未満'));
  const level = about('thresholds', g.stands).level;
  return h('span', { class: 'level', 'data-level': level || 'none' }, level ? h('b', {}, level) : null, h('span', {}, word('thresholds', g.stands)));
}

export function drawGauges() {
  const all = gauges();
  const rows = all.slice(0, MOST).map((g) => h('tr', {},
    h('th', { scope: 'row' }, h('button', { type: 'button', class: 'link', 'data-select': `station:${g.code}`, 'data-key': `g-${g.code}-${g.quantity}` }, g.name),
      g.river ? h('span', { class: 'muted small' }, `　${g.river}`) : null),
    h('td', {}, word('quantities', g.quantity)),
    h('td', { class: `num ${g.silent ? 'stale-cell' : ''}` }, valueText(g), doubts(g).map((/** @type {string} */ doubt) => h('span', { class: 'tag' }, doubt))),
    h('td', { class: 'nowrap' }, h('span', { class: 'trend', 'aria-hidden': 'true' }, trend(g)[0]), ` ${trend(g)[1]}`),
    h('td', {}, standing(g)),
    h('td', { class: 'num' }, g.next ? `${word('thresholds', g.next[0])} ${g.next[1].toFixed(digits(g.unit))} ${g.unit}` : '–'),
    h('td', { class: 'nowrap' }, timeTag(g.at, true))));
  fill(document.getElementById('gauges') ?? document.body, table(t('観測所の最新の値'), [t('観測所'), t('要素'), t('値'), t('傾向'), t('状態'), t('次の基準値'), t('観測時刻')], rows, t('観測所の登録がありません。')),
    all.length > MOST && h('p', { class: 'muted' }, t('基準に近い順に{shown}件を示しています（全{all}件）。ほかの観測所は、名前でさがすか地図で選んでください。', { shown: MOST, all: all.length })));
}
