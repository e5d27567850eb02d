// @ts-check
// The base map: vector tiles of this server's own file, below everything else, on the map of the desk and the public's.
import { onNightfall, quietStyle } from './basemap-styles.js';

const BACK = 'shirase:line'; // what the page says when its line is back

/** @typedef {{tiles: string | null, min_zoom: number, max_zoom: number, bounds: number[], plain: boolean, credits: string[]}} About */

/**
 * One half of the map, empty until {@link fillBase} has asked for its tiles: what is drawn, or the names of it. Each on
 * a canvas of its own, so that no name is ever written over a sign that lies above it.
 * @param {any} ol the map library @param {'ground' | 'names'} only
 */
export function baseLayer(ol, only) {
  const className = `base-${only}`;
  const layer = new ol.layer.VectorTile({ className, declutter: true, renderMode: 'hybrid', style: quietStyle(ol, only) });
  onNightfall(() => layer.changed());
  return layer;
}

/**
 * Ask the server which tiles it has, and draw them. Without an answer the map stays as it is: the rest does not need it.
 * @param {any} ol @param {any} map @param {any[]} some its layers
 * @returns {Promise<About | null>}
 */
export async function fillBase(ol, map, ...some) {
  const about = await ask().catch(() => null);
  if (!about?.tiles) return null;
  const source = new ol.source.VectorTile({
    format: new ol.format.MVT(), url: about.tiles, attributions: about.credits.map(plain),
    tileGrid: ol.tilegrid.createXYZ({ minZoom: about.min_zoom, maxZoom: about.max_zoom, tileSize: 512 }),
  });
  for (const layer of some) {
    layer.setExtent(ol.proj.transformExtent(about.bounds, 'EPSG:4326', 'EPSG:3857'));
    layer.setMinZoom(about.min_zoom - 1); // from further away the library asks for every smallest tile of the world
    layer.setSource(source);
  }
  if (!about.plain) map.addControl(new ol.control.Control({ element: credit(about.credits) }));
  comeBack(source);
  return about;
}

/** @returns {Promise<About>} */
async function ask() {
  const response = await fetch('/tiles/about.json', { headers: { Accept: 'application/json' } });
  if (!response.ok) throw new Error(String(response.status));
  return response.json();
}

/** Tiles that could not be fetched while the line was cut are asked for again when it is back. @param {any} source */
function comeBack(source) {
  let missed = false;
  source.on('tileloaderror', () => { missed = true; });
  addEventListener(BACK, (event) => {
    if (!missed || /** @type {CustomEvent} */ (event).detail !== 'on') return;
    missed = false;
    source.refresh();
  });
}

/** The sources' credits stay in sight, as their licences ask. @param {string[]} credits */
function credit(credits) {
  const line = document.createElement('p');
  line.className = 'base-credit ol-unselectable';
  line.textContent = credits.join(' / ');
  return line;
}

/** The map library writes credits as HTML. @param {string} text */
const plain = (text) => text.replace(/[<>&]/g, '');
