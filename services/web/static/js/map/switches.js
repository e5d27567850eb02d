// @ts-check
// What of the map is switched on, and how strongly it is drawn: remembered for each officer, and in the address where a
// view that is sent to a colleague differs from the usual one.
import { inAddress, keepInAddress } from '../address.js';

/** @typedef {{on: boolean, fade: number}} Switch */
/** @type {Map<string, Switch>} */
const standard = new Map();
/** @type {Map<string, Switch>} */
const now = new Map();
/** @type {Map<string, (on: boolean, fade: number) => void>} */
const acts = new Map();

const keep = () => `shirase-layers-${document.body.dataset.user ?? ''}`;

/** @returns {Record<string, Partial<Switch>>} what this officer chose; nothing where it cannot be read */
function remembered() {
  try {
    const found = JSON.parse(localStorage.getItem(keep()) ?? '{}');
    return found && typeof found === 'object' ? found : {};
  } catch {
    return {}; // half a word, or a browser that keeps nothing: the usual picture then
  }
}

/** What the address says: `-planned,plows,zones:40`. @returns {Map<string, {on: boolean, fade?: number}>} */
function sent() {
  const found = new Map();
  for (const one of (inAddress('layers') ?? '').split(',').filter(Boolean)) {
    const [, off, id, fade] = /^(-?)([a-z_-]+?)(?::(\d{1,3}))?$/.exec(one) ?? [];
    if (id) found.set(id, { on: !off, ...(fade ? { fade: Math.min(100, Math.max(20, Number(fade))) } : {}) });
  }
  return found;
}

/**
 * Give a layer its switch, and set it as the address says, else as the officer left it, else as it usually is.
 * @param {string} id
 * @param {Switch} usual
 * @param {(on: boolean, fade: number) => void} act
 */
export function addSwitch(id, usual, act) {
  const chosen = remembered()[id] ?? {};
  const asked = inAddress('layers') === undefined ? undefined : sent().get(id) ?? usual;
  standard.set(id, usual);
  now.set(id, { ...usual, ...pick(chosen), ...(asked ?? {}) });
  acts.set(id, act);
  const { on, fade } = /** @type {Switch} */ (now.get(id));
  act(on, fade);
}

/** @param {Partial<Switch>} one what stands in the browser's store, which may be anything */
const pick = (one) => ({ ...(typeof one.on === 'boolean' ? { on: one.on } : {}), ...(Number(one.fade) >= 20 && Number(one.fade) <= 100 ? { fade: Number(one.fade) } : {}) });

/** @param {string} id @returns {Switch} */
export const switchOf = (id) => now.get(id) ?? { on: false, fade: 100 };

/** Set switches, and remember it. @param {Record<string, Partial<Switch>>} some */
export function setSwitches(some) {
  const store = remembered();
  for (const [id, change] of Object.entries(some)) {
    const one = { ...switchOf(id), ...change };
    now.set(id, one);
    store[id] = one;
    acts.get(id)?.(one.on, one.fade);
  }
  try {
    localStorage.setItem(keep(), JSON.stringify(store));
  } catch {
    // a browser that keeps nothing: it holds until the page is left
  }
  keepInAddress({ layers: differing() });
}

/** What differs from the usual picture, as the address says it. @returns {string} */
function differing() {
  return [...now].flatMap(([id, { on, fade }]) => {
    const usual = /** @type {Switch} */ (standard.get(id));
    if (usual.on === on && usual.fade === fade) return [];
    return [`${on ? '' : '-'}${id}${usual.fade === fade ? '' : `:${fade}`}`];
  }).join(',');
}
