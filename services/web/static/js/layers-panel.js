// @ts-check
// What the map shows, and what its signs mean. The legend is drawn with the map's own colours.
import { byId, fill, h } from './dom.js';
import { setVisible } from './map/layers.js';
import { about, word } from './words.js';

const GROUPS = /** @type {[string, [string, string, string[], boolean][]][]} */ ([
  ['いまの状況', [['hazards', '危険のある地区', ['hazards', 'badges'], true], ['gauges', '観測所（水位・積雪）', ['gauges', 'values'], true], ['reports', '通報', ['reports'], true], ['damage', '被害の記録', ['damage'], true]]],
  ['備え', [['zones', '浸水想定区域（最も大きい規模）', ['zones'], true], ['planned', '浸水想定区域（計画規模）', ['planned'], false], ['shelters', '避難場所', ['shelters'], true]]],
  ['下地', [['districts', '地区の境', ['districts'], true], ['plow', '除雪工区', ['plow'], false], ['names', '地名', ['names'], true]]],
]);
const KEEP = 'shirase-layers';

export function drawLayers() {
  const kept = JSON.parse(localStorage.getItem(KEEP) ?? '{}');
  fill(byId('layers'), GROUPS.map(([title, some]) => h('fieldset', {}, h('legend', {}, title), some.map(([id, label, names, standard]) => {
    const on = kept[id] ?? standard;
    for (const name of names) setVisible(name, on);
    const box = /** @type {HTMLInputElement} */ (h('input', { type: 'checkbox', checked: on, on: { change: () => {
      for (const name of names) setVisible(name, box.checked);
      localStorage.setItem(KEEP, JSON.stringify({ ...JSON.parse(localStorage.getItem(KEEP) ?? '{}'), [id]: box.checked }));
    } } }));
    return h('label', { class: 'check' }, box, label);
  }))), legend());
}

function legend() {
  const level = (/** @type {number} */ n) => h('li', {}, h('span', { class: 'key', 'data-level': n, 'aria-hidden': 'true' }, n), `${n}　${word('levels', String(n))}`);
  return h('section', { class: 'legend', 'aria-label': '凡例' },
    h('h3', {}, '警戒レベル（市の発表。地図では「相当」）'),
    h('ul', {}, level(5), h('li', { class: 'wave', 'aria-hidden': 'true' }), level(4), level(3), level(2), level(1)),
    h('h3', {}, '危険の示し方'),
    h('ul', {}, key('', '塗り：観測した', { 'data-observed': '' }), key('', '斜線：これから（予測）', { 'data-foreseen': '' }), key('雪', '四角：警戒レベルのないもの', {})),
    h('h3', {}, '観測所'),
    h('ul', {}, mark('◇', '水位'), mark('⬡', '積雪'), mark('↑', '上昇　→ 横ばい　↓ 下降'), h('li', {}, h('span', { class: 'key nodata', 'aria-hidden': 'true' }), '値が届かない'), mark('▲', '避難場所', 'shelter')),
    h('h3', {}, '浸水の深さ'),
    h('ul', {}, about('depths').map((/** @type {any} */ d) => h('li', {}, h('span', { class: 'key', 'data-rank': d.rank, 'aria-hidden': 'true' }), d.ja))));
}

/** @param {string} sign @param {string} label @param {object} attributes */
const key = (sign, label, attributes) => h('li', {}, h('span', { class: 'key', 'aria-hidden': 'true', ...attributes }, sign), label);
/** @param {string} sign @param {string} label @param {string} [kind] */
const mark = (sign, label, kind = '') => h('li', {}, h('span', { class: `key mark ${kind}`, 'aria-hidden': 'true' }, sign), label);
