// @ts-check
// What happened, newest first: dangers, alerts, reports. Repeats are one line; what is new since one's last look is marked.
import { desk, isOurs } from './desk.js';
import { byId, fill, h } from './dom.js';
import { t } from './language.js';
import { markRows } from './selection.js';
import { now, timeTag } from './time.js';
import { brief, chip, drillMark, glassMark, known, word } from './words.js';

const MOST = 150; // rows; whoever needs more reads the chronology
const NEAR = 3 * 3600000; // reports of one kind and place within so long are told in one line
const KEEP = 'shirase-looked';

/**
 * @typedef {{at: string, key: string, group: string, kind: string, what: string, level: number, observed: boolean, areas: {code: string, name: string}[], row: (times: number) => HTMLElement}} Happening
 * `kind`: hazard, alert or report; `what`: flood, bear, …
 */

const keep = () => `${KEEP}:${document.body.dataset.user}`;
/** @returns {number} of one's last look */
const looked = () => Number(localStorage.getItem(keep()) ?? 0);
/** @param {string} at */
const since = (at) => Date.parse(at) > looked();

export function drawEvents() {
  const all = [...dangers(), ...alerts(), ...reports()].sort((a, b) => b.at.localeCompare(a.at) || b.level - a.level);
  choices(all);
  const found = together(all.filter(wanted)).slice(0, MOST);
  const fresh = all.filter(isNew).length;
  fill(byId('events-list'), found.length ? found.map(({ first, times }) => h('li', {}, first.row(times))) : h('li', { class: 'empty' }, all.length ? t('条件に合う出来事はありません。') : t('まだ何も起きていません。')));
  const button = byId('events-seen');
  button.hidden = !fresh;
  button.textContent = t('新しい {n}件を見た', { n: fresh });
  markRows();
}

/** @param {Happening} e */
const isNew = (e) => since(e.at);

/** @param {Happening} e */
function wanted(e) {
  const [filter, kind, area] = ['events-filter', 'events-kind', 'events-area'].map((id) => byId(id).value);
  return (!filter || (filter === 'new' ? isNew(e) : filter === 'observed' ? e.kind === 'hazard' && e.observed : /^\d$/.test(filter) ? e.level >= Number(filter) : e.kind === filter))
    && (!kind || e.what === kind) && (!area || e.areas.some((one) => one.code === area));
}

/** Repeats in one line: the newest of them, and how many there are. @param {Happening[]} some newest first */
function together(some) {
  /** @type {Map<string, {first: Happening, times: number}>} */
  const lines = new Map();
  for (const one of some) {
    const line = lines.get(one.group);
    if (!line) lines.set(one.group, { first: one, times: 1 });
    else line.times += 1;
  }
  return [...lines.values()];
}

/** Kinds and places that there is something of; what is chosen stays. @param {Happening[]} all */
function choices(all) {
  const kinds = [...new Set(all.map((e) => e.what))].sort().map((k) => [k, word('kinds', k)]);
  const areas = [...new Map(all.flatMap((e) => e.areas.map((one) => [one.code, one.name]))).entries()].sort((a, b) => String(a[1]).localeCompare(String(b[1]), 'ja'));
  for (const [id, first, options] of /** @type {[string, string, string[][]][]} */ ([['events-kind', t('すべての種類'), kinds], ['events-area', t('すべての地区'), areas]])) {
    const field = byId(id), before = field.value;
    const kept = before && !options.some(([value]) => value === before) ? [[before, before], ...options] : options;
    const picture = JSON.stringify(kept);
    if (field.dataset.picture === picture) continue;
    field.dataset.picture = picture;
    fill(field, [['', first], ...kept].map(([value, text]) => h('option', { value }, text)));
    field.value = before;
  }
}

/** One row for what was said of several districts at the same time; of one gauge and level the later ones are repeats. @returns {Happening[]} */
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
    return { at: z.since, key: z.key, group: [z.status, z.kind, z.level, z.observed, z.source || z.area].join('|'), kind: 'hazard', what: z.kind, level: z.alert_level ? z.level : 0, observed: z.observed,
      areas: some.map((one) => ({ code: one.area, name: one.area_name })),
      row: (times) => row(z.since, z.key, `area:${z.area}`, tags, brief(z.headline), some.map((one) => one.area_name).join('、'), times) };
  });
}

/** Revisions of one series are one line. @returns {Happening[]} */
const alerts = () => desk.alerts.filter((/** @type {any} */ a) => ['issued', 'expired', 'lifted', 'ended', 'rejected'].includes(a.state)).map((/** @type {any} */ a) => ({
  at: a.changed_at ?? a.sent, key: a.identifier, group: `alert|${a.series}`, kind: 'alert', what: a.kind, level: a.alert_level ? a.level : 0, observed: true, areas: a.places,
  row: (/** @type {number} */ times) => row(a.changed_at ?? a.sent, a.identifier, `area:${a.places[0]?.code ?? ''}`, [isOurs(a.status) ? null : drillMark(a.status), glassMark(a), chip(a), h('span', { class: a.state === 'issued' ? 'tag solid' : 'tag' }, word('alert_states', a.state))], brief(a.texts.ja.headline), a.places.map((/** @type {any} */ p) => p.name).join('、'), times, a.state !== 'issued'),
}));

/** Of one kind and place within hours they are one line. @returns {Happening[]} */
const reports = () => desk.reports.map((/** @type {any} */ r) => ({
  at: r.time, key: `report-${r.id}`, group: `report|${r.status}|${r.kind}|${r.place || r.id}|${Math.floor(Date.parse(r.time) / NEAR)}|${r.confirmed}`, kind: 'report', what: r.kind, level: 0, observed: true, areas: [],
  row: (/** @type {number} */ times) => row(r.time, `report-${r.id}`, `report:${r.id}`, [isOurs(r.status) ? null : drillMark(r.status), h('span', { class: 'tag' }, t('通報：{kind}', { kind: word('kinds', r.kind) })), r.confirmed ? null : h('span', { class: 'tag foreseen' }, t('未確認'))], r.text, r.place, times),
}));

/** @param {string} at @param {string} key @param {string} pick @param {any[]} tags @param {string} what @param {string} where @param {number} times @param {boolean} [past] */
const row = (at, key, pick, tags, what, where, times, past = false) => h('button', { type: 'button', class: `event ${past ? 'past' : ''}`, 'data-select': pick, 'data-key': `event-${key}`, 'data-new': since(at) ? 'true' : null },
  timeTag(at), h('span', { class: 'tags' }, since(at) ? h('span', { class: 'new-mark' }, t('新')) : null, tags, times > 1 ? h('span', { class: 'tag' }, t('ほか同じもの {n}件', { n: times - 1 })) : null), h('span'), h('span', { class: 'what', lang: 'ja' }, what), where && !what.includes(where) ? h('span', { class: 'where', lang: 'ja' }, where) : null);

export function wireEvents() {
  for (const id of ['events-filter', 'events-kind', 'events-area']) byId(id).addEventListener('change', drawEvents);
  byId('events-seen').addEventListener('click', () => {
    localStorage.setItem(keep(), String(now().getTime()));
    drawEvents();
    byId('events').focus();
  });
  if (!looked()) localStorage.setItem(keep(), String(now().getTime())); // at the first look nothing is news
}
