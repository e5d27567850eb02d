// @ts-check
// Who and what is exposed in a place, by the maps: people, water, slopes, shelters, those who are watched over.
import { h } from './dom.js';
import { folded } from './folding.js';
import { isPast, ofNowOnly } from './instant.js';
import { own, t } from './language.js';
import { about } from './words.js';

const SHOWN = 5; // shelters before the others are folded away

/** @param {any} picture @param {boolean} failed @returns {any[]} */
export function exposedHere(picture, failed) {
  if (!picture) return [h('p', { class: failed ? 'nodata' : 'muted' }, failed ? t('読み込めませんでした。次の更新でもう一度試します。') : t('読み込んでいます…'))];
  const { people, water, slopes, credits } = picture.exposed;
  const facts = [
    [t('人口'), people ? t('約 {n}人', { n: people.likely }) : t('人口の図がなく、わかりません')],
    [t('浸水想定'), water.length ? h('ul', {}, water.map(depth)) : t('公表された浸水想定区域の外、または図がない（安全という意味ではない）')],
    [t('土砂災害'), slopes.length ? slopes.map(slope).join(t('、')) : t('警戒区域の図にかからない、または図がない')],
    picture.watched ? [t('見守り'), h('a', { href: '/ops/watch' }, picture.watched.open + picture.watched.done ? t('無事を確認中 {open}人、確認済み {done}人', picture.watched) : t('確認している人はいません'))] : null,
  ].filter(Boolean);
  return [
    h('dl', { class: 'facts' }, facts.map((/** @type {any} */ [name, told]) => [h('dt', {}, name), h('dd', {}, told)])),
    shelters(picture),
    isPast() ? ofNowOnly() : null, // how many are watched over
    credits.length ? h('p', { class: 'muted small', lang: 'ja' }, credits.join(t('、'))) : null,
  ];
}

/** @param {any} one of one scenario */
const depth = (one) => h('li', {}, h('span', { class: 'key', 'data-rank': one.rank, 'aria-hidden': 'true' }), ' ',
  own(about('depths').find((/** @type {any} */ d) => d.rank === one.rank)) || one.metres,
  h('span', { class: 'muted small' }, ' ', t('（{scenario}、面積の{percent}％）', { scenario: one.name, percent: Math.round(one.share * 100) })),
  one.people ? h('span', {}, t(' 区域内に約 {n}人', { n: one.people.likely })) : null);

/** @param {any} one zones of one kind and colour */
function slope(one) {
  const kinds = /** @type {Record<string, string>} */ ({ steep_slope: t('急傾斜地'), debris_flow: t('土石流'), landslide: t('地すべり') });
  const zones = /** @type {Record<string, string>} */ ({ red: t('特別警戒区域'), yellow: t('警戒区域'), red_planned: t('特別警戒区域（予定）'), yellow_planned: t('警戒区域（予定）') });
  return t('{kind}の{zone} {n}か所', { kind: kinds[one.phenomenon] ?? one.phenomenon, zone: zones[one.zone] ?? one.zone, n: one.many });
}

/** @param {any} picture */
function shelters(picture) {
  const all = [...picture.shelters].sort((a, b) => Number(b.opening === 'open') - Number(a.opening === 'open') || a.metres - b.metres);
  if (!all.length) return h('p', { class: 'muted' }, t('2 km以内に避難場所の登録がありません。'));
  return [
    h('h5', {}, t('避難場所（2 km以内 {n}か所）', { n: all.length })),
    h('ul', { class: 'refuges' }, all.slice(0, SHOWN).map(refuge)),
    all.length > SHOWN ? folded(`refuges-${picture.code}`, t('ほか {n}か所', { n: all.length - SHOWN }), h('ul', { class: 'refuges' }, all.slice(SHOWN).map(refuge))) : null,
  ];
}

/** @param {any} one */
const refuge = (one) => h('li', {},
  h('span', { class: `tag ${one.opening === 'open' ? 'solid' : ''}` }, state(one)), ' ',
  h('span', { lang: 'ja' }, one.name.replace(/（.*）$/, '')), ' ', h('span', { class: 'muted small' }, one.metres ? t('{n} m', { n: one.metres }) : t('地区内')),
  one.people === null ? null : h('span', { class: 'small' }, ' ', t('{n}人', { n: one.people }), one.capacity ? t('／定員 {n}人', { n: one.capacity }) : null),
  one.in_water ? h('span', { class: 'warn-tag' }, t('浸水想定区域の中')) : null, one.on_slope ? h('span', { class: 'warn-tag' }, t('土砂災害の区域の中')) : null,
  one.limits ? h('span', { class: 'muted small', lang: 'ja' }, ` ${one.limits}`) : null);

/** @param {any} one */
function state(one) {
  const names = /** @type {Record<string, string>} */ ({ open: t('開設'), closed: t('閉鎖'), not_open: t('未開設') });
  const told = `${names[one.opening] ?? one.opening_ja}${one.crowding_ja ? `${t('・')}${one.crowding_ja}` : ''}`;
  return one.opening !== 'not_open' && !one.issued ? t('{state}（未発表）', { state: told }) : told;
}
