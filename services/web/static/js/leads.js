// @ts-check
// Unverified leads.
import { startCards } from './cards.js';

startCards({
  path: '/ops/leads',
  card: '.lead',
  things: ['reports'],
  keys: { o: 'open', r: 'report', x: 'nothing' },
  ready: 'leads',
});
