// @ts-check
// Going through the cards of a page by single letters. A key moves the focus and never sends anything.

const KEEP = 'shirase-keys'; // whoever switched one-letter keys off on the map has them off here

/**
 * Listen for j and k over the cards, and for the page's own letters, which are given the card that has the focus.
 * @param {string} selector of the cards
 * @param {Record<string, (card: HTMLElement) => void>} acts
 */
export function walk(selector, acts) {
  const cards = () => [...document.querySelectorAll(selector)].map((one) => /** @type {HTMLElement} */ (one));
  /** @param {number} step */
  const move = (step) => {
    const all = cards();
    const at = all.findIndex((one) => one.contains(document.activeElement));
    const next = all[at < 0 ? 0 : Math.min(all.length - 1, Math.max(0, at + step))];
    next?.focus();
    next?.scrollIntoView({ block: 'nearest' });
  };
  document.addEventListener('keydown', (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    if (target.closest('input, select, textarea') || localStorage.getItem(KEEP) === 'off') return;
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const card = /** @type {HTMLElement | null} */ (document.activeElement?.closest(selector)) ?? cards()[0];
    if (event.key === 'j' || event.key === 'k') move(event.key === 'j' ? 1 : -1);
    else if (acts[event.key] && card) acts[event.key](card);
    else return;
    event.preventDefault();
  });
}

/** @param {HTMLElement} card @param {string} act */
export const focusOn = (card, act) => /** @type {HTMLElement | null} */ (card.querySelector(`[data-act="${act}"]`))?.focus();

/** Open or close the details of a card, and stay on their heading. @param {HTMLElement} card @param {string} act */
export function unfold(card, act) {
  const summary = /** @type {HTMLElement | null} */ (card.querySelector(`[data-act="${act}"]`));
  const details = summary?.closest('details');
  if (!summary || !details) return;
  details.open = !details.open;
  summary.focus();
}
