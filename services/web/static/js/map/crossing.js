// @ts-check
// Whether the border of an area meets itself: such an area has no inside that anybody could name. As geo/drawn.py has it.

/** @typedef {number[]} Corner lon, lat */

/** The first two sides that cross, touch or lie on each other; each by the number of the corner that it starts from, from 1. @param {Corner[]} corners @returns {[number, number] | null} */
export function crossing(corners) {
  const sides = corners.map((one, at) => [one, corners[(at + 1) % corners.length]]);
  for (let one = 0; one < sides.length; one += 1) {
    for (let other = one + 1; other < sides.length; other += 1) if (meet(sides, one, other)) return [one + 1, other + 1];
  }
  return null;
}

/** @param {Corner[][]} sides @param {number} one @param {number} other the later one */
function meet(sides, one, other) {
  const [a, b] = sides[one];
  const [c, d] = sides[other];
  if (other === one + 1) return folded(a, b, d);
  return one === 0 && other === sides.length - 1 ? folded(c, a, b) : across(a, b, c, d);
}

/** On which side of the line from a to b a place lies: the sign says. @param {Corner} a @param {Corner} b @param {Corner} place */
const turn = (a, b, place) => Math.sign((b[0] - a[0]) * (place[1] - a[1]) - (b[1] - a[1]) * (place[0] - a[0]));

/** Two sides that share a corner go back over each other. @param {Corner} from @param {Corner} shared @param {Corner} to */
const folded = (from, shared, to) => turn(from, shared, to) === 0 && (from[0] - shared[0]) * (to[0] - shared[0]) + (from[1] - shared[1]) * (to[1] - shared[1]) > 0;

/** @param {Corner} a @param {Corner} b @param {Corner} c @param {Corner} d */
function across(a, b, c, d) {
  return turn(a, b, c) * turn(a, b, d) <= 0 && turn(c, d, a) * turn(c, d, b) <= 0 && [0, 1].every((axis) => overlap(a[axis], b[axis], c[axis], d[axis]));
}

/** @param {number} a @param {number} b @param {number} c @param {number} d */
const overlap = (a, b, c, d) => Math.max(Math.min(a, b), Math.min(c, d)) <= Math.min(Math.max(a, b), Math.max(c, d));
