// @ts-check
// What the desk knows, and fetching it again when the hub says that it changed.
import { features, get, list } from './api.js';
import { setClock } from './time.js';
import { about, exercise, isOrder } from './words.js';

/** @type {Record<string, any>} */
export const desk = {
  hazards: [], alerts: [], readings: [], sensors: [], reports: [], deliveries: [], chronology: [], suppressions: [], silences: [], outages: [], calls: [], damage: [], presence: [], quarantine: [], unassigned: [], status: {},
  official: [], shelters: [], fixes: [], dumps: [], sections: [],
};

/** What the bar above every page of the desk tells of. */
export const BAR = ['alerts', 'calls', 'hazards', 'outages', 'presence', 'readings', 'status'];

/** How each part is fetched. */
const sources = {
  hazards: () => features('hazards?limit=1000'),
  alerts: async () => {
    const [open, recent] = await Promise.all([features('alerts?state=draft,issued&limit=1000'), features('alerts?limit=200', 1)]);
    return [...new Map([...open, ...recent].map((alert) => [alert.identifier, alert])).values()];
  },
  readings: () => features('readings/latest?limit=1000'),
  sensors: () => features('sensors?limit=1000'),
  reports: () => features('reports?limit=200', 1),
  deliveries: () => list('deliveries?limit=500'),
  chronology: () => list('chronology?limit=200'),
  suppressions: () => list('suppressions?limit=200'),
  silences: () => list('silences'),
  calls: () => list('calls'),
  outages: () => list('outages'),
  presence: () => list('presence'),
  damage: () => features('damage/map'),
  official: () => features('official/areas'),
  shelters: () => features('shelters'),
  fixes: () => features('fixes/latest?limit=1000'),
  dumps: () => features('snow/dumps'),
  sections: () => list('snow/sections'),
  quarantine: () => list('quarantine?limit=200'),
  unassigned: () => list('sensors/unassigned'),
  status: async () => {
    const status = await get('status');
    setClock(status.now);
    return status;
  },
};

/** What must be fetched again when the hub names a change. Whatever else it names refreshes everything. */
const touched = {
  hazards: ['hazards', 'official', 'damage', 'dumps', 'chronology', 'suppressions', 'status'],
  alerts: ['alerts', 'deliveries', 'chronology', 'suppressions', 'shelters', 'status'],
  outbox: ['deliveries', 'alerts', 'chronology'],
  deliveries: ['deliveries', 'alerts', 'chronology'],
  records: ['readings', 'reports', 'fixes', 'quarantine', 'status'],
  readings: ['readings', 'quarantine', 'status'],
  reports: ['reports', 'chronology'],
  chronology: ['chronology', 'outages', 'quarantine'],
  suppressions: ['suppressions'],
  silences: ['silences', 'suppressions', 'chronology'],
  stations: ['sensors', 'unassigned', 'chronology'],
  calls: ['calls', 'chronology'],
  presence: ['presence'],
  orders: ['sections', 'chronology'],
  status: ['status'],
};

/**
 * @param {string[]} what names of changes
 * @returns {string[]} parts of the desk
 */
export function partsOf(what) {
  const all = Object.keys(sources);
  return [...new Set(what.flatMap((name) => /** @type {Record<string, string[]>} */ (touched)[name] ?? all))];
}

/** Parts that are fetched only while somebody looks at them. @type {Record<string, boolean>} */
const looked = { fixes: false, dumps: false, sections: false };

/**
 * Somebody looks at a part, or no longer. What was not looked at is fetched at once.
 * @param {string} part
 * @param {boolean} yes
 */
export function want(part, yes) {
  const fresh = yes && !looked[part];
  looked[part] = yes;
  if (fresh) for (const ask of wished) ask(part);
}
/** @type {((part: string) => void)[]} */
const wished = [];
/** @param {(part: string) => void} then somebody began to look at a part: fetch it, and draw */
export const whenWanted = (then) => { wished.push(then); };

/**
 * Fetch parts again. A part that cannot be fetched keeps what it had; the caller is told which failed.
 * @param {string[]} [parts] all when left out
 * @returns {Promise<string[]>} parts that failed
 */
export async function refresh(parts = Object.keys(sources)) {
  parts = parts.filter((part) => looked[part] ?? true);
  const outcomes = await Promise.allSettled(parts.map(async (part) => {
    desk[part] = await /** @type {Record<string, () => Promise<any>>} */ (sources)[part]();
  }));
  return parts.filter((_, i) => outcomes[i].status === 'rejected');
}

/** Whether something counts for this desk: real things always, a drill's only where the whole hub runs one. @param {string} status */
export const isOurs = (status) => status === 'Actual' || (exercise() && status === 'Exercise');

/** Drafts that wait for people, most dangerous first, older before newer. @returns {any[]} */
export const drafts = () => desk.alerts
  .filter((/** @type {any} */ a) => a.state === 'draft' && !a.leaves_at)
  .sort((/** @type {any} */ a, /** @type {any} */ b) => rank(b) - rank(a) || a.sent.localeCompare(b.sent));

/** What waits for nobody but the clock, the next to leave first. @returns {any[]} */
export const held = () => desk.alerts
  .filter((/** @type {any} */ a) => a.state === 'draft' && a.leaves_at)
  .sort((/** @type {any} */ a, /** @type {any} */ b) => a.leaves_at.localeCompare(b.leaves_at));

/** Alerts that the public holds us to. @returns {any[]} */
export const inForce = () => desk.alerts.filter((/** @type {any} */ a) => a.state === 'issued' && !a.ends);

/** Evacuation information first, then what corresponds to a level, then all others; the higher before the lower. @param {any} thing */
export const rank = (thing) => (thing.alert_level ? 10 : 0) + (isOrder(thing) ? 10 : 0) + (thing.level ?? 0);

/**
 * The worst of a list that is already sorted: what is observed, and what is foreseen to be worse than that.
 * @param {any[]} some
 * @returns {{now: any, next: any, worst: any}}
 */
export function nowAndNext(some) {
  const now = some.find((z) => z.observed && z.level > 0);
  const worse = some.find((z) => !z.observed && z.level > 0);
  const next = worse && (!now || rank(worse) > rank(now)) ? worse : undefined;
  return { now, next, worst: next ?? now };
}

/** What is danger, and of ours: that plows go out is news, and no danger. @param {any} z */
export const isDanger = (z) => z.level > 0 && isOurs(z.status) && !about('kinds', z.kind).news;

/** Hazards by area code, worst first. @returns {Map<string, any[]>} */
export function hazardsByArea() {
  const found = new Map();
  for (const hazard of desk.hazards) {
    if (isDanger(hazard)) found.set(hazard.area, [...(found.get(hazard.area) ?? []), hazard]);
  }
  for (const some of found.values()) {
    some.sort((/** @type {any} */ a, /** @type {any} */ b) => rank(b) - rank(a) || Number(b.observed) - Number(a.observed));
  }
  return found;
}
