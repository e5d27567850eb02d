// @ts-check
// What rings for staff, over every page of the desk. It stops by itself when its cause is over.
import { post, Refused } from './api.js';
import { announce } from './announce.js';
import { desk, refresh } from './desk.js';
import { byId, fill, h } from './dom.js';
import { own, t } from './language.js';
import { moment } from './time.js';
import { drillMark, exercise } from './words.js';

/** So many stand in full: more of them would push the map and the draft itself off the screen. */
const FULL = 2;

/** What is drawn already: an alert that is drawn anew is read aloud anew. */
let drawn = '';

/** @returns {number} how many calls nobody has taken */
export function drawRing() {
  const open = desk.calls.filter((/** @type {any} */ c) => c.state !== 'closed');
  const calling = open.filter((/** @type {any} */ c) => c.state === 'calling');
  calling.sort((/** @type {any} */ a, /** @type {any} */ b) => weight(b) - weight(a) || a.id - b.id);
  const shown = [...calling, ...open.filter((/** @type {any} */ c) => c.state === 'acknowledged' && c.urgent)];
  const now = JSON.stringify(shown.map((/** @type {any} */ c) => [c.id, c.state, c.subject, c.step]));
  if (now === drawn) return calling.length;
  drawn = now;
  const ring = byId('bar-ring');
  ring.hidden = !shown.length;
  ring.dataset.calling = calling.some((/** @type {any} */ c) => c.status === 'Actual') ? 'real' : calling.length ? 'drill' : 'no';
  fill(ring, shown.length ? h('ul', {}, shown.slice(0, FULL).map(line)) : null,
    shown.length > FULL ? h('p', {}, h('a', { href: '/ops/calls' }, t('ほか{n}件の呼び出し', { n: shown.length - FULL }))) : null);
  return calling.length;
}

/** What is real before drills, what is urgent before the rest. @param {any} call */
const weight = (call) => (call.status === 'Actual' ? 10 : 0) + (call.urgent ? 5 : 0) + call.level / 2;

/** @param {any} call */
function line(call) {
  const calling = call.state === 'calling';
  const may = document.body.dataset.role !== 'viewer';
  return h('li', {}, exercise() && call.status === 'Exercise' ? null : drillMark(call.status),
    h('b', {}, calling ? t('呼び出し中') : t('{who}が対応中', { who: call.acknowledged_by })),
    h('a', { href: call.path, class: 'ring-what' }, own({ ja: call.subject, en: call.subject_en })), h('span', { class: 'nowrap' }, t('{at}から', { at: moment(call.opened_at) })),
    calling && may ? h('button', { type: 'button', class: 'button slim', 'data-key': `take-${call.id}`, on: { click: () => take(call) } }, t('引き受ける')) : null,
    h('a', { href: `/ops/calls#call-${call.id}`, class: 'nowrap' }, t('経過')));
}

/** @param {any} call */
async function take(call) {
  try {
    await post('calls/acknowledge', { id: call.id });
    announce(t('呼び出し {id} を引き受けました', { id: call.id }));
  } catch (problem) {
    announce(problem instanceof Refused ? problem.message : t('できませんでした。回線を確かめてください。'), true);
  }
  await refresh(['calls']);
  drawRing();
}
