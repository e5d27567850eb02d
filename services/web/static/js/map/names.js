// @ts-check
// Names that the map can be searched by.
import { gauges } from '../gauges.js';
import { on } from './layers.js';

/** Names that can be searched for. @returns {{name: string, reading: string, pick: import('../selection.js').Pick}[]} */
export function searchable() {
  const areas = on('districts').map((/** @type {any} */ f) => ({ name: f.get('name'), reading: f.get('reading') ?? '', pick: { kind: 'area', code: f.get('code') } }));
  const seen = new Map(gauges().map((g) => [g.code, { name: g.name, reading: '', pick: { kind: 'station', code: g.code } }]));
  return [...areas, .../** @type {any} */ ([...seen.values()])];
}
