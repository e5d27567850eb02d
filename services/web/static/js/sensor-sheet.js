// @ts-check
// The sheet of one sensor: value, chart, what the tests say, where it stands, how it is heard, and its neighbours.
import { chart, pieces as lines } from './chart.js';
import { h, table } from './dom.js';
import { desk } from './desk.js';
import { distrustNote } from './distrusts.js';
import { fetched } from './fetched.js';
import { folded } from './folding.js';
import { digits, gauges, standing, trend, valueText } from './gauges.js';
import { asked, isAhead, ofNowOnly, viewed } from './instant.js';
import { pieces, t } from './language.js';
import { selected } from './selection.js';
import { silenceFrom, silenceSensor } from './silences.js';
import { ago, clockTime, moment, now, timeTag } from './time.js';
import { word } from './words.js';

const SPANS = [12, 24, 48];
const ROWS = 120; // of the table, the newest
let hours = 24;

/** @param {string} code @param {import('./panel.js').Show} show */
export function drawSensor(code, show) {
  const redraw = () => { if (selected()?.kind === 'station' && selected()?.code === code) drawSensor(code, show); };
  const { body: sheet, failed } = fetched(asked(`sensors/${encodeURIComponent(code)}/sheet`), redraw);
  const some = gauges().filter((g) => g.code === code);
  show(some[0]?.name ?? sheet?.station?.name ?? code,
    some.map((g) => one(g, sheet, redraw)),
    isAhead() ? ofNowOnly() : [neighbours(sheet), register(sheet, failed), viewed() ? ofNowOnly() : controls(some[0], sheet)]);
}

/** One quantity of the sensor. @param {any} g @param {any} sheet @param {() => void} redraw */
function one(g, sheet, redraw) {
  return h('section', { 'data-quantity': g.quantity },
    h('p', { class: 'muted' }, g.river ? [h('button', { type: 'button', class: 'link', 'data-select': `river:${g.river}`, 'data-key': `river-of-${g.code}` }, g.river), t('・')] : null, word('quantities', g.quantity)),
    h('p', { class: `figure ${g.silent ? 'stale-cell' : ''}` }, valueText(g), ' ', h('span', { class: 'trend', 'aria-hidden': 'true' }, trend(g)[0]), h('span', { class: 'small' }, ` ${trend(g)[1]}`)),
    h('p', {}, standing(g), ' ', timeTag(g.at, true)),
    distrustNote(g),
    g.silent && g.at ? h('p', { class: 'barred' }, t('{when}から値が届いていません（{age}）。いまの状態は分かりません。', { when: moment(g.at), age: ago(g.at) })) : null,
    tests(g).length ? h('ul', { class: 'tests', 'aria-label': t('自動検査が言うこと') }, tests(g).map((/** @type {string} */ flag) => h('li', {}, h('span', { class: g.trusted ? 'tag' : 'warn-tag' }, word('doubts', flag)), ` ${why(flag)}`))) : null,
    spans(redraw),
    past(g, sheet, redraw),
    g.source ? h('p', { class: 'muted small', lang: 'ja' }, g.source) : null);
}

/** What the tests say; what a person says stands above. @param {any} g @returns {string[]} */
const tests = (g) => g.flags.filter((/** @type {string} */ flag) => !(g.distrust && flag === 'distrusted'));

/** @param {() => void} redraw */
const spans = (redraw) => h('div', { class: 'spans', role: 'group', 'aria-label': t('期間') }, SPANS.map((span) => h('button', {
  type: 'button', class: 'button slim', 'aria-pressed': String(span === hours), 'data-key': `span-${span}`, on: { click: () => { hours = span; redraw(); } },
}, t('{n}時間', { n: span }))));

