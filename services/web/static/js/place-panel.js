// @ts-check
// A place: what is happening here, what comes next, who is exposed, what was sent. Of a district, a square of the mesh, a section.
import { desk, hazardsByArea, isDanger, rank } from './desk.js';
import { h } from './dom.js';
import { exposedHere } from './exposed.js';
import { fetched } from './fetched.js';
import { folded } from './folding.js';
import { digits, gauges, standing, trend, valueText } from './gauges.js';
import { asked, isAhead, ofNowOnly } from './instant.js';
import { pieces, t } from './language.js';
import { selected } from './selection.js';
import { sentHere } from './sent.js';
import { silenceButton } from './silences.js';
import { ago, moment, timeTag } from './time.js';
import { brief, chip, drillMark, exercise, known, word } from './words.js';

const SHOWN = 3; // dangers before the others are folded away

/** @type {Map<string, string>} names of districts without any danger */
export const areaNames = new Map();

/** @param {string} code @param {import('./panel.js').Show} show */
export function drawPlace(code, show) {
  const redraw = () => { if (selected()?.kind === 'area' && selected()?.code === code) drawPlace(code, show); };
  const { body: picture, failed } = fetched(asked(`areas/${encodeURIComponent(code)}/picture`), redraw);
  const dangers = dangersOf(code, picture);
  const own = hazardsByArea().get(code) ?? [];
  const name = picture?.name ?? own[0]?.area_name ?? areaNames.get(code) ?? code;
  show(name,
    h('section', { class: 'glance', 'aria-label': t('ひと目で') }, glance(dangers, code)),
    part('now', t('いま、ここで'), now(dangers.filter((z) => z.observed), code)),
    part('next', t('これから'), next(dangers.filter((z) => !z.observed), isAhead() ? undefined : picture)),
    isAhead() ? ofNowOnly() : [part('who', t('だれが、なにが危ないか'), exposedHere(picture, failed)), part('sent', t('送ったもの'), sentHere(picture, failed))]);
}

/** @param {string} key @param {string} title @param {any[]} content */
const part = (key, title, content) => h('section', { class: 'part-of', 'aria-labelledby': `place-${key}` }, h('h4', { id: `place-${key}` }, title), content);

/** Dangers of the place and of what holds it, worst first. @param {string} code @param {any} picture @returns {any[]} */
function dangersOf(code, picture) {
  const wide = (picture?.within ?? []).map((/** @type {any} */ one) => one.code);
  return desk.hazards.filter((/** @type {any} */ z) => isDanger(z) && (z.area === code || wide.includes(z.area)))
    .sort((/** @type {any} */ a, /** @type {any} */ b) => rank(b) - rank(a) || Number(b.area === code) - Number(a.area === code) || a.since.localeCompare(b.since));
}

/** Level, where it is heading, and what waits for a person: before anything has to be read. @param {any[]} dangers @param {string} code */
function glance(dangers, code) {
  const now_ = dangers.find((z) => z.observed);
  const worse = dangers.find((z) => !z.observed && (!now_ || rank(z) > rank(now_)));
  const waiting = desk.alerts.filter((/** @type {any} */ a) => a.state === 'draft' && a.places.some((/** @type {any} */ p) => p.code === code)).length;
  return [
    h('p', { class: 'glance-level' }, now_ ? [drillMark(now_.status), chip(now_), now_.alert_level ? h('span', {}, word('kinds', now_.kind)) : null, now_.area === code ? null : h('span', { class: 'tag' }, now_.area_name), h('span', { class: 'small' }, t('{when}から（{age}）', { when: moment(now_.since), age: ago(now_.since) }))] : h('span', { class: 'nodata' }, t('いま知られている危険はありません（安全を意味しません）。'))),
    worse ? h('p', { class: 'glance-next' }, h('span', { 'aria-hidden': 'true' }, '→ '), chip(worse), ' ', h('b', {}, when(worse))) : null,
    waiting ? h('p', {}, h('a', { href: '#drafts', class: 'waits' }, t('この地区の案が {n}件、承認を待っています', { n: waiting }))) : null,
  ];
}

/** When it is foreseen, and how surely. @param {any} z */
function when(z) {
  const at = z.facts?.reached_at;
  const chance = z.probability ? t('確率 {percent}％', { percent: Math.round(z.probability * 100) }) : '';
  const hour = at ? t('{when}ごろ', { when: moment(at) }) : z.facts?.lead_h ? t('{n}時間以内', { n: z.facts.lead_h }) : '';
  return [hour, chance].filter(Boolean).join(t('、')) || t('予測');
}

