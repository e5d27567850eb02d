// @ts-check
// 「3時10分に何が発表中だったか」: official warnings in force at an instant, asked in the panel of the chronology.
import { get, Refused } from './api.js';
import { byId, fill, h, table } from './dom.js';
import { moment, now, timeTag } from './time.js';
import { brief, drillMark, exercise, word } from './words.js';

const field = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Tokyo', dateStyle: 'short', timeStyle: 'short' });

/** The form: an hour in Japan, and whether to leave out what came later. It begins with now. */
export function wireOfficial() {
  byId('official-at').value = field.format(now()).replace(' ', 'T');
  byId('official').addEventListener('submit', async (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const error = byId('official-error');
    error.hidden = true;
    const at = `${byId('official-at').value}+09:00`;
    const known = byId('official-known').checked ? { known: at } : {};
    try {
      const { items } = await get(`official?${new URLSearchParams({ at, area: 'city', limit: '1000', ...known })}`);
      draw(items, at);
    } catch (problem) {
      error.textContent = problem instanceof Refused ? problem.message : '調べられませんでした。回線を確かめてください。';
      error.hidden = false;
    }
  });
}

/**
 * @param {any[]} items
 * @param {string} at
 */
function draw(items, at) {
  const rows = items.map((one) => h('tr', {},
    h('th', { scope: 'row' }, exercise() && one.status === 'Exercise' ? null : drillMark(one.status), brief(one.kind_name)),
    h('td', { class: 'nowrap' }, one.alert_level ? `警戒レベル${one.alert_level}相当` : word('kinds', one.hazard)),
    h('td', {}, one.area_name),
    h('td', { class: 'nowrap' }, timeTag(one.since), '〜', one.valid_until ? moment(one.valid_until) : ''),
    h('td', {}, `${one.office} ${one.telegram ?? ''}`, h('span', { class: 'muted small' }, `（${moment(one.issued_at)}発表、${moment(one.received_at)}着）`))));
  fill(byId('official-list'), table(`${moment(at)}に発表中だったもの`, ['種類', 'レベル', 'どこ', 'いつから', 'どの電文で'], rows, 'その時刻に発表中だったものは、届いた電文の中にありません。'));
}
