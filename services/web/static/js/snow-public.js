// @ts-check
// The page works without this: it adds "use my position" and a map, which is loaded only for those who open it.

import { baseLayer, fillBase } from './basemap.js';

const box = /** @type {HTMLElement} */ (document.getElementById('map-box'));
const here = /** @type {HTMLButtonElement} */ (document.getElementById('here'));
const opener = /** @type {HTMLButtonElement | null} */ (document.getElementById('open-map'));
const closer = /** @type {HTMLElement} */ (document.getElementById('closer'));
const trouble = /** @type {HTMLElement} */ (document.getElementById('trouble'));
const asked = new URLSearchParams(location.search);

/** @param {'' | 'position' | 'map' | 'roads'} what went wrong: its sentence stands in the page */
function say(what) {
  trouble.textContent = what && (trouble.dataset[what] ?? '');
  trouble.hidden = !what;
}

/** @param {number} lon @param {number} lat */
function ask(lon, lat) {
  const query = new URLSearchParams({ lon: lon.toFixed(5), lat: lat.toFixed(5) });
  for (const kept of ['lang', 'area', 'look']) if (asked.has(kept)) query.set(kept, asked.get(kept) ?? '');
  location.href = `/snow?${query}#answer`;
}

/** Posted: where somebody stands is for no history and no log. @param {number} lon @param {number} lat */
function standHere(lon, lat) {
  const form = /** @type {HTMLFormElement} */ (document.getElementById('here-form'));
  for (const [name, degrees] of Object.entries({ lon, lat })) /** @type {HTMLInputElement} */ (form.elements.namedItem(name)).value = degrees.toFixed(5);
  form.submit();
}

function useMyPosition() {
  say('');
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => standHere(coords.longitude, coords.latitude),
    () => say('position'),
    { timeout: 15000, maximumAge: 60000 },
  );
}

/** Age class → colour by day and by night, width, dashes: told by more than the colour. @type {Record<string, [string, string, number, number[]]>} */
const LINES = {
  '0-1': ['#0b3d91', '#cfe2ff', 7, []], '1-3': ['#1464c8', '#6aa9ff', 6, []], '3-6': ['#1a7f8e', '#5fc9d8', 5, []],
  '6-12': ['#c75b12', '#ff9a5c', 5, [10, 6]], '12-24': ['#b8860b', '#e0b64a', 5, [2, 7]], '': ['#8a8f98', '#8a8f98', 2, [6, 5]],
};
/** How plowing stands: drawn around the road, and told apart by more than the colour. @type {Record<string, [string, string, number[]]>} */
const ORDERS = { ordered: ['#c9a8ff', '#7a55c7', [4, 9]], working: ['#c9a8ff', '#7a55c7', []] };
const night = matchMedia('(prefers-color-scheme: dark)');

/** @returns {Promise<any>} the map library */
async function library() {
  const styles = document.createElement('link');
  styles.rel = 'stylesheet';
  styles.href = document.body.dataset.styles ?? '';
  document.head.append(styles);
  const script = document.createElement('script');
  script.src = document.body.dataset.library ?? '';
  await new Promise((done, failed) => { script.onload = done; script.onerror = failed; document.head.append(script); });
  return /** @type {any} */ (globalThis).ol;
}

/** @param {string} path @returns {Promise<any[]>} all features, page by page */
async function all(path) {
  /** @type {any[]} */
  let found = [];
  for (let next = path; next;) {
    const response = await fetch(next, { headers: { Accept: 'application/json' } });
    if (!response.ok) throw new Error(String(response.status));
    const body = await response.json();
    found = found.concat(body.features);
    next = body.links.find((/** @type {any} */ l) => l.rel === 'next')?.href ?? '';
  }
  return found;
}

/** The place that was asked about. @param {any} ol */
const pin = (ol) => new ol.style.Style({ image: new ol.style.Circle({ radius: 9, stroke: new ol.style.Stroke({ color: '#fff', width: 3 }), fill: new ol.style.Fill({ color: '#d4003b' }) }) });

