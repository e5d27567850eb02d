// @ts-check
// One thing is selected at a time. The map, the tables and the panel all follow it, whichever of them was clicked.

/** @typedef {{kind: 'area' | 'station' | 'river' | 'report', code: string}} Pick */
/** @typedef {(pick: Pick | null, from: string) => void} Follower */

/** @type {Pick | null} */
let current = null;
/** @type {HTMLElement | null} where focus came from, to give it back */
let origin = null;
/** @type {Follower[]} */
const followers = [];

/** @param {Follower} follower */
export const follow = (follower) => { followers.push(follower); };

export const selected = () => current;

/**
 * @param {Pick | null} pick
 * @param {'map' | 'table' | 'panel' | 'search'} from
 */
export function select(pick, from) {
  if (pick) origin = /** @type {HTMLElement | null} */ (document.activeElement);
  current = pick;
  markRows();
  for (const follower of followers) follower(pick, from);
  if (!pick) giveBack();
}

/** Focus returns to where it came from, also where the row has been drawn again meanwhile. */
function giveBack() {
  const key = origin?.dataset.key;
  const again = origin?.isConnected ? origin : key ? /** @type {HTMLElement | null} */ (document.querySelector(`[data-key="${CSS.escape(key)}"]`)) : null;
  again?.focus({ preventScroll: true });
}

/** Every element with data-select="area:CODE" selects; wired once for the whole page. */
export function wireSelection() {
  document.addEventListener('click', (event) => {
    const target = /** @type {HTMLElement | null} */ (/** @type {HTMLElement} */ (event.target).closest('[data-select]'));
    if (target) select(parse(target.dataset.select ?? ''), 'table');
  });
}

/** Rows of what is selected carry a mark; called again after rows were redrawn. */
export function markRows() {
  const key = current ? `${current.kind}:${current.code}` : null;
  for (const element of document.querySelectorAll('[data-select]')) {
    const same = /** @type {HTMLElement} */ (element).dataset.select === key;
    element.setAttribute('aria-pressed', String(same));
    element.closest('tr')?.classList.toggle('picked', same);
  }
}

/** @param {string} text @returns {Pick} */
function parse(text) {
  const at = text.indexOf(':');
  return { kind: /** @type {Pick['kind']} */ (text.slice(0, at)), code: text.slice(at + 1) };
}
