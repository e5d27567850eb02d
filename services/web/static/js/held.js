// @ts-check
// What leaves by itself when its time has come: a countdown, and two buttons. To send it now takes who could approve it.
import { barred, reject, sendNow } from './approve.js';
import { h } from './dom.js';
import { t } from './language.js';
import { clockTime, now } from './time.js';

/** 「あと 4分12秒で送ります」, kept right by tick(). @param {any} draft */
export const countdown = (draft) => h('p', { class: 'leaving' }, h('span', { 'data-leaves': draft.leaves_at, role: 'timer' }, left(draft.leaves_at)), h('span', { class: 'muted' }, `（${clockTime(draft.leaves_at)}）`));

/** 「時刻が来ても送られませんでした」 and why; nothing where nothing kept it. @param {any} draft */
export const stayed = (draft) => (draft.stays ? h('div', { class: 'barred', role: 'alert' }, h('p', {}, t('時刻が来ても送られませんでした')), h('p', {}, draft.stays)) : null);

/** @param {string} at */
function left(at) {
  const seconds = Math.max(0, Math.ceil((Date.parse(at) - now().getTime()) / 1000));
  if (!seconds) return t('送っています…');
  const minutes = Math.floor(seconds / 60);
  return minutes ? t('あと {minutes}分{seconds}秒で送ります', { minutes, seconds: String(seconds % 60).padStart(2, '0') }) : t('あと {seconds}秒で送ります', { seconds });
}

/** Called every second. */
export function tick() {
  for (const shown of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('[data-leaves]'))) {
    shown.textContent = left(shown.dataset.leaves ?? '');
  }
}

/** @param {any} draft */
export function heldActions(draft) {
  const error = h('p', { class: 'tone-bad small', role: 'alert', hidden: true });
  return h('div', { class: 'draft-actions' }, barred(draft), error,
    draft.objections.length ? null : h('button', { type: 'button', class: 'button', 'data-key': `now-${draft.identifier}`, on: { click: () => sendNow(draft, error) } }, t('いますぐ送る')),
    document.body.dataset.role === 'viewer' ? null : h('button', { type: 'button', class: 'button strong', 'data-key': `stop-${draft.identifier}`, on: { click: () => reject(draft) } }, t('止める…')));
}
