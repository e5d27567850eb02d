// @ts-check
// What the desk knows, and fetching it again when the hub says that it changed.
import { features, get, list } from './api.js';
import { asked, askedAsKnown, isAhead, viewed } from './instant.js';
import { newestReadings } from './newest.js';
import { setClock } from './time.js';
import { about, exercise, isOrder } from './words.js';

/** @type {Record<string, any>} */
export const desk = {
  hazards: [], alerts: [], readings: [], sensors: [], reports: [], deliveries: [], chronology: [], suppressions: [], silences: [], distrusts: [], outages: [], calls: [], damage: [], presence: [], quarantine: [], unassigned: [], status: {},
  official: [], shelters: [], fixes: [], dumps: [], sections: [],
};

/** What the bar above every page of the desk tells of. */
export const BAR = ['alerts', 'calls', 'hazards', 'outages', 'presence', 'readings', 'status'];
const ALWAYS = ['calls', 'presence']; // parts that are of now, whatever is looked at

/** What is told of now whatever is looked at: what waits for people does not wait until they come back. */
const present = /** @type {Record<string, any>} */ ({ alerts: [], hazards: [], outages: [], status: {} });

/** Every alert that is open, and the newest of all. @param {(path: string) => string} at */
async function alerts(at) {
  const [open, recent] = await Promise.all([features(at('alerts?state=draft,issued&limit=1000')), features(at('alerts?limit=200'), 1)]);
  return [...new Map([...open, ...recent].map((alert) => [alert.identifier, alert])).values()];
}

/** What nobody foretells: ahead it is not shown as if it were known. @param {() => Promise<any>} fetched */
const untilNow = (fetched) => async () => (isAhead() ? [] : fetched());

/** How each part is fetched. */
const sources = {
  hazards: () => features(asked('hazards?limit=1000', true)),
  alerts: () => alerts((path) => asked(path, true)),
  readings: () => {
    if (!viewed()) return newestReadings();
    return features(isAhead() ? asked('readings/foretold', true) : asked('readings/latest?limit=1000'));
  },
  sensors: () => features('sensors?limit=1000'),
  reports: () => features(asked('reports?limit=200'), 1),
  deliveries: () => list(asked('deliveries?limit=500')),
  chronology: () => list(asked('chronology?limit=200')),
  suppressions: () => list(asked('suppressions?limit=200')),
  silences: () => list(asked('silences')),
  distrusts: () => list(asked('sensors/distrusts')),
  calls: () => list('calls'),
  outages: () => list(asked('outages')),
  presence: () => list('presence'),
  damage: () => features(asked('damage/map')),
  official: () => features(askedAsKnown('official/areas')),
  shelters: () => features(asked('shelters')),
  fixes: () => features(asked('fixes/latest?limit=1000')),
  dumps: untilNow(() => features(asked('snow/dumps'))),
  sections: untilNow(() => list(asked('snow/sections'))),
  quarantine: untilNow(() => list(asked('quarantine?limit=200'))),
  unassigned: untilNow(() => list(asked('sensors/unassigned'))),
  status: async () => {
    const status = await get(asked('status'));
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
  distrusts: ['distrusts', 'chronology'],
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

let turn = 0; // one for each instant that was looked at: what was asked for another comes too late

/**
 * Fetch parts again. A part that cannot be fetched keeps what it had; the caller is told which failed. Of the past nothing is asked
 * twice, and of a forecast what it rests on; what waits for people is asked in any case.
 * @param {string[]} [parts] all when left out
 * @returns {Promise<string[]>} parts that failed
 */
export async function refresh(parts = Object.keys(sources)) {
  const mine = turn;
  const moves = parts.filter((part) => (looked[part] ?? true) && (!viewed() || ALWAYS.includes(part) || part in looked || (isAhead() && part !== 'status')));
  const outcomes = await Promise.allSettled([...moves.map(async (part) => {
    const found = await /** @type {Record<string, () => Promise<any>>} */ (sources)[part]();
    if (mine === turn) desk[part] = found;
  }), ...asPresent(parts)]);
  return moves.filter((_, i) => outcomes[i].status === 'rejected');
}

/** What waits for people, while another time is looked at. @param {string[]} parts */
function asPresent(parts) {
  if (!viewed()) return [];
  const fetched = { alerts: () => alerts((path) => path), hazards: () => features('hazards?limit=1000'), outages: () => list('outages'), status: () => get('status') };
  return Object.entries(fetched).filter(([part]) => parts.includes(part)).map(async ([part, ask]) => {
    present[part] = await ask();
    if (part === 'status') setClock(present.status.now);
  });
}

/**
 * Fetch the whole picture of the instant that is looked at, and show it at once: never half of one and half of another.
 * @returns {Promise<'whole' | 'none' | 'lost' | 'late'>} whether it is known; `lost`: nobody could say; `late`: people look at another one by now
 */
export async function refreshAll() {
  turn += 1;
  const mine = turn;
  if (!isKept(viewed())) return empty();
  const parts = Object.entries(sources).filter(([part]) => !ALWAYS.includes(part) && (looked[part] ?? true));
  const outcomes = await Promise.allSettled([...parts.map(([, fetched]) => fetched()), ...asPresent(['alerts', 'hazards', 'outages', 'status'])]);
  if (mine !== turn) return 'late';
  const whole = outcomes.every((one) => one.status === 'fulfilled');
  if (!whole && !viewed()) return 'lost'; // what is shown stays, and stays named as what it is
  parts.forEach(([part], i) => {
    const one = outcomes[i];
    if (one.status === 'fulfilled' && whole) desk[part] = one.value;
    else if (part !== 'sensors') desk[part] = part === 'status' ? {} : []; // the present must not stand there as the past
  });
  const unknown = outcomes.some((one) => one.status === 'rejected' && one.reason?.status === 404);
  return whole ? 'whole' : unknown ? 'none' : 'lost';
}

/** Whether the hub has kept what it knew at an instant. @param {Date | undefined} at */
export function isKept(at) {
  const since = presently().status.past_since;
  return !at || isAhead() || !since || at.getTime() >= Date.parse(since);
}

/** @returns {'none'} */
function empty() {
  for (const part of Object.keys(sources)) {
    if (part !== 'sensors' && !ALWAYS.includes(part)) desk[part] = part === 'status' ? {} : [];
  }
  return 'none';
}

/** What the hub knows of now, whatever is looked at: alerts that wait, and faults. */
export const presently = () => (viewed() ? present : desk);

/** Remember what is so now, before another time is looked at. */
export function leaveNow() {
  if (!viewed()) Object.assign(present, { alerts: desk.alerts, hazards: desk.hazards, outages: desk.outages, status: desk.status });
}

/** Whether something counts for this desk: real things always, a drill's only where the whole hub runs one. @param {string} status */
export const isOurs = (status) => status === 'Actual' || (exercise() && status === 'Exercise');

/** Drafts that wait for people, most dangerous first, older before newer. @param {any} [of] @returns {any[]} */
export const drafts = (of = desk) => of.alerts
  .filter((/** @type {any} */ a) => a.state === 'draft' && !a.leaves_at)
  .sort((/** @type {any} */ a, /** @type {any} */ b) => rank(b) - rank(a) || a.sent.localeCompare(b.sent));

/** What waits for nobody but the clock, the next to leave first. @param {any} [of] @returns {any[]} */
export const held = (of = desk) => of.alerts
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
