// @ts-check
// Drafts: what, where, why, and exactly what would be sent. One is open at a time, the most dangerous first.
import { approve, barred, mayApprove, reject, signed } from './approve.js';
import { glassButton } from './glass.js';
import { countdown, heldActions, stayed } from './held.js';
import { drafts, held } from './desk.js';
import { byId, fill, h } from './dom.js';
import { isAhead, viewed } from './instant.js';
import { countOf, showPayload } from './payload.js';
import { changedFacts, changes, isChanged } from './revisions.js';
import { counters } from './counters.js';
import { pieces, t } from './language.js';
import { alsoHere, at, isMine, take, takers } from './presence.js';
import { wireTabs } from './tabs.js';
import { timeTag } from './time.js';
import { brief, chip, drillMark, inOrder, word } from './words.js';

const SHOWN = 2; // reasons before 「ほか」

/** @type {string | null} the draft that is open */
let open = null;
let chosen = false; // by a person; else the most dangerous is the open one
/** @type {Map<string, string>} draft → channel whose text is shown */
const shown = new Map();
let drawn = '';

export function drawDrafts() {
  const leaving = held();
  const waiting = [...leaving, ...drafts()];
  const reading = document.activeElement?.closest('[data-draft]') !== null; // its text must not go away under the eye
  if (!waiting.some((d) => d.identifier === open) || (!chosen && !reading)) {
    open = waiting[0]?.identifier ?? null;
    chosen = false;
  }
  const picture = JSON.stringify([open, viewed(), waiting.map((d) => [d.identifier, d.digest, d.approvals, d.objections, d.able, d.alone, d.leaves_at, d.stays, d.needs, alsoHere(about(d))?.textContent, takers(about(d))])]);
  if (picture === drawn) return; // an officer is reading: do not move the text for nothing
  drawn = picture;
  byId('drafts-count').textContent = [leaving.length && t('送信待ち {n}件', { n: leaving.length }), waiting.length > leaving.length && (leaving.length ? t('承認待ち {n}件', { n: waiting.length - leaving.length }) : t('{n}件', { n: waiting.length - leaving.length }))].filter(Boolean).join(t('・'));
  fill(byId('drafts-list'), waiting.length ? waiting.map(card) : h('p', { class: 'empty' }, nothing()));
}

const nothing = () => (isAhead() ? t('予測には承認待ちを示しません。') : viewed() ? t('この時点で承認を待つものはありませんでした。') : t('承認を待つものはありません。新しい案ができると、ここに出ます。'));

/** @param {any} draft */
function card(draft) {
  const isOpen = draft.identifier === open;
  const text = draft.texts.ja;
  return h('article', { class: 'draft', 'data-open': isOpen, 'data-draft': draft.identifier, 'aria-label': text.headline },
    h('p', { class: 'draft-head' }, drillMark(draft.status), chip(draft),
      draft.alert_level ? h('span', {}, word('kinds', draft.kind)) : null, h('span', { class: 'tag' }, draft.revision > 1 ? t('{type} 第{revision}報', { type: word('message_types', draft.msg_type), revision: draft.revision }) : word('message_types', draft.msg_type)),
      draft.ends ? h('span', { class: 'tag solid' }, t('解除')) : null, timeTag(draft.sent, true)),
    draft.leaves_at ? countdown(draft) : stayed(draft),
    alsoHere(about(draft)),
    h('h3', {}, h('button', { type: 'button', 'aria-expanded': isOpen, 'data-key': `open-${draft.identifier}`, on: { click: () => toggle(draft.identifier) } }, brief(text.headline))),
    isOpen ? body(draft) : h('p', { class: 'muted small' }, names(draft)));
}

/** @param {string} identifier */
function toggle(identifier) {
  choose(identifier);
}

/** A person opened it: others are told. @param {string | null} identifier */
function choose(identifier) {
  for (const draft of drafts()) if (draft.identifier === open) at(about(draft), null);
  open = identifier;
  chosen = true;
  for (const draft of drafts()) if (draft.identifier === open) at(about(draft), 'reading');
  drawDrafts();
}

/** As what the hub knows who is at it. @param {any} draft */
const about = (draft) => `alert:${draft.series}`;

/** @param {any} draft */
const names = (draft) => draft.places.map((/** @type {any} */ p) => p.name).join(t('、'));

