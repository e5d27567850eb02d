// @ts-check
// Something that may not come off: what kept it from being done is said where it was asked for.
import { Refused } from './api.js';
import { byId } from './dom.js';
import { t } from './language.js';

/**
 * @param {string} error where it is said
 * @param {() => Promise<any>} act
 * @param {string} [failed] in words, where nobody gave a reason
 * @returns {Promise<boolean>} whether it was done
 */
export async function tried(error, act, failed = t('できませんでした。回線を確かめてください。')) {
  const said = byId(error);
  said.hidden = true;
  try {
    await act();
    return true;
  } catch (problem) {
    said.textContent = problem instanceof Refused ? problem.message : failed;
    said.hidden = false;
    return false;
  }
}
