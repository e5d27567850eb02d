// @ts-check
// The panel of what is selected: a district with its dangers and alerts, a sensor with its chart, a report.
import { get } from './api.js';
import { chart } from './chart.js';
import { desk, hazardsByArea } from './desk.js';
import { byId, fill, h } from './dom.js';
import { gauges, standing, trend, valueText } from './gauges.js';
import { follow, select, selected } from './selection.js';
import { moment, now, timeTag } from './time.js';
import { brief, chip, drillMark, glassMark, known, word } from './words.js';

const HOURS = 12;

export function wirePanel() {
  follow((pick, from) => {
    byId('selection').hidden = !pick;
    if (!pick) return;
    drawPanel();
    if (from !== 'panel') byId('selection').focus({ preventScroll: true });
  });
  byId('selection-close').addEventListener('click', () => select(null, 'panel'));
  byId('selection').addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => {
    if (event.key === 'Escape') select(null, 'panel');
  });
}

/** Drawn again whenever something came in. */
export function drawPanel() {
  const pick = selected();
  if (!pick) return;
  ({ area: drawArea, station: drawStation, report: drawReport })[pick.kind](pick.code);
}

/** @param {string} title @param {any[]} content */
function show(title, ...content) {
  byId('selection-title').textContent = title;
  fill(byId('selection-body'), ...content);
}

/** @param {string} code */
function drawArea(code) {
  const dangers = hazardsByArea().get(code) ?? [];
  const alerts = desk.alerts.filter((/** @type {any} */ a) => ['issued', 'draft'].includes(a.state) && a.places.some((/** @type {any} */ p) => p.code === code));
  const near = gauges().filter((g) => g.areas.includes(code));
  const name = dangers[0]?.area_name ?? areaNames.get(code) ?? code;
  show(name,
    h('h4', {}, '危険'),
    dangers.length ? h('ul', {}, dangers.map(danger)) : h('p', { class: 'nodata' }, 'いま知られている危険はありません（安全を意味しません）。'),
    h('h4', {}, '発表'),
    alerts.length ? h('ul', {}, alerts.map((/** @type {any} */ a) => h('li', {}, drillMark(a.status), ' ', glassMark(a), chip(a), ' ', h('span', { class: a.state === 'issued' ? 'tag solid' : 'tag' }, word('alert_states', a.state)), h('div', {}, brief(a.texts.ja.headline)), h('span', { class: 'muted small' }, `${moment(a.sent)} 〜 ${moment(a.expires)}`)))) : h('p', { class: 'muted' }, 'この地区への発表はありません。'),
    near.length ? [h('h4', {}, '観測所'), h('ul', {}, near.map((g) => h('li', {}, h('button', { type: 'button', class: 'link', 'data-select': `station:${g.code}` }, g.name), ` ${valueText(g)} ${trend(g)[0]} `, standing(g))))] : null);
}

/** @param {any} z */
const danger = (z) => h('li', {}, drillMark(z.status), ' ', chip(z), ' ', z.alert_level ? [h('span', {}, word('kinds', z.kind)), ' '] : null, h('span', { class: `tag ${z.observed ? '' : 'foreseen'}` }, `${known(z)}${z.probability ? ` ${Math.round(z.probability * 100)}％` : ''}`),
  h('div', {}, brief(z.headline)), h('span', { class: 'muted small' }, `${moment(z.since)} 〜 ${moment(z.valid_until)}・${z.model}`),
  h('ul', { class: 'evidence' }, z.evidence.map((/** @type {any} */ e) => h('li', {}, e.text))));

/** @param {string} code */
function drawStation(code) {
  const some = gauges().filter((g) => g.code === code);
  show(some[0]?.name ?? code, some.map((g) => {
    const place = h('div', {}, h('p', { class: 'muted' }, '推移を読み込んでいます…'));
    past(g).then((picture) => fill(place, picture), () => fill(place, h('p', { class: 'muted' }, '推移を読み込めませんでした。')));
    return h('section', {},
      h('p', { class: 'muted' }, `${g.river ? `${g.river}・` : ''}${word('quantities', g.quantity)}`),
      h('p', { class: `figure ${g.silent ? 'stale-cell' : ''}` }, valueText(g), ' ', h('span', { class: 'trend' }, trend(g)[0]), h('span', { class: 'small' }, ` ${trend(g)[1]}`)),
      h('p', {}, standing(g), ' ', timeTag(g.at, true)),
      place,
      g.source ? h('p', { class: 'muted small' }, `基準値：${g.source}`) : null);
  }));
}

/** @param {any} g @returns {Promise<SVGElement | HTMLElement>} */
async function past(g) {
  const body = await get(`readings/${encodeURIComponent(g.code)}/${encodeURIComponent(g.quantity)}?hours=${HOURS}`);
  const points = body.points.filter((/** @type {any} */ p) => p.trusted !== false).map((/** @type {any} */ p) => ({ at: p.time, value: p.value }));
  if (!points.length) return h('p', { class: 'nodata' }, `この${HOURS}時間の値はありません。`);
  const to = now();
  const first = Math.max(to.getTime() - HOURS * 3600000, new Date(points[0].at).getTime() - 1800000);
  const ahead = foreseen(g.code);
  const until = ahead && new Date(ahead.at) > to ? new Date(new Date(ahead.at).getTime() + 600000) : to;
  return chart(points, { thresholds: g.thresholds, unit: g.unit, name: `${g.name} ${word('quantities', g.quantity)}`, from: new Date(first), to: until, ahead });
}

/** Where the flood model sees the gauge next. @param {string} code @returns {{at: string, value: number} | undefined} */
function foreseen(code) {
  const facts = desk.hazards.find((/** @type {any} */ z) => z.source === `${code}:foreseen`)?.facts;
  return facts?.reached_at && typeof facts.threshold_m === 'number' ? { at: facts.reached_at, value: facts.threshold_m } : undefined;
}

/** @param {string} code */
function drawReport(code) {
  const report = desk.reports.find((/** @type {any} */ r) => String(r.id) === code);
  if (!report) return show('通報', h('p', {}, 'この通報はもうありません。'));
  return show(`通報：${word('kinds', report.kind)}`,
    h('p', {}, drillMark(report.status), ' ', h('span', { class: 'tag' }, report.confirmed ? '確認済み' : '未確認'), ' ', timeTag(report.time, true)),
    h('p', {}, report.text), h('dl', { class: 'facts' }, h('dt', {}, '場所'), h('dd', {}, report.place || '–'), h('dt', {}, 'だれから'), h('dd', {}, report.source || report.gateway || '–')),
    ...(report.photos ?? []).map((/** @type {string} */ src, /** @type {number} */ n) => h('p', {}, h('a', { href: src }, h('img', { src, alt: `通報の写真 ${n + 1}`, width: '240', loading: 'lazy' })))));
}

/** @type {Map<string, string>} names of districts without any danger */
export const areaNames = new Map();