/** @param {any} draft */
function body(draft) {
  const changed = changedFacts(draft);
  return [
    h('dl', { class: 'facts' },
      h('dt', {}, t('どこに')), h('dd', {}, draft.places.map((/** @type {any} */ p, /** @type {number} */ i) => [i ? t('、') : null, h('button', { type: 'button', class: 'link', 'data-select': `area:${p.code}` }, p.name)])),
      h('dt', {}, t('なぜ')), h('dd', {}, reasons(draft.evidence)),
      changed ? [h('dt', {}, t('変更')), h('dd', {}, changed)] : null,
      h('dt', {}, t('期限')), h('dd', {}, pieces('{when} まで', { when: timeTag(draft.expires) }), h('span', { class: 'muted' }, t('　規則 {rule}', { rule: draft.rule })))),
    outlets(draft),
    h('p', { class: 'empty then-only' }, t('過去の表示です。いまに戻ると承認できます。')),
    draft.leaves_at || (draft.stays && !draft.needs) ? heldActions(draft) : h('div', { class: 'draft-actions' },
      barred(draft),
      h('p', { class: 'approval' }, pips(draft), h('span', {}, signed(draft)), takeButton(draft)),
      mayApprove(draft)
        ? h('button', { type: 'button', class: 'button strong', 'data-key': `approve-${draft.identifier}`, 'data-approve': '', on: { click: () => approve(draft) } }, t('承認へ進む…'))
        : null,
      glassButton(draft),
      mayWrite()
        ? h('a', { class: 'button', 'data-key': `edit-${draft.identifier}`, href: `/ops/alerts/${encodeURIComponent(draft.series)}/edit` }, t('直す…'))
        : null,
      h('button', { type: 'button', class: 'button', 'data-key': `reject-${draft.identifier}`, on: { click: () => reject(draft) } }, t('差し戻す…'))),
  ];
}

/** The first reasons at once, the others one click away. @param {string[]} evidence */
function reasons(evidence) {
  const all = [...new Set(evidence)];
  const list = (/** @type {string[]} */ some) => h('ul', {}, some.map((e) => h('li', { lang: 'ja' }, e)));
  if (all.length <= SHOWN + 1) return list(all);
  return [list(all.slice(0, SHOWN)), h('details', { class: 'more' }, h('summary', {}, t('ほか {n}件の根拠', { n: all.length - SHOWN })), list(all.slice(SHOWN)))];
}

/** Whoever takes it stops the sound for everybody; the others see who it is. @param {any} draft */
function takeButton(draft) {
  const what = about(draft);
  const others = takers(what).filter((name) => name !== document.body.dataset.user);
  if (!mayWrite() || (others.length && !isMine(what))) return null;
  return h('button', { type: 'button', class: 'button slim', 'aria-pressed': String(isMine(what)), 'data-key': `take-${draft.identifier}`, on: { click: () => { take(what, !isMine(what)); drawDrafts(); } } }, isMine(what) ? t('引き受け中（やめる）') : t('引き受ける'));
}

const mayWrite = () => ['operator', 'approver', 'admin'].includes(document.body.dataset.role ?? '');

/** @param {any} draft */
function pips(draft) {
  const done = draft.approvals.length;
  const all = done + draft.needs;
  return h('span', { class: 'pips', 'aria-hidden': 'true' }, Array.from({ length: all }, (_, i) => h('i', { class: i < done ? 'done' : '' })));
}

/** The exact text of every channel, in tabs. @param {any} draft */
function outlets(draft) {
  const names_ = inOrder(Object.keys(draft.payloads));
  const first = names_.includes(shown.get(draft.identifier) ?? '') ? shown.get(draft.identifier) : names_[0];
  const id = (/** @type {string} */ name) => `outlet-${draft.identifier}-${name}`.replace(/[^\w-]/g, '_');
  const list = h('div', { class: 'channel-tabs', role: 'tablist', 'aria-label': t('経路ごとの本文') }, names_.map((name) => {
    const count = countOf(draft.payloads[name]);
    return h('button', { type: 'button', role: 'tab', id: `${id(name)}-tab`, 'data-key': `${id(name)}-tab`, 'data-channel': name, 'aria-controls': id(name), 'aria-selected': name === first, tabindex: name === first ? 0 : -1 },
      word('channels', name), count ? h('span', { class: 'small' }, ` ${count}`) : null, isChanged(draft, name) ? h('span', { class: 'tag changed-tag' }, t('変更')) : null);
  }));
  wireTabs(list, (tab) => shown.set(draft.identifier, tab.dataset.channel ?? ''));
  return h('div', {}, list, names_.map((name) => h('div', { role: 'tabpanel', class: 'channel-text', id: id(name), 'aria-labelledby': `${id(name)}-tab`, tabindex: 0, hidden: name !== first }, counters(draft.payloads[name]), changes(draft, name), showPayload(draft.payloads[name]))));
}

/** To the first draft's button; again, to the next draft. Opening the dialog takes another key, sending a third. */
export function focusDrafts() {
  const cards = /** @type {HTMLElement[]} */ ([...document.querySelectorAll('[data-draft]')]);
  if (!cards.length) return byId('drafts').focus();
  const at = cards.findIndex((c) => c.contains(document.activeElement));
  const next = cards[(at + 1) % cards.length].dataset.draft ?? null;
  choose(next);
  const card_ = /** @type {HTMLElement} */ (document.querySelector(`[data-draft="${CSS.escape(next ?? '')}"]`));
  /** @type {HTMLElement | null} */ (card_.querySelector('[data-approve]') ?? card_.querySelector('h3 button'))?.focus();
  card_.scrollIntoView({ block: 'nearest' });
}

