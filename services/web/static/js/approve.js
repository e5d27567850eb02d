// @ts-check
// Sending takes a dialog that repeats text, area, level and channels. The approval is bound to what was shown.
import { post, Refused } from './api.js';
import { announce } from './announce.js';
import { presently } from './desk.js';
import { byId, fill, h } from './dom.js';
import { own, pieces, t } from './language.js';
import { showPayload } from './payload.js';
import { at } from './presence.js';
import { clockTime, timeTag } from './time.js';
import { chip, deliveryLook, inOrder, word } from './words.js';

const me = () => document.body.dataset.user ?? '';

/** @type {any} the draft in the dialog, exactly as it was shown */
let draft = null;
/** @type {() => void} */
let done = () => {};

/** @param {any} one @returns {boolean} */
export const mayApprove = (one) => !one.objections.length && !agreed(one);

/** @param {any} one @returns {boolean} */
const agreed = (one) => one.approvals.some((/** @type {any} */ a) => a.person === me());

/** 「あなたは承認できません」, why, and who may; nothing for those who may. @param {any} one */
export function barred(one) {
  if (!one.objections.length) return null;
  const able = one.able.length ? t('承認できる人：{people}', { people: one.able.join('、') }) : t('承認できる人がいません。管理者に、承認の範囲の設定を頼んでください。');
  return h('div', { class: 'barred' },
    h('p', {}, t('あなたは承認できません')), h('ul', {}, one.objections.map((/** @type {string} */ o) => h('li', {}, o))),
    h('p', { class: one.able.length ? '' : 'tone-bad' }, able));
}

/** 「承認 1/2（佐藤）」 @param {any} one @returns {string} */
export function signed(one) {
  const count = one.approvals.length;
  const people = one.approvals.map((/** @type {any} */ a) => a.person).join('、');
  const waits = agreed(one) ? t('。もう一人の承認を待っています（{people}）', { people: one.able.join('、') || t('承認できる人がほかにいません') }) : '';
  return t('承認 {count}/{needs}{people}{waits}', { count, needs: count + one.needs, people: people ? `（${people}）` : '', waits });
}

/** Open the dialog. Focus starts on the text, not on a button: a stray Enter does nothing. @param {any} one */
export function approve(one) {
  draft = one;
  byId('approve-error').hidden = true;
  fill(byId('approve-body'), summary(one));
  countersigning(one);
  byId('approve').showModal();
  at(`alert:${one.series}`, 'deciding');
  byId('approve-body').scrollTop = 0;
  byId('approve-body').focus();
}

/** Which yes it would be, and what comes of it. @param {any} one */
function countersigning(one) {
  const more = one.needs_after; // of words of one's own the own yes may not be enough
  const total = one.approvals.length + 1 + more;
  byId('approve-title').textContent = total > 1 ? t('この内容を承認しますか（{at}人目／{total}人）', { at: one.approvals.length + 1, total }) : t('この内容を発表しますか');
  byId('approve-confirm').textContent = more ? t('承認する（{at}/{total}。まだ送りません）', { at: one.approvals.length + 1, total }) : t('承認して、すべての経路へ送る');
  byId('approve-confirm').disabled = !mayApprove(one);
}

/** What is about to be sent, in full. @param {any} one */
export function summary(one) {
  const outlets = inOrder(Object.keys(one.payloads)).map((name) => [name, one.payloads[name]]);
  return [
    one.status === 'Actual' ? null : h('div', { class: 'drill' }, h('p', {}, h('strong', {}, one.status === 'Exercise' ? t('訓練として送ります') : t('試験として送ります')))),
    h('p', { class: 'big' }, chip(one), h('strong', {}, one.texts.ja.headline)),
    h('dl', { class: 'facts' },
      h('dt', {}, t('区域')), h('dd', {}, one.places.map((/** @type {any} */ p) => p.name).join('、')),
      h('dt', {}, t('経路')), h('dd', {}, outlets.map(([name, p]) => word('channels', name) + (/** @type {any} */ (p).reason ? `（${own(deliveryLook({ code: /** @type {any} */ (p).code }))}）` : '')).join('、')),
      h('dt', {}, t('種類')), h('dd', {}, t('{word}・第{revision}報{ends}', { word: word('message_types', one.msg_type), revision: one.revision, ends: one.ends ? t('・解除') : '' })),
      h('dt', {}, t('期限')), h('dd', {}, pieces('{expires}まで', { expires: timeTag(one.expires) }))),
    outlets.map(([name, payload]) => h('section', { class: 'outlet' }, h('h3', {}, word('channels', name)), showPayload(/** @type {any} */ (payload)))),
  ];
}

