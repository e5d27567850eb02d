// @ts-check
// What the stand-ins of an exercise really received, matched with what the outbox says that it sent.
import { get } from './api.js';

/** @typedef {{id: string, text: string, reply_to?: string, at?: string}} Item */
/** @typedef {{known: boolean, error: string, items: Item[]}} Arrived */

const NONE = /** @type {Arrived} */ ({ known: false, error: '', items: [] });

/** @returns {Promise<Map<string, Arrived>>} by channel; empty with real accounts */
export async function fetchArrived() {
  const told = await get('/ops/arrived.json');
  return new Map(Object.entries(told).map(([channel, one]) => [channel, one.error ? { ...NONE, error: one.error } : { known: true, error: '', items: items(one.timeline) }]));
}

/** The stand-ins tell posts (X) or received documents (linkage). @param {any} timeline @returns {Item[]} */
function items(timeline) {
  if (Array.isArray(timeline)) return timeline.map((r) => ({ id: r.receipt, text: r.document, at: r.sent }));
  return timeline.posts.map((/** @type {any} */ p) => ({ id: p.id, text: p.text, reply_to: p.reply_to, at: p.created_at }));
}

/**
 * What arrived of a delivery, part by part.
 * @param {any} delivery
 * @param {string[]} parts as approved
 * @param {Arrived | undefined} arrived
 */
export function compare(delivery, parts, arrived) {
  const found = parts.map((part, i) => arrived?.items.find((item) => item.id === delivery.remote_ids[i]) ?? null);
  return { found, same: parts.length > 0 && found.every((item, i) => item?.text === parts[i]), some: found.some(Boolean) };
}

/**
 * Posts over there that no delivery knows: a double, or somebody else with our keys.
 * @param {any[]} deliveries of the channel
 * @param {Arrived} arrived
 */
export const strangers = (deliveries, arrived) => arrived.items.filter((item) => !deliveries.some((d) => d.remote_ids.includes(item.id)));
