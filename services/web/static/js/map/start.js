// @ts-check
// The map. It draws what the desk knows and says what was clicked; everything on it also stands in the tables.
import { t } from '../language.js';
import { onThemeChange } from '../map-styles.js';
import { follow } from '../selection.js';
import { fillBase } from '../basemap.js';
import { drawGround, giveWay } from './ground.js';
import { layers } from './layers.js';
import { clicked, hit, pressed } from './pick.js';
import { stack } from './stack.js';
import { lookThrough, restoreView, show } from './view.js';

/** @type {any} */
const ol = /** @type {any} */ (globalThis).ol;
/** @type {any} */
let map;

/** Make the map and draw the ground; resolves once the first full picture stands. */
export async function startMap() {
  map = new ol.Map({
    target: 'map',
    layers: stack(),
    controls: ol.control.defaults.defaults({
      rotate: false, zoomOptions: { zoomInTipLabel: t('拡大'), zoomOutTipLabel: t('縮小') },
      attributionOptions: { collapsible: true, collapsed: true, label: t('出典'), collapseLabel: t('閉じる'), tipLabel: t('出典') },
    }).extend([new ol.control.ScaleLine()]),
    view: new ol.View({ center: [0, 0], zoom: 11, minZoom: 8, maxZoom: 18, enableRotation: false }),
  });
  map.on('singleclick', clicked);
  map.on('click', pressed);
  map.on('pointermove', (/** @type {any} */ event) => {
    if (document.body.dataset.tool) return;
    map.getTargetElement().style.cursor = !event.dragging && hit(map, event.pixel) ? 'pointer' : '';
  });
  lookThrough(map);
  follow(show);
  onThemeChange(() => { for (const one of Object.values(layers)) one.changed(); });
  const [base] = await Promise.all([fillBase(ol, map, layers['base-ground'], layers['base-names']), drawGround()]);
  if (base && !base.plain) giveWay();
  restoreView();
}

/** The picture stands: tests and people may look. Called once the first data have been drawn. */
export function whenDrawn() {
  map.once('rendercomplete', () => { document.body.dataset.map = 'ready'; });
  map.render();
}