/** Called whenever the desk was drawn: what somebody else did meanwhile is said in the open dialog; what is dead by it cannot be pressed. */
export function tellDecided() {
  const name = ['approve', 'reject'].find((one) => draft && byId(one).open);
  if (!name) return;
  const now = standing();
  const dead = over(now);
  if (dead) {
    byId(`${name}-confirm`).disabled = true;
    tell(name, dead);
  } else if (now.approvals.length > draft.approvals.length) { // the text is the same: the decision is still open
    tell(name, t('{people}さんが、いま承認しました。{signed}', { people: newly(now), signed: signed(now) }));
    draft = now;
    if (name === 'approve') countersigning(now);
  }
}

/** The draft as it stands now. */
const standing = () => presently().alerts.find((/** @type {any} */ a) => a.series === draft.series && a.revision === draft.revision);

/** Why what this dialog would send is dead; empty where it is not. @param {any} now the draft as it stands @returns {string} */
function over(now) {
  if (!now) return t('この案は、もうありません。閉じてください。');
  if (now.state === 'issued') return t('この案は、もう待っていません（{state}、承認 {people}）。閉じてください。', { state: word('alert_states', now.state), people: names(now.approvals) || '–' });
  if (now.state !== draft.state) return t('この案は、もう待っていません（{state}）。閉じてください。', { state: word('alert_states', now.state) });
  if (now.digest !== draft.digest) return t('この案は、いま書き直されました。閉じて、新しい内容を読んでください。');
  if (now.leaves_at && !draft.leaves_at) return t('{people}さんが承認し、{when}に送られます。止めるときは、閉じてから「送信を止める」を押してください。', { people: names(now.approvals), when: clockTime(now.leaves_at) });
  return '';
}

/** @param {any[]} approvals @returns {string} */
const names = (approvals) => approvals.map((one) => one.person).join('、');

/** Who has approved since the dialog was opened. @param {any} now @returns {string} */
const newly = (now) => names(now.approvals.filter((/** @type {any} */ a) => !draft.approvals.some((/** @type {any} */ b) => a.person === b.person)));

/** @param {string} name of the dialog @param {string} words */
function tell(name, words) {
  if (byId(`${name}-error`).textContent !== words) byId(`${name}-error`).textContent = words; // an alert is read aloud once
  byId(`${name}-error`).hidden = false;
}

async function confirm() {
  const button = byId('approve-confirm');
  button.disabled = true;
  try {
    const outcome = await post(path('approve'), { digest: draft.digest });
    byId('approve').close();
    announce(outcome.issued ? t('承認しました。送信を始めました') : t('承認しました。もう一人の承認を待っています'));
    done();
  } catch (error) {
    button.disabled = fail('approve', error);
  }
}

/** Send what waits for the clock. @param {any} one @param {HTMLElement} line where to say why it could not be sent */
export async function sendNow(one, line) {
  line.hidden = true;
  try {
    await post(`alerts/${encodeURIComponent(one.series)}/${one.revision}/send-now`, { digest: one.digest });
    announce(t('送信を始めました'));
    done();
  } catch (error) {
    line.textContent = error instanceof Refused ? error.message : t('送れませんでした。回線を確かめて、もう一度押してください。');
    line.hidden = false;
  }
}

/** To send back a draft, or to stop what waits for the clock. @param {any} one */
export function reject(one) {
  draft = one;
  byId('reject-title').textContent = one.leaves_at ? t('送信を止める') : t('差し戻す');
  byId('reject-confirm').textContent = one.leaves_at ? t('送信を止める') : t('差し戻す');
  byId('reject-error').hidden = true;
  byId('reject-what').textContent = one.texts.ja.headline;
  byId('reject-confirm').disabled = false;
  byId('reject-reason').value = '';
  byId('reject').showModal();
  byId('reject-reason').focus();
}

/** @param {Event} event */
async function sendBack(event) {
  event.preventDefault();
  const button = byId('reject-confirm');
  button.disabled = true;
  try {
    await post(path('reject'), { digest: draft.digest, reason: byId('reject-reason').value.trim() });
    byId('reject').close();
    announce(draft.leaves_at ? t('送信を止めました') : t('差し戻しました'));
    done();
  } catch (error) {
    button.disabled = fail('reject', error);
  }
}

/** @param {string} verb */
const path = (verb) => `alerts/${encodeURIComponent(draft.series)}/${draft.revision}/${verb}`;

/** Say why it failed. @param {string} name @param {unknown} error @returns {boolean} whether the decision is dead, so that pressing again cannot help */
function fail(name, error) {
  tell(name, error instanceof Refused ? error.message : t('送れませんでした。回線を確かめて、もう一度押してください。'));
  tellDecided();
  return Boolean(over(standing())) || (error instanceof Refused && error.status === 409);
}

/** @param {() => void} after called when a decision was taken */
export function wireDecisions(after) {
  done = after;
  byId('approve-confirm').addEventListener('click', confirm);
  byId('approve-cancel').addEventListener('click', () => byId('approve').close());
  byId('approve').addEventListener('close', () => { if (draft) at(`alert:${draft.series}`, 'reading'); });
  byId('reject-form').addEventListener('submit', sendBack);
  byId('reject-cancel').addEventListener('click', () => byId('reject').close());
}