/**
 * Roads of the pieces of the map that are looked at. The pieces are the same for everybody, so that what one has asked
 * for can be told to all.
 * @param {any} ol @param {string} which a parameter @param {number} zoom of the pieces
 */
function pieces(ol, which, zoom) {
  const read = new ol.format.GeoJSON({ featureProjection: 'EPSG:3857' });
  const source = new ol.source.Vector({
    strategy: ol.loadingstrategy.tile(ol.tilegrid.createXYZ({ minZoom: zoom, maxZoom: zoom })),
    loader: async (/** @type {number[]} */ extent, /** @type {any} */ _resolution, /** @type {any} */ _projection, /** @type {any} */ done, /** @type {any} */ failed) => {
      const box = ol.proj.transformExtent(extent, 'EPSG:3857', 'EPSG:4326').map((/** @type {number} */ one) => one.toFixed(6));
      try {
        const features = read.readFeatures({ type: 'FeatureCollection', features: await all(`/api/v1/snow/roads?bbox=${box}&limit=1000${which}`) });
        source.addFeatures(features.filter((/** @type {any} */ one) => !source.getFeatureById(one.getId())));
        done(features);
        say('');
      } catch {
        source.removeLoadedExtent(extent);
        failed();
        say('roads');
      }
    },
  });
  return source;
}

async function openMap() {
  if (!opener || opener.getAttribute('aria-expanded') === 'true') return;
  opener.setAttribute('aria-expanded', 'true');
  box.hidden = false;
  const ol = await library();
  const smallFrom = Number(document.body.dataset.smallFrom);
  const style = (/** @type {any} */ feature) => {
    const [day, dark, whole, lineDash] = LINES[feature.get('age')] ?? LINES[''];
    const width = feature.get('sidewalk') ? whole / 2 : whole;
    const line = new ol.style.Style({ stroke: new ol.style.Stroke({ color: night.matches ? dark : day, width, lineDash }) });
    const order = ORDERS[feature.get('order')];
    if (!order) return line;
    const around = new ol.style.Stroke({ color: order[night.matches ? 1 : 0], width: width + 6, lineDash: order[2] });
    return [new ol.style.Style({ stroke: around, zIndex: -1 }), line];
  };
  const every = new ol.layer.VectorImage({ source: pieces(ol, '', smallFrom ? 13 : 11), style, minZoom: smallFrom });
  const main = smallFrom ? [new ol.layer.VectorImage({ source: pieces(ol, '&main=1', 11), style, maxZoom: smallFrom })] : [];
  const view = new ol.View({ center: [0, 0], zoom: 12, minZoom: 9, maxZoom: 18, enableRotation: false });
  const [under, names] = [baseLayer(ol, 'ground'), baseLayer(ol, 'names')];
  const map = new ol.Map({ target: 'map', layers: [under, ...main, every, names], view });
  fillBase(ol, map, under, names);
  map.on('singleclick', (/** @type {any} */ event) => {
    const [lon, lat] = ol.proj.toLonLat(event.coordinate);
    ask(lon, lat);
  });
  view.on('change:resolution', () => { closer.hidden = (view.getZoom() ?? 0) > smallFrom || !smallFrom; });
  const lon = Number(asked.get('lon'));
  const lat = Number(asked.get('lat'));
  if (lon && lat) {
    const place = ol.proj.fromLonLat([lon, lat]);
    view.setCenter(place);
    view.setZoom(16);
    map.addLayer(new ol.layer.Vector({ source: new ol.source.Vector({ features: [new ol.Feature(new ol.geom.Point(place))] }), style: pin(ol) }));
  } else {
    const bounds = (document.body.dataset.box ?? '').split(',').map(Number);
    view.fit(ol.proj.transformExtent(bounds, 'EPSG:4326', 'EPSG:3857'), { size: map.getSize(), padding: [20, 20, 20, 20], maxZoom: 16 });
  }
  map.once('rendercomplete', () => { document.body.dataset.map = 'ready'; });
}

if (navigator.geolocation) {
  here.hidden = false;
  here.addEventListener('click', useMyPosition);
}
if (opener) {
  opener.hidden = false;
  opener.addEventListener('click', () => openMap().catch(() => say('map')));
}
