// @ts-check
// A payload as its readers will see it: a post, a linkage message, a CAP alert. The bytes themselves are one click away.
import { h } from './dom.js';
import { own, t } from './language.js';
import { moment } from './time.js';
import { deliveryLook, drillMark } from './words.js';

const SPEECH = 'application/ssml+xml';

/**
 * @param {{media_type?: string, parts?: string[], counts?: string[], reason?: string, code?: string} | undefined} payload
 * @returns {HTMLElement[]}
 */
export function showPayload(payload) {
  if (!payload) return [h('p', { class: 'muted' }, t('本文がありません。'))];
  if (payload.reason) return [h('p', {}, h('strong', {}, t('{what}：この経路には送りません。', { what: own(deliveryLook({ code: payload.code })) })), ` ${payload.reason}`)];
  const parts = payload.parts ?? [];
  if (payload.media_type === SPEECH) return spoken(parts, payload.counts ?? []);
  if (payload.media_type === 'application/json') return parts.map(asFacts);
  return parts.map((part, i) => showPart(part, payload.media_type ?? '', payload.counts?.[i] ?? '', parts.length > 1 ? `${i + 1}/${parts.length}` : ''));
}

/** @param {string} part @param {string} type @param {string} count @param {string} place in the thread */
function showPart(part, type, count, place) {
  const xml = type.includes('xml') ? parseXml(part) : null;
  if (xml) return notice(xml, part, count);
  return h('div', { class: 'post' }, h('p', { class: 'post-text' }, part),
    count || place ? h('p', { class: 'post-foot' }, h('span', {}, place), h('span', {}, count)) : null);
}

/** @param {string} text @returns {Document | null} */
function parseXml(text) {
  const found = new DOMParser().parseFromString(text, 'application/xml');
  return found.querySelector('parsererror') ? null : found;
}

/** @param {Document | Element} root @param {string} name @returns {Element[]} whatever the namespace prefix */
const all = (root, name) => [...root.getElementsByTagNameNS('*', name)];
/** @param {Document | Element} root @param {string} name */
const one = (root, name) => all(root, name)[0]?.textContent?.trim() ?? '';

/** @param {Document} xml @param {string} source @param {string} count */
function notice(xml, source, count) {
  return h('div', { class: 'notice' },
    h('p', { class: 'tags' }, drillMark(one(xml, 'status')), h('span', { class: 'tag' }, `CAP ${one(xml, 'msgType')}`), h('span', { class: 'tag' }, one(xml, 'scope')), h('span', { class: 'muted' }, one(xml, 'identifier'))),
    all(xml, 'info').map((info) => h('section', { lang: one(info, 'language') || 'en' },
      h('p', { class: 'tags' }, h('span', { class: 'tag solid' }, one(info, 'event')), [one(info, 'urgency'), one(info, 'severity'), one(info, 'certainty')].map((tag) => h('span', { class: 'tag' }, tag))),
      h('p', { class: 'title' }, one(info, 'headline')),
      h('p', {}, one(info, 'description')),
      one(info, 'instruction') ? h('p', { class: 'do' }, one(info, 'instruction')) : null,
      h('dl', { class: 'facts' }, h('dt', {}, t('区域')), h('dd', {}, all(info, 'areaDesc').map((a) => a.textContent).join('、')),
        one(info, 'expires') ? [h('dt', {}, t('期限')), h('dd', {}, moment(one(info, 'expires')))] : null))),
    h('p', { class: 'post-foot' }, h('span', {}, count)), raw(source));
}

/**
 * What will be spoken, a sentence a line, the readings over the words.
 * @param {string[]} parts each text, then its SSML
 * @param {string[]} counts
 */
function spoken(parts, counts) {
  return parts.flatMap((text, i) => {
    if (i % 2) return [];
    const document = parseXml(parts[i + 1] ?? '');
    const lines = document ? all(document, 's').map((s) => h('p', { class: 'said' }, [...s.childNodes].map(aloud))) : h('p', { class: 'post-text' }, text);
    return [h('div', { class: 'post' }, lines, h('p', { class: 'post-foot' }, h('span', {}, counts[i] ?? '')), raw(`${text}\n${parts[i + 1] ?? ''}`))];
  });
}

/** @param {ChildNode} node of a sentence in SSML @returns {any} */
function aloud(node) {
  if (!(node instanceof Element)) return node.textContent;
  if (node.localName !== 'sub') return [...node.childNodes].map(aloud);
  return h('ruby', {}, node.textContent, h('rt', {}, node.getAttribute('alias')));
}

/** What programs are told, by its texts. @param {string} part JSON: the alert, or the alert under data */
function asFacts(part) {
  const whole = JSON.parse(part), told = whole.data ?? whole;
  return h('div', { class: 'notice' },
    h('p', { class: 'tags' }, drillMark(told.status ?? ''), h('span', { class: 'tag' }, `JSON ${told.msg_type ?? ''}`), h('span', { class: 'muted' }, told.identifier ?? '')),
    Object.entries(told.texts ?? {}).map(([language, text]) => h('section', { lang: language },
      h('p', { class: 'title' }, text.headline), h('p', {}, text.description), h('p', { class: 'do' }, text.instruction))),
    raw(part));
}

/** @param {string} text */
const raw = (text) => h('details', { class: 'raw' }, h('summary', {}, t('送られる原文')), h('pre', { tabindex: 0 }, text));

/**
 * A word about a payload for its tab: how long, or how many posts.
 * @param {any} payload
 */
export function countOf(payload) {
  if (payload.reason) return own(deliveryLook({ code: payload.code }));
  if (payload.media_type === SPEECH) return payload.counts?.[0] ?? '';
  if (payload.parts?.length > 1) return t('{n}連投', { n: payload.parts.length });
  return payload.media_type?.startsWith('text/') ? payload.counts?.[0] ?? '' : '';
}