/** @param {any} g @param {any} sheet @param {() => void} redraw */
function past(g, sheet, redraw) {
  const path = `readings/${encodeURIComponent(g.code)}/${encodeURIComponent(g.quantity)}?hours=${hours}`;
  const { body, failed } = fetched(asked(path), redraw);
  if (!body) return h('p', { class: 'muted' }, failed ? t('推移を読み込めませんでした。') : t('推移を読み込んでいます…'));
  const points = body.points.map((/** @type {any} */ p) => ({ ...p, at: p.time }));
  if (!points.length) return h('p', { class: 'nodata' }, t('この{n}時間の値はありません。', { n: hours }));
  const to = now(), leads = g.quantity === 'water_level' && !viewed() ? (sheet?.ahead?.leads ?? []).filter((/** @type {any} */ l) => new Date(l.at) > to) : [];
  const until = leads.length ? new Date(leads[leads.length - 1].at) : to;
  const parts = lines(points.filter((/** @type {any} */ p) => p.trusted !== false));
  const doubted = points.filter((/** @type {any} */ p) => p.trusted === false).length;
  return h('div', {},
    chart(points, { thresholds: g.thresholds, unit: g.unit, name: `${g.name} ${word('quantities', g.quantity)}`, from: new Date(to.getTime() - hours * 3600000), to: until, leads }),
    h('p', { class: 'muted small' }, [
      leads.length ? t('薄い帯は予測（8割がこの中）、破線はその中央。') : '', doubted ? t('×は使わない値 {n}件。', { n: doubted }) : '',
      parts.length > 1 ? t('途切れは欠測（{n}回）。', { n: parts.length - 1 }) : '',
    ].join('')),
    folded(`values-${g.code}-${g.quantity}`, t('値の表（{n}件）', { n: points.length }), values(g, points)));
}

/** @param {any} g @param {any[]} points */
const values = (g, points) => h('div', { class: 'values', tabindex: 0, role: 'region', 'aria-label': t('値の表') }, table(t('新しい順'), [t('時刻'), t('値'), t('検査')],
  [...points].reverse().slice(0, ROWS).map((p) => h('tr', {}, h('td', { class: 'nowrap' }, timeTag(p.at)), h('td', { class: 'num' }, p.value.toFixed(digits(g.unit))),
    h('td', {}, (p.flags ?? []).map((/** @type {string} */ f) => word('doubts', f)).join(t('、')) || (p.trusted === false ? t('使わない') : '–')))), ''));

/** What a test found, in a sentence. @param {string} flag */
function why(flag) {
  const told = /** @type {Record<string, string>} */ ({
    clock_ahead: t('装置の時計が進んでいます。時刻が信じられないので、危険の判断に使いません。'),
    out_of_range: t('この要素ではありえない値です。使いません。'),
    spike: t('急に跳びました。次の報告が合うまで使いません。'),
    stuck: t('値がないときに装置が送る決まった値です。使いません。'),
    retained: t('中継が覚えていた古い値です。使いません。'),
    late: t('遅れて届きました。計算には使いますが、これだけでは新しく知らせません。'),
    out_of_order: t('これより新しい値が先に届いていました。'),
    step: t('急に変わり、次の報告も合いました。増水か、装置の置き直しです。'),
    flat: t('まったく同じ値が続いています。'),
    frozen: t('霜の中で少しずつ上がっています。凍結かもしれません。'),
    revision: t('同じ時刻の値が、あとから改められました。'),
    missing: t('装置が「値なし」と言っています。'),
    distrusted: t('職員が信用しないとしています。使いません。'),
    time_assumed: t('時刻のない報告です。届いた時刻で数えています。'),
    unit_assumed: t('単位のない報告です。決めた単位とみなしています。'),
  });
  return told[flag] ?? flag;
}

/** @param {any} sheet */
function neighbours(sheet) {
  const station = sheet?.station;
  if (!station) return null;
  const links = (/** @type {any[]} */ some) => some.map((s, i) => [i ? t('、') : null, h('button', { type: 'button', class: 'link', 'data-select': `station:${s.code}`, 'data-key': `next-${s.code}` }, s.name)]);
  const rows = [[t('上流'), station.upstream], [t('下流'), station.downstream], [t('同じ川'), station.beside]].filter(([, some]) => some.length);
  return rows.length ? [h('h4', {}, t('となりの観測所')), h('dl', { class: 'facts' }, rows.map(([name, some]) => [h('dt', {}, name), h('dd', {}, links(some))]))] : null;
}

