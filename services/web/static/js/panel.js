// @ts-check
// The panel of what is selected: a place, a sensor, a river, a report. Each of them is drawn by a module of its own.
import { byId, fill } from './dom.js';
import { drawPlace } from './place-panel.js';
import { drawReport } from './report-panel.js';
import { drawRiver } from './river-panel.js';
import { follow, select, selected } from './selection.js';
import { drawSensor } from './sensor-sheet.js';

export { areaNames } from './place-panel.js';

export function wirePanel() {
  follow((pick, from) => {
    const panel = byId('selection');
    panel.hidden = !pick;
    if (!pick) return;
    drawPanel();
    panel.scrollTop = 0;
    if (from !== 'panel') panel.focus({ preventScroll: true });
  });
  byId('selection-close').addEventListener('click', () => select(null, 'panel'));
  byId('selection').addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => {
    if (event.key === 'Escape') select(null, 'panel');
  });
}

/** Drawn again whenever something came in. */
export function drawPanel() {
  const pick = selected();
  if (!pick) return;
  ({ area: drawPlace, station: drawSensor, report: drawReport, river: drawRiver })[pick.kind](pick.code, show);
}

/** @typedef {(title: string, ...content: any[]) => void} Show */

/** @param {string} title @param {any[]} content */
function show(title, ...content) {
  byId('selection-title').textContent = title;
  fill(byId('selection-body'), ...content);
}
