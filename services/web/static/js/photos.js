// @ts-check
// Photos of reports, opened large: zoom, the next one by arrow, Esc closes; what is known of a picture stands beside it.
import { h } from './dom.js';
import { t } from './language.js';

const ZOOMS = [1, 1.5, 2, 3, 4];

/** @typedef {{src: string, alt: string, signs: string[]}} Photo */

/** @type {HTMLDialogElement | null} */
let dialog = null;
/** @type {Photo[]} */
let shown = [];
let at = 0;
let zoom = 0;
/** @type {HTMLElement | null} */
let origin = null;

/** Small pictures that open large. @param {string[]} sources @param {string} name of what they are photos of @returns {HTMLElement | null} */
export function thumbnails(sources, name) {
  if (!sources.length) return null;
  const photos = sources.map((src, n) => ({ src, alt: t('{name} の写真 {n}', { name, n: n + 1 }), signs: [] }));
  return h('p', { class: 'photos' }, photos.map((photo, n) => h('a', {
    href: photo.src, 'data-key': `photo-${photo.src}`, on: { click: (/** @type {Event} */ event) => { event.preventDefault(); look(photos, n); } },
  }, h('img', { src: photo.src, alt: photo.alt, width: '160', loading: 'lazy' }))));
}

/** Every picture in a `.photos` of the page opens large; without this it is a plain link. */
export function wirePhotos() {
  document.addEventListener('click', (event) => {
    const link = /** @type {HTMLAnchorElement | null} */ (/** @type {Element} */ (event.target).closest('.photos a:has(img)'));
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.defaultPrevented) return;
    const all = [.../** @type {NodeListOf<HTMLAnchorElement>} */ (link.closest('.photos')?.querySelectorAll('a:has(img)') ?? [])];
    const signs = [.../** @type {NodeListOf<HTMLElement>} */ (link.closest('.photos')?.parentElement?.querySelectorAll('.signs li') ?? [])].map((one) => one.textContent?.trim() ?? '');
    event.preventDefault();
    look(all.map((one) => ({ src: one.href, alt: one.querySelector('img')?.alt ?? '', signs })), all.indexOf(link));
  });
}

/** @param {Photo[]} photos @param {number} first */
function look(photos, first) {
  origin = /** @type {HTMLElement | null} */ (document.activeElement);
  [shown, at, zoom] = [photos, first, 0];
  dialog ??= made();
  draw();
  dialog.showModal();
  dialog.querySelector('figure')?.focus();
}

/** @returns {HTMLDialogElement} */
function made() {
  const found = /** @type {HTMLDialogElement} */ (h('dialog', { class: 'photo-view', 'aria-label': t('写真を大きく見る') }));
  found.addEventListener('keydown', keys);
  found.addEventListener('close', () => origin?.focus({ preventScroll: true }));
  document.body.append(found);
  return found;
}

/** @param {KeyboardEvent} event */
function keys(event) {
  const act = /** @type {Record<string, () => void>} */ ({ ArrowRight: () => turn(1), ArrowLeft: () => turn(-1), '+': () => closer(1), ';': () => closer(1), '-': () => closer(-1), 0: () => closer(-9) })[event.key];
  if (!act || (zoom > 0 && event.key.startsWith('Arrow'))) return; // a large picture is moved by the arrows
  event.preventDefault();
  act();
}

/** @param {number} step */
function turn(step) {
  at = (at + step + shown.length) % shown.length;
  zoom = 0;
  draw();
}

/** @param {number} step */
function closer(step) {
  zoom = Math.min(ZOOMS.length - 1, Math.max(0, zoom + step));
  draw();
}

function draw() {
  const photo = shown[at];
  const focused = /** @type {HTMLElement | null} */ (document.activeElement)?.dataset.act;
  const image = /** @type {HTMLImageElement} */ (h('img', { src: photo.src, alt: photo.alt }));
  image.style.inlineSize = `${ZOOMS[zoom] * 100}%`;
  const button = (/** @type {string} */ act, /** @type {string} */ name, /** @type {() => void} */ does, off = false) => h('button', { type: 'button', class: 'button slim', 'data-act': act, disabled: off, on: { click: does } }, name);
  dialog?.replaceChildren(
    h('header', {}, h('p', { role: 'status' }, shown.length > 1 ? t('{at}／{all}　{name}', { at: at + 1, all: shown.length, name: photo.alt }) : photo.alt),
      shown.length > 1 ? [button('back', t('前へ（←）'), () => turn(-1)), button('on', t('次へ（→）'), () => turn(1))] : null,
      button('closer', t('拡大（＋）'), () => closer(1), zoom === ZOOMS.length - 1), button('farther', t('縮小（－）'), () => closer(-1), zoom === 0),
      button('close', t('閉じる（Esc）'), () => dialog?.close())),
    h('figure', { tabindex: 0, 'data-zoom': ZOOMS[zoom], 'aria-label': photo.alt }, image),
    h('footer', {}, photo.signs.length ? h('ul', {}, photo.signs.map((sign) => h('li', {}, sign))) : null,
      h('p', { class: 'small' }, t('撮影の場所や機種などの情報は取り除いてあります。写真は証拠になりません。'))));
  const again = focused ? dialog?.querySelector(`[data-act="${focused}"]:not(:disabled)`) : null;
  /** @type {HTMLElement | null | undefined} */ (again ?? dialog?.querySelector('figure'))?.focus(); // what had focus was drawn anew
}