/** Where it stands and how it is heard. @param {any} sheet @param {boolean} failed */
function register(sheet, failed) {
  if (!sheet) return h('p', { class: failed ? 'nodata' : 'muted' }, failed ? t('台帳を読み込めませんでした。') : t('読み込んでいます…'));
  const { station, series, gateways, adopted } = sheet;
  const power = series.find((/** @type {any} */ s) => s.quantity === 'battery') ?? series.find((/** @type {any} */ s) => s.quantity === 'battery_voltage');
  const heard = [...series].sort((a, b) => b.received_at.localeCompare(a.received_at))[0];
  const facts = [
    [t('番号'), sheet.code],
    heard ? [t('最後に届いた'), [timeTag(heard.received_at, true)]] : null,
    ...gateways.map((/** @type {any} */ g) => [t('ゲートウェイ'), gateway(g)]),
    power ? [t('電池'), [`${power.value} ${power.unit}`, t('（{when}）', { when: moment(power.time) })]] : null,
    station?.unit ? [t('単位'), station.unit] : null,
    typeof station?.elevation_m === 'number' ? [t('標高'), t('{n} m', { n: station.elevation_m })] : null,
    typeof station?.normal_m === 'number' ? [t('平常の水位'), t('{n} m', { n: station.normal_m })] : null,
    station?.areas.length ? [t('受け持つ地区'), station.areas.map((/** @type {any} */ a, /** @type {number} */ i) => [i ? t('、') : null, h('button', { type: 'button', class: 'link', 'data-select': `area:${a.code}`, 'data-key': `of-${a.code}` }, a.name)])] : null,
    station?.owner ? [t('管理者'), station.owner] : null,
    station?.verify ? [t('基準値'), t('古い、または人づての値です。確かめてください。')] : null,
    adopted ? [t('登録'), pieces('{who}が登録（{when}）', { who: adopted.by, when: timeTag(adopted.at) })] : null,
  ].filter(Boolean);
  return [h('h4', {}, t('装置と通信')), h('dl', { class: 'facts' }, facts.map((/** @type {any} */ [name, told]) => [h('dt', {}, name), h('dd', {}, told)]))];
}

/** @param {any} g */
const gateway = (g) => [g.name, ' ', g.online === false ? h('span', { class: 'warn-tag' }, t('切断')) : null, g.seen_at ? t('（最後の通信 {when}）', { when: clockTime(g.seen_at) }) : null,
  g.queue ? t('、送り残し {n}件', { n: g.queue }) : null, Math.abs(g.skew_s ?? 0) > 60 ? t('、時計のずれ {n}秒', { n: Math.round(g.skew_s) }) : null];

/** What an officer can do about it: the means there are, with a reason and an end. @param {any} g @param {any} sheet */
function controls(g, sheet) {
  if (document.body.dataset.role === 'viewer' || !g) return null;
  const here = desk.hazards.filter((/** @type {any} */ z) => z.source === g.code || z.source?.startsWith(`${g.code}:`));
  const kind = here[0]?.kind ?? (g.quantity === 'water_level' ? 'flood' : '');
  const area = here[0]?.area ?? sheet?.station?.areas[0]?.code ?? '';
  return [h('h4', {}, t('操作')),
    h('p', {}, h('button', { type: 'button', class: 'button slim', 'data-key': 'silence-sensor-this', on: { click: () => silenceSensor(g.code) } }, t('このセンサーだけに基づく通知を止める…'))),
    kind && h('p', {}, h('button', { type: 'button', class: 'button slim', 'data-key': 'silence-this', on: { click: () => silenceFrom(kind, area) } }, t('この地区の「{kind}」の通知を止める…', { kind: word('kinds', kind) }))),
    h('p', { class: 'muted small' }, t('理由と終わりの時刻を入れて止めます。値は使われ続けます。うそをついている値は、上で「信用しない」にしてください。'))];
}
