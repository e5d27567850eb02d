// @ts-check
// What was issued alone: each with its reason, and for an admin who did not do it the button that signs it off.
import { announce } from './announce.js';
import { list, post } from './api.js';
import { BAR, refresh } from './desk.js';
import { byId, fill, h } from './dom.js';
import { t } from './language.js';
import { listen } from './live.js';
import { drawAge, drawStatus, setLine } from './status.js';
import { timeTag } from './time.js';
import { tried } from './tried.js';
import { drillMark, loadWords } from './words.js';

async function update() {
  const [found] = await Promise.all([list('break-glass'), refresh(BAR)]);
  drawStatus();
  if (byId('glass-list').contains(document.activeElement) && document.activeElement?.tagName === 'INPUT') return; // somebody writes
  fill(byId('glass-list'), found.length ? found.map(card) : h('p', { class: 'muted' }, t('緊急発表はありません。')));
  byId('glass-list').removeAttribute('aria-busy');
}

/** @param {any} one */
function card(one) {
  return h('article', { class: one.signed_by ? 'alone signed' : 'alone' },
    h('h2', {}, drillMark(one.status), one.headline, h('span', { class: 'muted small' }, t('第{revision}報', { revision: one.revision }))),
    h('dl', {},
      h('dt', {}, t('発表')), h('dd', {}, timeTag(one.at), t(' {person}（承認 {agreed}/{needed}{others}）', { person: one.person, agreed: new Set([...one.agreed, one.person]).size, needed: one.needed, others: one.agreed.length ? t('、承認済み：{people}', { people: one.agreed.join('、') }) : '' })),
      h('dt', {}, t('理由')), h('dd', {}, one.reason),
      h('dt', {}, t('点検')), h('dd', {}, one.signed_by ? [timeTag(one.signed_at), ` ${one.signed_by}${one.note ? `：${one.note}` : ''}`] : h('strong', { class: 'tone-bad' }, t('済んでいません')))),
    one.signed_by ? null : signing(one));
}

/** @param {any} one */
function signing(one) {
  const body = document.body.dataset;
  if (body.role !== 'admin') return h('p', { class: 'muted' }, t('点検できるのは管理者です。'));
  if (body.user === one.person) return h('p', { class: 'muted' }, t('自分の緊急発表は、別の管理者が点検します。'));
  const note = h('input', { name: 'note', maxlength: 500, autocomplete: 'off' });
  const sign = async (/** @type {Event} */ event) => {
    event.preventDefault();
    await tried('glass-error', async () => {
      await post(`break-glass/${encodeURIComponent(one.series)}/${one.revision}/sign-off`, { note: /** @type {HTMLInputElement} */ (note).value.trim() });
      announce(t('点検済みにしました'));
      note.blur();
      await update();
    });
  };
  return h('form', { on: { submit: sign } }, h('label', {}, t('確かめたこと（任意。経過記録に残ります）'), note), h('button', { class: 'button strong' }, t('点検済みにする')));
}

async function start() {
  await loadWords();
  await update();
  document.body.dataset.glass = 'ready';
  listen({ line: setLine, changed: () => update() });
  setInterval(drawAge, 1000);
  setInterval(update, 60000);
}

start();
