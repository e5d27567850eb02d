// @ts-check
// The review queue.
import { startCards } from './cards.js';
import { wirePhotos } from './photos.js';

wirePhotos();
startCards({
  path: '/ops/reports',
  card: '.rep',
  things: ['reports'],
  keys: { t: 'triage', c: 'confirm', u: 'sign_off', x: 'reject', m: 'merge', e: 'more' },
  ready: 'reports',
});
