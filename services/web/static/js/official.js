// @ts-check
// 「3時10分に何が発表中だったか」: official warnings in force at an instant, asked in the panel of the chronology.
import { get } from './api.js';
import { byId, fill, h, table } from './dom.js';
import { t } from './language.js';
import { moment, now, timeTag } from './time.js';
import { tried } from './tried.js';
import { brief, drillMark, exercise, word } from './words.js';

const field = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Tokyo', dateStyle: 'short', timeStyle: 'short' });

/** The form: an hour in Japan, and whether to leave out what came later. It begins with now. */
export function wireOfficial() {
  byId('official-at').value = field.format(now()).replace(' ', 'T');
  byId('official').addEventListener('submit', async (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const at = `${byId('official-at').value}+09:00`;
    const known = byId('official-known').checked ? { known: at } : {};
    await tried('official-error', async () => {
      const { items } = await get(`official?${new URLSearchParams({ at, area: 'city', limit: '1000', ...known })}`);
      draw(items, at);
    }, t('調べられませんでした。回線を確かめてください。'));
  });
}

/**
 * @param {any[]} items
 * @param {string} at
 */
function draw(items, at) {
  const rows = items.map((one) => h('tr', {},
    h('th', { scope: 'row' }, exercise() && one.status === 'Exercise' ? null : drillMark(one.status), brief(one.kind_name), one.height ? `（${one.height}）` : null),
    h('td', { class: 'nowrap' }, one.alert_level ? t('警戒レベル{level}相当', { level: one.alert_level }) : word('kinds', one.hazard)),
    h('td', {}, one.area_name),
    h('td', { class: 'nowrap' }, timeTag(one.since), '〜', one.valid_until ? moment(one.valid_until) : ''),
    h('td', {}, `${one.office} ${one.telegram ?? ''}`, h('span', { class: 'muted small' }, t('（{issued}発表、{received}着）', { issued: moment(one.issued_at), received: moment(one.received_at) })))));
  fill(byId('official-list'), table(t('{at}に発表中だったもの', { at: moment(at) }), [t('種類'), t('レベル'), t('どこ'), t('いつから'), t('どの電文で')], rows, t('その時刻に発表中だったものは、届いた電文の中にありません。')));
}