/** @param {any[]} some @param {string} code */
function now(some, code) {
  const near = gauges().filter((g) => g.areas.includes(code) && g.quantity === 'water_level');
  return [
    some.length ? h('ul', {}, some.slice(0, SHOWN).map((z) => danger(z, code))) : h('p', { class: 'muted' }, t('観測された危険はありません。')),
    some.length > SHOWN ? folded(`now-${code}`, t('ほか {n}件', { n: some.length - SHOWN }), h('ul', {}, some.slice(SHOWN).map((z) => danger(z, code)))) : null,
    near.length ? h('ul', { class: 'gauges-here' }, near.map((g) => h('li', {}, h('button', { type: 'button', class: 'link', 'data-select': `station:${g.code}`, 'data-key': `here-${g.code}` }, g.name), ' ', h('b', {}, valueText(g)), ' ', h('span', { class: 'trend', 'aria-hidden': 'true' }, trend(g)[0]), `${trend(g)[1]} `, standing(g)))) : null,
  ];
}

/** The mark where it is not what the whole page is: a drill beside real things, a real thing in a drill. @param {string} status */
const unlike = (status) => (exercise() && status === 'Exercise' ? null : drillMark(status));

/** @param {any} z @param {string} code */
function danger(z, code) {
  const rise = z.facts?.rise_m_per_h;
  return h('li', {},
    h('p', { class: 'tags' }, unlike(z.status), chip(z), z.alert_level ? h('span', {}, word('kinds', z.kind)) : null,
      h('span', { class: z.observed ? 'tag' : 'tag foreseen' }, known(z)), z.area === code ? null : h('span', { class: 'tag' }, z.area_name), z.late ? h('span', { class: 'tag' }, t('遅れて届いた値')) : null),
    h('p', {}, brief(z.headline)),
    h('p', { class: 'muted small' }, z.observed ? t('{when}から（{age}）', { when: moment(z.since), age: ago(z.since) }) : when(z),
      typeof rise === 'number' ? [t('、'), rise > 0.02 ? t('上昇 +{rise} m/時', { rise: rise.toFixed(2) }) : rise < -0.02 ? t('下降 {rise} m/時', { rise: rise.toFixed(2) }) : t('横ばい')] : null),
    folded(`why-${z.key}`, t('なぜ（根拠 {n}件）', { n: z.evidence.length }), h('ul', { class: 'evidence' }, z.evidence.map((/** @type {any} */ e) => h('li', { lang: 'ja' }, e.text))),
      h('p', { class: 'muted small' }, t('{model} による。{until} まで有効', { model: z.model, until: moment(z.valid_until) })), silenceButton(z, 'silence-here')));
}

/** @param {any[]} some @param {any} picture */
function next(some, picture) {
  const ahead = picture?.ahead ?? [];
  return [
    some.length ? h('ul', {}, some.slice(0, SHOWN).map((z) => danger(z, picture?.code ?? z.area))) : null,
    some.length > SHOWN ? folded(`next-${picture?.code}`, t('ほか {n}件', { n: some.length - SHOWN }), h('ul', {}, some.slice(SHOWN).map((z) => danger(z, picture?.code ?? z.area)))) : null,
    ahead.length ? h('ul', {}, ahead.map(outlook)) : null,
    !some.length && !ahead.length ? h('p', { class: 'muted' }, t('予測されている危険はありません。予測のない所もあります。')) : null,
  ];
}

/** The gauge's own outlook: where the level will be, and how likely each threshold is reached. @param {any} one */
function outlook(one) {
  const far = one.leads[one.leads.length - 1];
  const limits = one.limits.map((/** @type {any} */ l) => ({ ...l, last: l.chances[l.chances.length - 1] })).filter((/** @type {any} */ l) => l.last?.chance >= 0.01);
  return h('li', {},
    h('p', {}, h('button', { type: 'button', class: 'link', 'data-select': `station:${one.station}`, 'data-key': `ahead-${one.station}` }, one.name), ' ',
      t('{hours}時間後 {low}〜{high} m（中央 {mid} m）', { hours: far.hours, low: far.q10.toFixed(digits('m')), high: far.q90.toFixed(digits('m')), mid: far.q50.toFixed(digits('m')) })),
    limits.map((/** @type {any} */ l) => h('p', { class: 'small' }, h('span', { class: 'tag' }, word('thresholds', l.name)), ' ', t('{metres} m に {hours}時間以内に達する確率 {percent}％', { metres: l.metres.toFixed(2), hours: l.last.hours, percent: Math.round(l.last.chance * 100) }))),
    h('p', { class: 'muted small' }, one.method === 'learned' ? pieces('{when}に学習した予測で計算', { when: timeTag(one.made_at) }) : pieces('{when}にいまの傾きから計算（目安）', { when: timeTag(one.made_at) })));
}
