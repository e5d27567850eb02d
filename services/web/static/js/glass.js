// @ts-check
// Issuing alone in an emergency: a dialog that asks for a reason and the password. The page of it is glass-page.js.
import { post, Refused } from './api.js';
import { announce } from './announce.js';
import { summary } from './approve.js';
import { byId, fill, h } from './dom.js';
import { t } from './language.js';

/** @type {any} the draft in the dialog, exactly as it was shown */
let draft = null;

/** The button, for those who have the right and only where approving would not be enough. @param {any} one */
export const glassButton = (one) => (one.alone
  ? h('button', { type: 'button', class: 'button danger', 'data-key': `glass-${one.identifier}`, on: { click: () => open(one) } }, t('緊急発表…'))
  : null);

/** @param {any} one */
function open(one) {
  draft = one;
  byId('glass-error').hidden = true;
  byId('glass-reason').value = '';
  byId('glass-password').value = '';
  fill(byId('glass-what'), summary(one));
  byId('glass').showModal();
  byId('glass-body').scrollTop = 0;
  byId('glass-body').focus(); // what leaves is read first
}

/** @param {() => void} after called when something was issued */
export function wireGlass(after) {
  byId('glass-cancel').addEventListener('click', () => byId('glass').close());
  byId('glass').addEventListener('close', () => { byId('glass-password').value = ''; });
  byId('glass-form').addEventListener('submit', async (/** @type {Event} */ event) => {
    event.preventDefault();
    const button = byId('glass-confirm');
    button.disabled = true;
    try {
      await post(`alerts/${encodeURIComponent(draft.series)}/${draft.revision}/break-glass`, { digest: draft.digest, reason: byId('glass-reason').value.trim(), password: byId('glass-password').value });
      byId('glass').close();
      announce(t('緊急発表しました。送信を始めました'), true);
      after();
    } catch (error) {
      byId('glass-error').textContent = error instanceof Refused ? error.message : t('送れませんでした。回線を確かめて、もう一度押してください。');
      byId('glass-error').hidden = false;
      byId('glass-password').value = '';
    }
    button.disabled = false;
  });
}
