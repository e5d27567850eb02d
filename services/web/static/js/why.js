// @ts-check
// 「なぜ知らせていないのか」: one danger, one time, one sentence, and what else was found beside it.
import { get } from './api.js';
import { desk, rank } from './desk.js';
import { byId, fill, h } from './dom.js';
import { language, own, t } from './language.js';
import { moment, now } from './time.js';
import { tried } from './tried.js';
import { brief, word } from './words.js';

const field = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Tokyo', dateStyle: 'short', timeStyle: 'short' });

/** The dangers there are now, the gravest first. A choice already made is kept. */
export function drawWhy() {
  const list = byId('why-hazard');
  const options = [...desk.hazards].sort((/** @type {any} */ a, /** @type {any} */ b) => rank(b) - rank(a)).map((/** @type {any} */ z) => [z.key, `${word('kinds', z.kind)}・${z.area_name}：${brief(z.headline)}`.slice(0, 70)]);
  const before = list.value;
  fill(list, options.length ? options.map(([value, text]) => h('option', { value }, text)) : h('option', { value: '' }, t('いま知られている危険はありません')));
  if (options.some(([value]) => value === before)) list.value = before;
}

/** The form, and the buttons 「なぜ」 in the list of dangers. */
export function wireWhy() {
  byId('why').addEventListener('submit', (/** @type {SubmitEvent} */ event) => { event.preventDefault(); ask(); });
  byId('hazards').addEventListener('click', (/** @type {any} */ event) => {
    const key = event.target.closest('[data-why]')?.dataset.why;
    if (!key) return;
    byId('tab-suppressions').click();
    byId('why-hazard').value = key;
    byId('why-at').value = '';
    byId('why-hazard').focus();
    ask();
  });
  byId('why-at').max = field.format(now()).replace(' ', 'T');
}

async function ask() {
  const at = byId('why-at').value;
  await tried('why-error', async () => {
    const { items } = await get(`why?${new URLSearchParams({ hazard: byId('why-hazard').value, ...(at ? { at: `${at}+09:00` } : {}) })}`);
    draw(items[0]);
  }, t('調べられませんでした。回線を確かめてください。'));
}

/** @param {any} one */
function draw(one) {
  const others = one.findings.slice(1).map((/** @type {any} */ f) => h('li', {}, own(f), language === 'ja' ? [' ', h('span', { class: 'muted', lang: 'en' }, f.en)] : null));
  fill(byId('why-answer'),
    h('p', {}, h('b', {}, one.told ? t('知らせました') : t('知らせていません')), h('span', { class: 'muted small' }, t('（{at}現在、{area}、{headline}）', { at: moment(one.at), area: one.area_name, headline: brief(one.headline) }))),
    h('p', {}, own(one)), language === 'ja' ? h('p', { class: 'muted small', lang: 'en' }, one.en) : null,
    others.length ? h('details', {}, h('summary', {}, t('ほかに分かったこと（{n}）', { n: others.length })), h('ul', { class: 'small' }, others)) : null);
}
