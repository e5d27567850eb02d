// @ts-check
// What a sign on the map is, in words: for the card beside it, and for the lists in which the same things stand.
import { own, t } from '../language.js';
import { timeTag } from '../time.js';
import { motion } from './work-styles.js';

/** @typedef {{title: string, lines: any[]}} About */

const WORKS = /** @type {Record<string, string>} */ ({ plow: t('除雪'), deice: t('凍結防止剤'), sweep: t('清掃'), other: t('その他の作業'), none: t('移動中') });
const MOTIONS = /** @type {Record<string, string>} */ ({ moving: t('動いている'), still: t('止まっている'), silent: t('10分以上位置が届かない') });
const OPENINGS = /** @type {Record<string, string>} */ ({ open: t('開いている'), closed: t('閉じた'), not_open: t('開いていない'), '': t('開設の情報なし') });
const CROWDS = /** @type {Record<string, string>} */ ({ full: t('満員'), crowded: t('混んでいる'), room: t('余裕あり') });
const ZONES = /** @type {Record<string, string>} */ ({ yellow: t('土砂災害警戒区域'), red: t('土砂災害特別警戒区域'), yellow_planned: t('土砂災害警戒区域（指定の前）'), red_planned: t('土砂災害特別警戒区域（指定の前）') });

/** Layer → what one of its things is. @type {Record<string, (thing: any) => About>} */
const TELLS = {
  plows: (f) => ({ title: f.vehicle, lines: [WORKS[f.activity ?? 'other'], MOTIONS[motion(f)], f.speed_kmh === null || f.speed_kmh === undefined ? null : `${Math.round(f.speed_kmh)} km/h`, timeTag(f.time, true)] }),
  shelters: (s) => ({ title: s.name, lines: [OPENINGS[s.opening ?? ''], CROWDS[s.crowding], s.address] }),
  dumps: (d) => ({ title: d.name, lines: [own({ ja: d.state_ja, en: d.state_en }), d.crowd ? own({ ja: d.crowd_ja, en: d.crowd_en ?? d.crowd }) : null, own({ ja: d.outlook_ja, en: d.outlook_en }), d.hours, d.note] }),
  'landslide-red': (z) => ({ title: ZONES[z.zone] ?? z.zone, lines: [z.name, z.address] }),
  'landslide-yellow': (z) => ({ title: ZONES[z.zone] ?? z.zone, lines: [z.name, z.address] }),
};

/** The layers whose signs are told by a card, the topmost first. */
export const TOLD = Object.keys(TELLS);

/** @param {string} layer @param {any} thing @returns {About} */
export function aboutThing(layer, thing) {
  const { title, lines } = TELLS[layer](thing);
  return { title: title ?? '', lines: lines.filter(Boolean) };
}
