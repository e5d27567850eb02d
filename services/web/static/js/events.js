// @ts-check
// What happened, newest first: dangers, alerts, reports. Each row has a place on the map.
import { desk, isOurs } from './desk.js';
import { byId, fill, h } from './dom.js';
import { t } from './language.js';
import { markRows } from './selection.js';
import { timeTag } from './time.js';
import { brief, chip, drillMark, glassMark, known, word } from './words.js';

const MOST = 150; // rows; whoever needs more reads the chronology

/** @typedef {{at: string, key: string, kind: string, level: number, observed: boolean, row: () => HTMLElement}} Happening */

export function drawEvents() {
  const wanted = byId('events-filter').value;
  const keep = (/** @type {Happening} */ e) => !wanted || (wanted === '3' ? e.level >= 3 : wanted === 'observed' ? e.kind === 'hazard' && e.observed : e.kind === wanted);
  const found = [...dangers(), ...alerts(), ...reports()].filter(keep).sort((a, b) => b.at.localeCompare(a.at) || b.level - a.level).slice(0, MOST);
  fill(byId('events-list'), found.length ? found.map((e) => h('li', {}, e.row())) : h('li', { class: 'empty' }, wanted ? t('条件に合う出来事はありません。') : t('まだ何も起きていません。')));
  markRows();
}

/** One row for what was said of several districts at the same time. @returns {Happening[]} */
function dangers() {
  /** @type {Map<string, any[]>} */
  const groups = new Map();
  for (const z of desk.hazards.filter((/** @type {any} */ one) => one.level > 0)) {
    const key = [z.status, z.since, z.kind, z.level, z.observed, z.headline].join('|');
    groups.set(key, [...(groups.get(key) ?? []), z]);
  }
  return [...groups.values()].map((some) => {
    const z = some[0];
    const tags = [isOurs(z.status) ? null : drillMark(z.status), chip(z), z.alert_level ? h('span', {}, word('kinds', z.kind)) : null, h('span', { class: `tag ${z.observed ? '' : 'foreseen'}` }, known(z))];
    return { at: z.since, key: z.key, kind: 'hazard', level: z.alert_level ? z.level : 0, observed: z.observed,
      row: () => row(z.since, z.key, `area:${z.area}`, tags, brief(z.headline), some.map((one) => one.area_name).join('、')) };
  });
}

/** @returns {Happening[]} */
const alerts = () => desk.alerts.filter((/** @type {any} */ a) => ['issued', 'expired', 'lifted', 'ended', 'rejected'].includes(a.state)).map((/** @type {any} */ a) => ({
  at: a.changed_at ?? a.sent, key: a.identifier, kind: 'alert', level: a.alert_level ? a.level : 0, observed: true,
  row: () => row(a.changed_at ?? a.sent, a.identifier, `area:${a.places[0]?.code ?? ''}`, [isOurs(a.status) ? null : drillMark(a.status), glassMark(a), chip(a), h('span', { class: a.state === 'issued' ? 'tag solid' : 'tag' }, word('alert_states', a.state))], brief(a.texts.ja.headline), a.places.map((/** @type {any} */ p) => p.name).join('、'), a.state !== 'issued'),
}));

/** @returns {Happening[]} */
const reports = () => desk.reports.map((/** @type {any} */ r) => ({
  at: r.time, key: `report-${r.id}`, kind: 'report', level: 0, observed: true,
  row: () => row(r.time, `report-${r.id}`, `report:${r.id}`, [isOurs(r.status) ? null : drillMark(r.status), h('span', { class: 'tag' }, t('通報 {word}', { word: word('kinds', r.kind) })), r.confirmed ? null : h('span', { class: 'tag foreseen' }, t('未確認'))], r.text, r.place),
}));

/** @param {string} at @param {string} key @param {string} pick @param {any[]} tags @param {string} what @param {string} where @param {boolean} [past] */
const row = (at, key, pick, tags, what, where, past = false) => h('button', { type: 'button', class: `event ${past ? 'past' : ''}`, 'data-select': pick, 'data-key': `event-${key}` },
  timeTag(at), h('span', { class: 'tags' }, tags), h('span'), h('span', { class: 'what' }, what), where && !what.includes(where) ? h('span', { class: 'where' }, where) : null);
