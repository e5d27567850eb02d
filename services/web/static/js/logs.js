// @ts-check
// The tables behind the picture: every danger, the chronology, and why something was not sent.
import { post } from './api.js';
import { desk, rank } from './desk.js';
import { byId, fill, h, table } from './dom.js';
import { t } from './language.js';
import { silenceButton } from './silences.js';
import { moment, timeTag } from './time.js';
import { tried } from './tried.js';
import { actor, brief, chip, drillMark, exercise, known, word } from './words.js';

export function drawHazards() {
  const rows = desk.hazards.filter((/** @type {any} */ z) => z.level > 0).sort((/** @type {any} */ a, /** @type {any} */ b) => rank(b) - rank(a)).map((/** @type {any} */ z) => h('tr', {},
    h('th', { scope: 'row' }, h('button', { type: 'button', class: 'link', 'data-select': `area:${z.area}`, 'data-key': `hazard-${z.key}` }, z.area_name)),
    h('td', { class: 'nowrap' }, exercise() && z.status === 'Exercise' ? null : drillMark(z.status), chip(z)),
    h('td', { class: 'nowrap' }, `${word('kinds', z.kind)}・${known(z)}${z.probability ? ` ${Math.round(z.probability * 100)}％` : ''}`),
    h('td', {}, brief(z.headline)), h('td', { class: 'nowrap' }, timeTag(z.since), '〜', moment(z.valid_until)), h('td', { class: 'muted small' }, z.model),
    h('td', {}, h('button', { type: 'button', class: 'link nowrap', 'data-why': z.key, 'data-key': `why-${z.key}`, 'aria-label': t('{area}の{kind}は、なぜ知らせた・知らせていないのか', { area: z.area_name, kind: word('kinds', z.kind) }) }, t('なぜ？')), ' ', silenceButton(z, 'silence-row'))));
  fill(byId('hazards'), table(t('いまの危険'), [t('どこ'), t('レベル'), t('種類'), t('内容'), t('いつ'), t('モデル'), t('知らせたか')], rows, t('いま知られている危険はありません。データがない場所は「安全」を意味しません。')));
}

export function drawChronology() {
  const rows = desk.chronology.map((/** @type {any} */ e) => h('tr', {},
    h('td', { class: 'nowrap' }, timeTag(e.at)), h('td', { class: 'nowrap' }, exercise() && e.status === 'Exercise' ? null : drillMark(e.status), word('chronology', e.kind)),
    h('td', { class: 'nowrap' }, actor(e.who)), h('td', {}, brief(e.text))));
  fill(byId('chronology-list'), table(t('経過記録'), [t('時刻'), t('種類'), t('だれ'), t('内容')], rows, t('まだ記録がありません。')));
}

export function drawSuppressions() {
  const rows = desk.suppressions.map((/** @type {any} */ s) => h('tr', {},
    h('th', { scope: 'row' }, brief(headline(s.series))), h('td', { class: 'small' }, s.rule), h('td', {}, s.detail), h('td', { class: 'muted small nowrap' }, word('stages', s.stage)), h('td', { class: 'nowrap' }, timeTag(s.first_at), '〜')));
  fill(byId('suppressions-list'), table(t('送られていないものと、その理由'), [t('何'), t('規則'), t('理由'), t('段階'), t('いつから')], rows, t('止めているものはありません。条件を満たしたものは、すべて下書きか発表になっています。')));
}

/** @param {string} series */
const headline = (series) => desk.alerts.find((/** @type {any} */ a) => a.series === series)?.texts.ja.headline ?? series;

/** @param {() => Promise<any>} after called when a note was written */
export function wireNote(after) {
  byId('note').addEventListener('submit', async (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const field = byId('note-text');
    await tried('note-error', async () => {
      await post('chronology', { text: field.value.trim() });
      field.value = '';
      await after();
    }, t('記録できませんでした。回線を確かめてください。'));
  });
}

