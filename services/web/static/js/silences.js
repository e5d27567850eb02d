// @ts-check
// What officers keep silent: always in sight, ended with one button, set with a reason and an end.
import { post } from './api.js';
import { desk, isOurs } from './desk.js';
import { byId, fill, h, table } from './dom.js';
import { isPast } from './instant.js';
import { t } from './language.js';
import { select } from './selection.js';
import { moment } from './time.js';
import { tried } from './tried.js';
import { about, drillMark, exercise, word } from './words.js';

/** @param {any} s */
const what = (s) => [s.rule && t('規則 {rule}', { rule: s.rule }), s.kind && word('kinds', s.kind), s.sensor && t('{sensor}だけに基づくもの', { sensor: sensorName(s.sensor) }), s.area ? areaName(s.area) : s.sensor ? null : t('全域')].filter(Boolean).join('・');

/** @param {string} code */
const areaName = (code) => desk.hazards.find((/** @type {any} */ z) => z.area === code)?.area_name ?? code;

/** @param {string} code */
const sensorName = (code) => desk.sensors.find((/** @type {any} */ s) => s.code === code)?.name ?? code;

const GRAVE = 4; // 警戒レベル from which on nothing is kept silent
let sensor = ''; // what the form is about, beside kind and area

export function drawSilences() {
  const held = desk.silences;
  byId('bar-silences').hidden = !held.length;
  fill(byId('bar-silences'), held.length ? [h('b', {}, isPast() ? t('この時点で止めていた通知があります。') : t('止めている通知があります。')), held.map((/** @type {any} */ s) => t('{what}（{ends}まで、{owner}）', { what: what(s), ends: moment(s.ends), owner: s.owner })).join(t('／'))] : []);
  const mayEnd = document.body.dataset.role !== 'viewer';
  const rows = held.map((/** @type {any} */ s) => h('tr', {},
    h('th', { scope: 'row' }, exercise() && s.status === 'Exercise' ? null : drillMark(s.status), what(s)), h('td', {}, s.reason), h('td', { class: 'nowrap' }, s.owner),
    h('td', { class: 'nowrap' }, `${moment(s.begins)}〜${moment(s.ends)}`),
    h('td', {}, mayEnd ? h('button', { type: 'button', class: 'button slim', 'data-end-silence': s.id, 'data-key': `silence-${s.id}` }, t('終える')) : null)));
  fill(byId('silences-list'), table(t('止めている通知'), [t('何'), t('理由'), t('だれ'), t('いつ'), t('操作')], rows, t('止めている通知はありません。')));
  drawChoices();
}

/** Every kind there is, and the areas in danger now. A choice already made is kept. */
function drawChoices() {
  const kind = document.getElementById('silence-kind');
  if (!kind) return;
  const areas = [...new Set(desk.hazards.map((/** @type {any} */ z) => z.area))].sort();
  choose('silence-kind', [...(sensor ? [['', t('すべての種別')]] : []), ...Object.keys(about('kinds')).map((k) => [k, word('kinds', k)])]);
  choose('silence-area', [['', t('全域')], ...areas.map((code) => [code, areaName(code)])]);
}

/** @param {string} id @param {string[][]} options */
function choose(id, options) {
  const field = byId(id);
  const before = field.value;
  if ([...field.options].map((/** @type {any} */ o) => o.value).join() === options.map(([value]) => value).join()) return;
  fill(field, options.map(([value, text]) => h('option', { value }, text)));
  if (options.some(([value]) => value === before)) field.value = before;
}

/** @param {string} code a station; none: the form is about kind and area again */
function ofSensor(code) {
  sensor = code;
  byId('silence-sensor').hidden = !code;
  byId('silence-sensor-name').textContent = code ? t('{sensor}だけに基づくもの', { sensor: sensorName(code) }) : '';
  byId('silence-kind').required = !code;
  drawChoices();
}

/** To the form, for what rests on one sensor alone. @param {string} code */
export function silenceSensor(code) {
  select(null, 'panel'); // the sheet would lie over the form
  byId('tab-suppressions').click();
  ofSensor(code);
  byId('silence-kind').value = '';
  byId('silence-area').value = '';
  byId('silence-reason').focus();
}

/** To the form, with kind and area put in: what is left is the length and the reason. @param {string} kind @param {string} area */
export function silenceFrom(kind, area) {
  select(null, 'panel'); // the sheet would lie over the form
  byId('tab-suppressions').click();
  ofSensor('');
  byId('silence-kind').value = kind;
  if ([...byId('silence-area').options].some((/** @type {any} */ o) => o.value === area)) byId('silence-area').value = area;
  byId('silence-reason').focus();
}

/** The way to the form from a danger that is told too much; none for whoever may not, for another status, nor for what is never kept silent. @param {any} z @param {string} key */
export function silenceButton(z, key) {
  if (document.body.dataset.role === 'viewer' || !isOurs(z.status) || (z.alert_level && z.level >= GRAVE)) return null;
  return h('button', { type: 'button', class: 'link now-only', 'data-key': `${key}-${z.key}`, 'aria-label': t('{area}の「{kind}」の通知を止める…', { area: z.area_name, kind: word('kinds', z.kind) }), on: { click: () => silenceFrom(z.kind, z.area) } }, t('通知を止める…'));
}

/** @param {() => Promise<any>} after called when something was set or ended */
export function wireSilences(after) {
  document.getElementById('silence')?.addEventListener('submit', async (event) => {
    event.preventDefault();
    const body = { kind: byId('silence-kind').value, sensor, area: byId('silence-area').value, minutes: Number(byId('silence-minutes').value), reason: byId('silence-reason').value.trim() };
    if (await tried('silence-error', () => post('silences', body))) {
      byId('silence-reason').value = '';
      ofSensor('');
    }
    await after();
  });
  document.getElementById('silence-sensor-off')?.addEventListener('click', () => { ofSensor(''); byId('silence-kind').focus(); });
  byId('silences-list').addEventListener('click', async (/** @type {any} */ event) => {
    const number = event.target.closest('[data-end-silence]')?.dataset.endSilence;
    if (!number) return;
    await tried('silence-error', () => post('silences/end', { id: Number(number) }));
    await after();
  });
}
