// @ts-check
// The hub's own API, and nothing else: no page talks to any other host.
import { notSent, reachable, unsure } from './cut.js';
import { viewed } from './instant.js';
import { own, t } from './language.js';


const root = '/api/v1';
const MOST = 100; // pages: a prefecture's sensors

export class Refused extends Error { status = 0; }

/**
 * @param {string} path
 * @param {RequestInit} [options]
 * @returns {Promise<any>}
 */
async function ask(path, options = {}) {
  const response = await fetch(path.startsWith('/') ? path : `${root}/${path}`, {
    credentials: 'same-origin', headers: { Accept: 'application/json' }, ...options,
  });
  const text = await response.text();
  const body = text ? JSON.parse(text) : {};
  if (response.status === 401) location.assign(`/login?next=${encodeURIComponent(location.pathname)}`);
  if (!response.ok) throw Object.assign(new Refused(own(body.message) || `${response.status} ${response.statusText}`), { status: response.status });
  return body;
}

/** @param {string} path @returns {Promise<any>} */
export const get = (path) => ask(path);

/**
 * A write, with the token of this session. Nothing is decided on a picture of another time; a call that rings is of now.
 * @param {string} path
 * @param {object} body
 * @returns {Promise<any>}
 */
export async function post(path, body) {
  if (viewed() && !path.startsWith('calls/')) throw new Refused(t('過去や予測の表示です。いまに戻ってから操作してください。'));
  if (!(await reachable())) throw new Refused(notSent());
  const headers = { Accept: 'application/json', 'Content-Type': 'application/json', 'X-CSRF-Token': document.body.dataset.csrf ?? '' };
  return ask(path, { method: 'POST', headers, body: JSON.stringify(body) }).catch((error) => {
    throw error instanceof TypeError ? new Refused(unsure()) : error; // the browser's word for a line that broke
  });
}

/**
 * All features of a collection, page by page, as plain objects with their geometry beside them.
 * @param {string} path
 * @param {number} [pages] at most
 * @returns {Promise<any[]>}
 */
export const features = async (path, pages = MOST) => (await marked(path, pages)).found;

/**
 * The same, with the mark after which one may ask for what came since; 0 where there is none.
 * @param {string} path
 * @param {number} [pages] at most
 * @returns {Promise<{found: any[], mark: number}>}
 */
export async function marked(path, pages = MOST) {
  const found = [];
  let mark = 0;
  /** @type {string | undefined} */
  let next = path;
  for (let page = 0; next && page < pages; page += 1) {
    const collection = await get(next);
    mark ||= collection.mark ?? 0;
    for (const feature of collection.features ?? []) found.push({ ...feature.properties, id: feature.id, geometry: feature.geometry });
    next = nextLink(collection);
  }
  return { found, mark };
}

/** @param {any} collection @returns {string | undefined} a path on this server */
function nextLink(collection) {
  const link = (collection.links ?? []).find((/** @type {any} */ one) => one.rel === 'next');
  if (!link) return undefined;
  const url = new URL(link.href, location.href);
  return url.pathname + url.search;
}

/**
 * The first page of things that have no place.
 * @param {string} path
 * @returns {Promise<any[]>}
 */
export const list = async (path) => (await get(path)).items;
