// @ts-check
// Tabs by the usual keys: arrows move, Home and End jump; the panel that is not chosen is hidden.

/**
 * @param {HTMLElement} list the element with role tablist
 * @param {(tab: HTMLElement) => void} [chosen]
 */
export function wireTabs(list, chosen) {
  const tabs = () => /** @type {HTMLElement[]} */ ([...list.querySelectorAll('[role="tab"]')]);
  list.addEventListener('click', (event) => {
    const tab = /** @type {HTMLElement | null} */ (/** @type {HTMLElement} */ (event.target).closest('[role="tab"]'));
    if (tab) choose(tab, chosen);
  });
  list.addEventListener('keydown', (event) => {
    const all = tabs();
    const at = all.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    const tab = all[(to + all.length) % all.length];
    choose(tab, chosen);
    tab.focus();
  });
}

/**
 * @param {HTMLElement} tab
 * @param {(tab: HTMLElement) => void} [chosen]
 */
export function choose(tab, chosen) {
  for (const other of /** @type {NodeListOf<HTMLElement>} */ (tab.parentElement?.querySelectorAll('[role="tab"]'))) {
    const same = other === tab;
    other.setAttribute('aria-selected', String(same));
    other.tabIndex = same ? 0 : -1;
    const panel = document.getElementById(other.getAttribute('aria-controls') ?? '');
    if (panel) panel.hidden = !same;
  }
  chosen?.(tab);
}
