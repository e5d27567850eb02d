// @ts-check
// Squares of the regional mesh (JIS X 0410) under a click. A code counts in minutes and seconds of arc, so in whole numbers.

const EIGHTHS = 28800; // eighths of an arc second in a degree
/** Height and width of a square by level, in eighths of an arc second. @type {Record<number, [number, number]>} */
const SIZE = { 1: [19200, 28800], 2: [2400, 3600], 3: [240, 360], 4: [120, 180], 5: [60, 90] };

/**
 * @param {number} lon degrees
 * @param {number} lat degrees
 * @param {number} level 1 to 5: 80 km, 10 km, 1 km, 500 m, 250 m
 * @returns {{code: string, ring: number[][]}} its code, and its closed ring in degrees
 */
export function squareAt(lon, lat, level) {
  let y = Math.floor(lat * EIGHTHS + 1e-6), x = Math.floor((lon - 100) * EIGHTHS + 1e-6);
  const [high, wide] = SIZE[level];
  const south = y - (y % high), west = x - (x % wide);
  let code = `${Math.floor(y / SIZE[1][0])}${Math.floor(x / SIZE[1][1])}`;
  for (let finer = 2; finer <= level; finer += 1) {
    y %= SIZE[finer - 1][0];
    x %= SIZE[finer - 1][1];
    const north = Math.floor(y / SIZE[finer][0]), east = Math.floor(x / SIZE[finer][1]);
    code += finer <= 3 ? `${north}${east}` : String(1 + 2 * north + east);
  }
  const [s, n] = [south / EIGHTHS, (south + high) / EIGHTHS], [w, e] = [west / EIGHTHS + 100, (west + wide) / EIGHTHS + 100];
  return { code, ring: [[w, s], [e, s], [e, n], [w, n], [w, s]] };
}
