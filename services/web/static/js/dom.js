// @ts-check
// Building the page from data. Text only ever enters as text, so nothing that came in from outside can become markup.

/** @typedef {Node | string | number | null | undefined | false} Child */

/**
 * An element with attributes and children. Attributes that are null or false are left out; `on` holds listeners.
 * The states of ARIA are words: `aria-expanded` that is left out says that nothing can be expanded.
 * @param {string} tag
 * @param {Record<string, any>} [attributes]
 * @param {...(Child | any[])} children lists may be nested
 * @returns {HTMLElement}
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  set(element, attributes);
  element.append(...present(children));
  return element;
}

/**
 * The same for SVG.
 * @param {string} tag
 * @param {Record<string, any>} [attributes]
 * @param {...(Child | any[])} children lists may be nested
 * @returns {SVGElement}
 */
export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  set(element, attributes);
  element.append(...present(children));
  return element;
}

/**
 * @param {Element} element
 * @param {Record<string, any>} attributes
 */
function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name === 'on') {
      for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    } else if (name.startsWith('aria-') && typeof value === 'boolean') {
      element.setAttribute(name, String(value));
    } else if (value !== null && value !== undefined && value !== false) {
      element.setAttribute(name, value === true ? '' : String(value));
    }
  }
}

/**
 * @param {(Child | any[])[]} children
 * @returns {(Node | string)[]}
 */
function present(children) {
  return /** @type {any[]} */ (children).flat(Infinity).filter((c) => c !== null && c !== undefined && c !== false).map((c) => (c instanceof Node ? c : String(c)));
}

/**
 * An element that the page must have.
 * @param {string} id
 * @returns {any}
 */
export function byId(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`the page has no element #${id}`);
  return element;
}

/**
 * Replace what is in an element, and keep keyboard focus and scrolling where they were.
 * The element that had focus is found again by its data-key.
 * @param {HTMLElement} element
 * @param {...(Child | any[])} children lists may be nested
 */
export function fill(element, ...children) {
  const active = /** @type {HTMLElement | null} */ (document.activeElement);
  const key = active && element.contains(active) ? active.dataset.key : undefined;
  const { scrollTop, scrollLeft } = element;
  element.replaceChildren(...present(children));
  element.scrollTop = scrollTop;
  element.scrollLeft = scrollLeft;
  element.removeAttribute('aria-busy');
  if (key) /** @type {HTMLElement | null} */ (element.querySelector(`[data-key="${CSS.escape(key)}"]`))?.focus({ preventScroll: true });
}

/**
 * A table with caption and header cells.
 * @param {string} caption
 * @param {Child[]} heads
 * @param {HTMLElement[]} rows
 * @param {string} empty what to say when there is no row
 * @returns {HTMLElement}
 */
export function table(caption, heads, rows, empty) {
  if (!rows.length) return h('p', { class: 'empty' }, empty);
  return h('table', { class: 'plain' },
    h('caption', { class: 'unseen' }, caption),
    h('thead', {}, h('tr', {}, heads.map((head) => h('th', { scope: 'col' }, head)))),
    h('tbody', {}, rows));
}
