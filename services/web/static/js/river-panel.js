// @ts-check
// A river: its gauges from the worst down, and the districts that they speak for.
import { hazardsByArea } from './desk.js';
import { h } from './dom.js';
import { digits, gauges, standing, trend, valueText } from './gauges.js';
import { t } from './language.js';
import { areaNames } from './place-panel.js';
import { timeTag } from './time.js';
import { chip, word } from './words.js';

/** @param {string} river its name @param {import('./panel.js').Show} show */
export function drawRiver(river, show) {
  const own = gauges().filter((g) => g.river === river && g.quantity === 'water_level');
  const codes = [...new Set(own.flatMap((g) => g.areas))];
  const dangers = hazardsByArea();
  show(river,
    h('h4', {}, t('水位')),
    own.length ? h('ul', {}, own.map((g) => h('li', {}, h('p', {}, h('button', { type: 'button', class: 'link', 'data-select': `station:${g.code}`, 'data-key': `river-${g.code}` }, g.name), ' ', h('b', {}, valueText(g)), ' ', h('span', { class: 'trend', 'aria-hidden': 'true' }, trend(g)[0]), trend(g)[1]),
      h('p', {}, standing(g), ' ', g.next ? h('span', { class: 'small' }, t('次：{name} {value} {unit}', { name: word('thresholds', g.next[0]), value: g.next[1].toFixed(digits(g.unit)), unit: g.unit })) : null, ' ', timeTag(g.at, true))))) : h('p', { class: 'muted' }, t('この川の水位計の登録がありません。')),
    codes.length ? [h('h4', {}, t('沿いの地区')), h('ul', {}, codes.map((code) => {
      const worst = dangers.get(code)?.[0];
      return h('li', {}, worst ? [chip(worst), ' '] : null, h('button', { type: 'button', class: 'link', 'data-select': `area:${code}`, 'data-key': `along-${code}` }, worst?.area_name ?? areaNames.get(code) ?? code));
    }))] : null);
}
