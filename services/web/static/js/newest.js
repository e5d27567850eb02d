// @ts-check
// The newest readings of now, kept between pictures: after the first time only what came since is asked for.
import { marked } from './api.js';

const WHOLE = 600000; // now and then all of them, for what went away
const PATH = 'readings/latest?limit=1000';

/** @type {Map<string, any>} by identity of the series */
let known = new Map();
let mark = 0;
let whole = 0; // when all were asked for
let [asked, taken] = [0, 0]; // questions, and the newest of them that was answered
/** @type {any[]} the same list as long as nothing came */
let told = [];

/** @returns {Promise<any[]>} the newest of every series */
export async function newestReadings() {
  asked += 1;
  const mine = asked;
  const all = !mark || Date.now() - whole > WHOLE;
  const answer = await marked(all ? PATH : `${PATH}&since=${mark}`);
  if (mine < taken) return told; // asked before, and answered after another: that one knew more
  taken = mine;
  if (!all && answer.mark < mark) { // the hub has gone back in time: another store, or a copy brought back
    mark = 0;
    return newestReadings();
  }
  if (all) [known, whole] = [new Map(), Date.now()];
  for (const one of answer.found) known.set(one.id, one);
  mark = answer.mark;
  if (all || answer.found.length) told = [...known.values()];
  return told;
}
