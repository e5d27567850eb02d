// @ts-check
// A report: what somebody saw, and the photos of it, each opened large.
import { desk } from './desk.js';
import { h } from './dom.js';
import { t } from './language.js';
import { thumbnails } from './photos.js';
import { timeTag } from './time.js';
import { drillMark, word } from './words.js';

/** @param {string} code @param {import('./panel.js').Show} show */
export function drawReport(code, show) {
  const report = desk.reports.find((/** @type {any} */ r) => String(r.id) === code);
  if (!report) return show(t('通報'), h('p', {}, t('この通報はもうありません。')));
  return show(t('通報：{kind}', { kind: word('kinds', report.kind) }),
    h('p', {}, drillMark(report.status), ' ', h('span', { class: 'tag' }, report.confirmed ? t('確認済み') : t('未確認')), ' ', timeTag(report.time, true)),
    h('p', { lang: 'ja' }, report.text), h('dl', { class: 'facts' }, h('dt', {}, t('場所')), h('dd', {}, report.place || '–'), h('dt', {}, t('だれから')), h('dd', {}, report.source || report.gateway || '–')),
    thumbnails(report.photos ?? [], t('通報：{kind}', { kind: word('kinds', report.kind) })));
}
