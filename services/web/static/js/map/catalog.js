// @ts-check
// What can be shown on the map, in the groups in which an officer looks for it. What is drawn how stands in the stack.
import { desk, inForce, isDanger, isOurs, want } from '../desk.js';
import { t } from '../language.js';
import { dangerAt, showSide } from './dangers.js';
import { layers, on, setVisible } from './layers.js';
import { drawAlerts, drawDangers } from './live.js';
import { SENSORS, drawSensors, sensorCount, showSensors } from './sensors.js';
import { drawLate, refreshRoads } from './work.js';
import { loadLandslides, loadZones, zoneCount } from './zones.js';

/**
 * @typedef {{id: string, name: string, on: boolean, parts?: string[], fade?: number, needs?: string[], hint?: string,
 *   act?: (on: boolean) => void, count?: () => number | string | null}} Entry
 * @typedef {{id: string, name: string, entries: Entry[]}} Group
 */

const SENSOR_NAMES = /** @type {Record<string, [string, boolean]>} */ ({
  water: [t('水位の観測所'), true], snow: [t('積雪の観測所'), true], rain: [t('雨の観測所'), true], road: [t('路面の観測所'), false],
  weather: [t('気温・風の観測所'), false], other: [t('その他の観測所'), false],
});

/** @param {'observed' | 'foreseen'} side */
const dangers = (side) => desk.hazards.filter((/** @type {any} */ z) => isDanger(z) && z.observed === (side === 'observed')).length;
const drawn = (/** @type {string} */ name) => () => on(name).length;

/** @type {Group[]} */
export const GROUPS = [
  { id: 'now', name: t('実況'), entries: [
    { id: 'observed', name: t('いまの危険（観測・発表）'), on: true, act: (shown) => { showSide('observed', shown); drawDangers(); }, count: () => dangers('observed') },
    ...Object.keys(SENSORS).map((kind) => ({ id: `sensors-${kind}`, name: SENSOR_NAMES[kind][0], on: SENSOR_NAMES[kind][1], act: (/** @type {boolean} */ shown) => { showSensors(kind, shown); drawSensors(); }, count: () => sensorCount(kind) })),
    { id: 'reports', name: t('住民などの通報'), on: true, parts: ['reports'], count: drawn('reports') },
  ] },
  { id: 'ahead', name: t('予測'), entries: [
    { id: 'foreseen', name: t('これからの危険（予測）'), on: true, act: (shown) => { showSide('foreseen', shown); drawDangers(); }, count: () => dangers('foreseen') },
  ] },
  { id: 'zones', name: t('危険区域'), entries: [
    { id: 'zones', name: t('浸水想定（想定最大規模 L2）'), on: true, parts: ['zones'], fade: 90, act: (shown) => shown && loadZones(), count: () => zoneCount('zones', 'flood') },
    { id: 'planned', name: t('浸水想定（計画規模 L1）'), on: false, parts: ['planned'], fade: 90, act: (shown) => shown && loadZones(), count: () => zoneCount('planned', 'flood') },
    { id: 'landslide-red', name: t('土砂災害特別警戒区域'), on: false, parts: ['landslide-red'], fade: 100, act: (shown) => shown && loadLandslides(), count: () => zoneCount('landslide-red', 'landslide') },
    { id: 'landslide-yellow', name: t('土砂災害警戒区域'), on: false, parts: ['landslide-yellow'], fade: 100, act: (shown) => shown && loadLandslides(), count: () => zoneCount('landslide-yellow', 'landslide') },
  ] },
  { id: 'told', name: t('情報'), entries: [
    { id: 'official', name: t('気象庁などの発表（区域別）'), on: true, parts: ['official'], count: () => desk.official.filter((/** @type {any} */ one) => isOurs(one.status)).reduce((/** @type {number} */ sum, /** @type {any} */ one) => sum + one.warnings.length, 0) },
    { id: 'alerts', name: t('市の発表の区域'), on: true, parts: ['alerts'], act: (shown) => shown && drawAlerts(), count: () => inForce().filter((a) => isOurs(a.status)).length },
  ] },
  { id: 'response', name: t('対応'), entries: [
    { id: 'shelters', name: t('避難場所（開設・満員）'), on: true, parts: ['shelters'], count: () => on('shelters').filter((/** @type {any} */ f) => f.get('opening') === 'open').length, hint: t('開いている数') },
    { id: 'damage', name: t('被害の記録'), on: true, parts: ['damage'], count: drawn('damage') },
  ] },
  { id: 'snow', name: t('除雪'), entries: [
    { id: 'roads', name: t('道路（除雪の状態）'), on: false, parts: ['roads-main', 'roads-all'], needs: ['sections'], act: (shown) => { drawLate(); if (shown) refreshRoads(); } },
    { id: 'plows', name: t('除雪車'), on: false, parts: ['plows'], needs: ['fixes'], count: drawn('plows') },
    { id: 'dumps', name: t('雪捨て場'), on: false, parts: ['dumps'], needs: ['dumps'], count: drawn('dumps') },
    { id: 'plow', name: t('除雪工区'), on: false, parts: ['plow'], count: drawn('plow') },
  ] },
  { id: 'ground', name: t('下地'), entries: [
    { id: 'base', name: t('背景の地図（道路・川・建物）'), on: true, parts: ['base-ground', 'base-names'], fade: 100 },
    { id: 'base', name: t('背景の地図'), on: true, parts: ['base-ground', 'base-names'] },
    { id: 'districts', name: t('地区の境'), on: true, parts: ['districts'] },
    { id: 'rivers', name: t('川'), on: true, parts: ['rivers'] },
    { id: 'names', name: t('地名'), on: true, parts: ['names'] },
  ] },
];

/** Show an entry, or leave it out. @param {Entry} entry @param {boolean} shown @param {number} fade percent */
export function show(entry, shown, fade) {
  for (const name of entry.parts ?? []) {
    setVisible(name, shown);
    if (entry.fade) layers[name].setOpacity(fade / 100);
  }
  for (const part of entry.needs ?? []) want(part, shown);
  entry.act?.(shown);
}

/** Whether a danger is hidden that has a level: then the map says so. @returns {boolean} */
export const hidesDanger = () => desk.hazards.some((/** @type {any} */ z) => isDanger(z) && z.alert_level && !dangerAt(z.area));
