// @ts-check
// Ten thousand sensors on one screen are a carpet. From afar, of those that would lie on each other only the gravest is
// drawn; it says how many it stands for. Worked out when the sensors change, never while the map is drawn.

const CELL = 30; // pixels within which one symbol stands for all
const FEW = 300; // up to so many nothing is left out
const STEPS = [19, 38, 76, 152, 304, 608]; // metres per pixel; each twice the one before, so that cells lie within cells

/**
 * Tell every feature from which resolution on another stands for it (`until`), and for how many it stands (`many`).
 * @param {any[]} features points, the gravest first
 * @param {(feature: any) => boolean} always drawn at every scale
 */
export function thin(features, always) {
  for (const one of features) {
    one.set('until', Infinity, true);
    one.set('many', null, true);
  }
  if (features.length <= FEW) return;
  for (const step of [...STEPS].reverse()) {
    /** @type {Map<string, any>} */
    const first = new Map();
    for (const one of features) {
      const [x, y] = one.getGeometry().getCoordinates();
      const cell = `${Math.floor(x / (CELL * step))},${Math.floor(y / (CELL * step))}`;
      const there = first.get(cell);
      if (!there) first.set(cell, one);
      if (!there || always(one)) continue;
      one.set('until', step, true); // the nearest step counts: the loop goes towards it
      const many = there.get('many') ?? {};
      many[step] = (many[step] ?? 1) + 1;
      there.set('many', many, true);
    }
  }
}

/** Whether it is drawn. @param {any} feature @param {number} resolution metres per pixel */
export const isDrawn = (feature, resolution) => resolution < feature.get('until');

/** For how many it stands, itself among them. @param {any} feature @param {number} resolution @returns {number} */
export function standsFor(feature, resolution) {
  const many = feature.get('many');
  if (!many) return 1;
  const step = STEPS.filter((one) => one <= resolution).at(-1);
  return step === undefined ? 1 : many[step] ?? 1;
}
