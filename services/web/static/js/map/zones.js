// @ts-check
// Zones of the city's hazard maps. Large, and alike all day: fetched once, when somebody first looks at them.
import { features } from '../api.js';
import { t } from '../language.js';
import { featuresOf, layers, on } from './layers.js';

/** @type {any[]} the city's hazard maps, as /layers tells them */
let maps = [];
/** @type {Promise<void> | null} */
let floods = null;
/** @type {Promise<void> | null} */
let slides = null;

/** @returns {Promise<any[]>} the list of maps */
export async function learnMaps() {
  const response = await fetch('/api/v1/layers', { headers: { Accept: 'application/json' } });
  maps = (await response.json()).items;
  return maps;
}

/** @param {any} one of the maps @returns {Promise<any[]>} */
const zonesOf = async (one) => featuresOf(await features(`layers/${encodeURIComponent(one.name)}?limit=1000`, 30));

/** The rarest flood scenario that is drawn, and 計画規模 on a layer of its own: never one over the other. */
export function loadZones() {
  floods ??= load(drawFloods).catch((error) => { floods = null; throw error; });
  return floods;
}

/** 土砂災害警戒区域, yellow and red. */
export function loadLandslides() {
  slides ??= load(drawLandslides).catch((error) => { slides = null; throw error; });
  return slides;
}

/** @type {(() => void)[]} */
const told = [];
/** @param {() => void} then zones have come in: counts are to be told anew */
export const whenZonesCame = (then) => { told.push(then); };

/**
 * How many zones are drawn; what is said where the city has no such map; null before anybody looked.
 * @param {string} name of a layer @param {'flood' | 'landslide'} kind
 * @returns {number | string | null}
 */
export function zoneCount(name, kind) {
  if (!maps.some((k) => k.kind === kind && (name !== 'planned' || k.scenarios.includes('planned')))) return t('地図なし');
  return (kind === 'flood' ? floods : slides) ? on(name).length : null;
}

/** @param {() => Promise<void>} draw */
async function load(draw) {
  await draw();
  for (const then of told) then();
}

async function drawFloods() {
  const drawn = maps.filter((k) => k.kind === 'flood');
  const rarest = ['maximum', 'unstated', 'planned'].find((key) => drawn.some((k) => k.scenarios.includes(key)));
  for (const one of drawn.filter((k) => k.scenarios.some((/** @type {string} */ key) => key === rarest || key === 'planned'))) {
    const zones = await zonesOf(one);
    for (const [name, key] of [['zones', rarest], ['planned', 'planned']]) {
      layers[String(name)].getSource().addFeatures(zones.filter((z) => (z.get('scenario') || 'unstated') === key));
    }
  }
}

async function drawLandslides() {
  for (const one of maps.filter((k) => k.kind === 'landslide')) {
    const zones = await zonesOf(one);
    for (const zone of ['yellow', 'red']) {
      layers[`landslide-${zone}`].getSource().addFeatures(zones.filter((z) => String(z.get('zone')).replace('_planned', '') === zone));
    }
  }
}
