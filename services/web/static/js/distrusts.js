// @ts-check
// Sensors that people do not believe: always in sight, taken back with one button, set with a reason and an end.
import { post } from './api.js';
import { desk, isOurs } from './desk.js';
import { byId, fill, h, table } from './dom.js';
import { isPast } from './instant.js';
import { pieces, t } from './language.js';
import { select } from './selection.js';
import { moment, timeTag } from './time.js';
import { tried } from './tried.js';
import { drillMark, exercise, word } from './words.js';

/** @type {{station: string, quantity: string, name: string} | null} whose form is open */
let chosen = null;

/** The word that stands about a series, if any. @param {string} station @param {string} quantity @returns {any} */
export const distrustOf = (station, quantity) => desk.distrusts.find((/** @type {any} */ one) => one.station === station && one.quantity === quantity && isOurs(one.status));

/** @param {any} one */
const what = (one) => `${one.station_name} ${word('quantities', one.quantity)}`;

export function drawDistrusts() {
  const held = desk.distrusts;
  byId('bar-distrusts').hidden = !held.length;
  fill(byId('bar-distrusts'), held.length ? [h('b', {}, isPast() ? t('この時点で信用しないとしていたセンサーがあります。') : t('信用しないとしているセンサーがあります。')), held.map((/** @type {any} */ one) => t('{what}（{ends}まで、{owner}）', { what: what(one), ends: moment(one.ends), owner: one.owner })).join(t('／'))] : []);
  const mayEnd = document.body.dataset.role !== 'viewer';
  const rows = held.map((/** @type {any} */ one) => h('tr', {},
    h('th', { scope: 'row' }, exercise() && one.status === 'Exercise' ? null : drillMark(one.status),
      h('button', { type: 'button', class: 'link', 'data-select': `station:${one.station}`, 'data-key': `lies-${one.id}` }, what(one))),
    h('td', {}, one.reason), h('td', { class: 'nowrap' }, one.owner), h('td', { class: 'nowrap' }, `${moment(one.begins)}〜${moment(one.ends)}`),
    h('td', {}, mayEnd ? h('button', { type: 'button', class: 'button slim', 'data-trust': one.id, 'data-key': `trust-${one.id}`, 'aria-describedby': 'distrusts-before' }, t('信用に戻す')) : null)));
  byId('distrusts-before').hidden = !held.length;
  fill(byId('distrusts-list'), table(t('信用しないとしているセンサー'), [t('センサー'), t('理由'), t('だれ'), t('いつ'), t('操作')], rows, t('信用しないとしているセンサーはありません。センサーの画面から選べます。')));
}

/** In the sheet: what stands, or the way to say it. @param {any} g */
export function distrustNote(g) {
  const one = g.distrust, mayAct = document.body.dataset.role !== 'viewer' && g.known;
  const opens = (/** @type {string} */ text) => h('button', { type: 'button', class: 'button slim', 'data-key': `distrust-${g.quantity}`, on: { click: () => open(g) } }, text);
  if (!one) return mayAct ? h('p', { class: 'now-only' }, opens(t('この値を信用しない…'))) : null;
  return h('div', { class: 'barred' },
    h('p', {}, t('信用しないとしています：{reason}', { reason: one.reason })),
    h('p', {}, pieces('{who}が{begins}から{ends}まで。値は残しますが、危険の判断にも公開にも使いません。', { who: one.owner, begins: timeTag(one.begins), ends: timeTag(one.ends) })),
    mayAct ? h('p', { class: 'small now-only' }, byId('distrusts-before').textContent) : null,
    mayAct ? h('p', { class: 'now-only' }, h('button', { type: 'button', class: 'button slim', 'data-trust': one.id, 'data-key': `trust-sheet-${one.id}`, 'aria-describedby': 'distrusts-before' }, t('信用に戻す')), ' ', opens(t('理由と期限を改める…'))) : null);
}

/** To the form: what is left is the length and the reason. @param {any} g */
function open(g) {
  chosen = { station: g.code, quantity: g.quantity, name: `${g.name} ${word('quantities', g.quantity)}` };
  select(null, 'panel'); // the sheet would lie over the form
  byId('tab-suppressions').click();
  byId('distrust-what').textContent = chosen.name;
  byId('distrust-reason').value = g.distrust?.reason ?? '';
  byId('distrust-error').hidden = true;
  byId('distrust').hidden = false;
  byId('distrust-reason').focus();
}

/** @param {() => Promise<any>} after called when something was set or taken back */
export function wireDistrusts(after) {
  document.getElementById('distrust')?.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (!chosen) return;
    const body = { station: chosen.station, quantity: chosen.quantity, reason: byId('distrust-reason').value.trim(), minutes: Number(byId('distrust-minutes').value), seen: distrustOf(chosen.station, chosen.quantity)?.id ?? null };
    const done = await said(() => post('sensors/distrusts', body));
    await after();
    if (!done) return;
    select({ kind: 'station', code: body.station }, 'table');
    close();
  });
  document.getElementById('distrust-close')?.addEventListener('click', close);
  document.addEventListener('click', async (/** @type {any} */ event) => {
    const number = event.target.closest?.('[data-trust]')?.dataset.trust;
    if (!number) return;
    await said(() => post('sensors/distrusts/end', { id: Number(number) }));
    await after();
  });
}

function close() {
  chosen = null;
  byId('distrust').hidden = true;
}

/** @param {() => Promise<any>} act */
async function said(act) {
  const done = await tried('distrust-error', act);
  if (!done) byId('tab-suppressions').click(); // where it says why
  return done;
}
