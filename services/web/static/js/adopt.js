// @ts-check
// Sensors that publish without being known: shown with what they say, and given a place by an officer.
import { announce } from './announce.js';
import { post } from './api.js';
import { desk } from './desk.js';
import { byId, fill, h, table } from './dom.js';
import { t } from './language.js';
import { searchable } from './map/names.js';
import { askPlace } from './map/pick.js';
import { timeTag } from './time.js';
import { tried } from './tried.js';
import { about, drillMark, word } from './words.js';

/** @type {any} the series whose form is open */
let chosen = null;

export function drawUnassigned() {
  const found = desk.unassigned;
  byId('tab-unassigned').textContent = found.length ? t('未登録のセンサー（{n}）', { n: found.length }) : t('未登録のセンサー');
  const mayAdopt = document.body.dataset.role !== 'viewer';
  const rows = found.map((/** @type {any} */ one) => h('tr', {},
    h('th', { scope: 'row' }, drillMark(one.status), one.station, h('span', { class: 'muted small' }, ` ${one.gateway}`)),
    h('td', {}, word('quantities', one.quantity)),
    h('td', { class: 'nowrap' }, one.value === null ? t('欠測') : `${one.value} ${one.unit}`, assumed(one) ? h('span', { class: 'small' }, t('（単位は仮）')) : null),
    h('td', { class: 'nowrap' }, timeTag(one.measured_at)),
    h('td', {}, mayAdopt ? h('button', { type: 'button', class: 'button slim', 'data-key': `adopt-${one.station}-${one.quantity}`, on: { click: () => open(one) } }, t('登録する')) : null)));
  fill(byId('unassigned-list'), table(t('この1週間に値を送ってきた、登録されていないセンサー'), [t('センサー（ゲートウェイ）'), t('種類'), t('最新の値'), t('いつ'), t('操作')], rows, t('未登録のセンサーはありません。')));
}

/** Neither the format nor the word told the unit. @param {any} one */
const assumed = (one) => one.flags.includes('unit_assumed');

/** What is known of a station that was adopted before. @param {string} code @returns {any} */
const before = (code) => desk.sensors.find((/** @type {any} */ s) => s.code === code);

/** @param {any} one */
function open(one) {
  chosen = one;
  const old = before(one.station);
  byId('adopt-what').textContent = `${one.station}（${word('quantities', one.quantity)}）`;
  byId('adopt-name').value = old?.name ?? '';
  place(...(old?.geometry?.coordinates ?? ['', '']));
  byId('adopt-unit').value = one.unit;
  byId('adopt-unit').disabled = !assumed(one);
  drawAreas(old?.areas ?? []);
  drawThresholds(one, old?.thresholds ?? {});
  byId('adopt-error').hidden = true;
  byId('adopt-hint').textContent = '';
  byId('adopt').hidden = false;
  byId('adopt-name').focus();
}

/** @param {any} lon @param {any} lat */
function place(lon, lat) {
  byId('adopt-lon').value = lon === '' ? '' : Number(lon).toFixed(6);
  byId('adopt-lat').value = lat === '' ? '' : Number(lat).toFixed(6);
}

/** @param {string[]} chosenAreas */
function drawAreas(chosenAreas) {
  const areas = searchable().filter((one) => one.pick.kind === 'area');
  fill(byId('adopt-areas'), areas.map((one) => {
    const option = h('option', { value: one.pick.code }, one.name);
    option.selected = chosenAreas.includes(one.pick.code);
    return option;
  }));
}

/** Only a level has thresholds that the law names. @param {any} one @param {Record<string, number>} old */
function drawThresholds(one, old) {
  const names = one.quantity === 'water_level' ? Object.keys(about('thresholds')).filter((name) => ['standby', 'caution', 'judgement', 'danger', 'overflow'].includes(name)) : [];
  const field = (/** @type {string} */ name) => [
    h('label', { for: `adopt-${name}` }, word('thresholds', name)),
    h('input', { id: `adopt-${name}`, type: 'number', step: 'any', inputmode: 'decimal', 'data-threshold': name, value: old[name] ?? '' }),
  ];
  byId('adopt-thresholds').hidden = !names.length;
  fill(byId('adopt-thresholds-fields'), names.flatMap(field));
}

function close() {
  chosen = null;
  askPlace(null);
  byId('adopt').hidden = true;
  byId('tab-unassigned').focus();
}

/** The next click on the map is the place; the district there is taken too. */
function pickOnMap() {
  byId('adopt-hint').textContent = t('地図の上で、センサーの場所を押してください。');
  askPlace((lon, lat, area) => {
    place(lon, lat);
    if (area) drawAreas([area]);
    byId('adopt-hint').textContent = t('場所を入れました。');
    byId('adopt-pick').focus();
  });
}

/** @param {() => Promise<any>} after called when a sensor was adopted */
export function wireAdopt(after) {
  const form = document.getElementById('adopt');
  if (!form) return;
  byId('adopt-cancel').addEventListener('click', close);
  byId('adopt-pick').addEventListener('click', pickOnMap);
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    await tried('adopt-error', async () => {
      const told = await post('sensors', wanted());
      announce(t('センサー {name} を登録しました。', { name: told.name }));
      close();
      await after();
    }, t('登録できませんでした。回線を確かめてください。'));
  });
}

/** What the form says, as a station. What was assumed of the unit is said now, and holds from the next value on. */
function wanted() {
  const unit = byId('adopt-unit').value.trim();
  const given = [...byId('adopt-thresholds-fields').querySelectorAll('input')].filter((one) => one.value !== '');
  return {
    code: chosen.station,
    name: byId('adopt-name').value.trim(),
    lon: Number(byId('adopt-lon').value),
    lat: Number(byId('adopt-lat').value),
    quantities: [...new Set([...(before(chosen.station)?.quantities ?? []), chosen.quantity])],
    unit: chosen.unit,
    thresholds: Object.fromEntries(given.map((one) => [one.dataset.threshold, Number(one.value)])),
    areas: [...byId('adopt-areas').selectedOptions].map((one) => one.value),
    words: assumed(chosen) ? [{ quantity: chosen.quantity, unit }] : [],
  };
}
