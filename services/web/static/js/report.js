// @ts-check
// The form works without this: it adds "use my position", a map for those who open it, and one sending for two presses.

const find = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
const form = /** @type {HTMLFormElement} */ (find('telling'));
const lon = /** @type {HTMLInputElement} */ (find('lon'));
const lat = /** @type {HTMLInputElement} */ (find('lat'));
const here = /** @type {HTMLButtonElement} */ (find('here'));
const opener = /** @type {HTMLButtonElement | null} */ (document.getElementById('open-map'));
const chosen = find('chosen');
const clear = /** @type {HTMLButtonElement} */ (find('clear'));
const trouble = find('trouble');
/** @type {(() => void) | undefined} */
let redraw;

/** @param {string} name of the sentence; empty: none */
function say(name) {
  trouble.hidden = !name;
  for (const line of trouble.querySelectorAll('span[data-trouble]')) {
    /** @type {HTMLElement} */ (line).hidden = /** @type {HTMLElement} */ (line).dataset.trouble !== name;
  }
}

/** @param {number} east @param {number} north */
function take(east, north) {
  say('');
  lon.value = east.toFixed(6);
  lat.value = north.toFixed(6);
  for (const one of form.querySelectorAll('[name="spot"]')) {  // what is shown by hand counts
    if (one instanceof HTMLInputElement && one.type === 'radio') one.checked = one.value === '';
    else one.remove();
  }
  shown();
}

function shown() {
  chosen.hidden = !lon.value;
  clear.hidden = false;
  redraw?.();
}

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

/** @param {any} ol @param {string} path with what is drawn, whole, or in each box of the map */
function source(ol, path, boxes = true) {
  const read = new ol.format.GeoJSON({ featureProjection: 'EPSG:3857' });
  const made = new ol.source.Vector({
    strategy: boxes ? ol.loadingstrategy.tile(ol.tilegrid.createXYZ({ minZoom: 13, maxZoom: 13 })) : ol.loadingstrategy.all,
    loader: async (/** @type {number[]} */ extent, /** @type {any} */ _resolution, /** @type {any} */ _projection, /** @type {any} */ done, /** @type {any} */ failed) => {
      const box = boxes && ol.proj.transformExtent(extent, 'EPSG:3857', 'EPSG:4326').map((/** @type {number} */ one) => one.toFixed(6));
      try {
        for (let next = boxes ? `${path}&bbox=${box}` : path; next;) {
          const response = await fetch(next, { headers: { Accept: 'application/json' } });
          if (!response.ok) throw new Error(String(response.status));
          const body = await response.json();
          made.addFeatures(read.readFeatures(body).filter((/** @type {any} */ one) => !made.getFeatureById(one.getId())));
          next = body.links?.find((/** @type {any} */ one) => one.rel === 'next')?.href ?? '';
        }
        done(made.getFeatures());
      } catch {
        made.removeLoadedExtent(extent);
        failed();
      }
    },
  });
  return made;
}

async function openMap() {
  if (!opener || opener.getAttribute('aria-expanded') === 'true') return;
  opener.setAttribute('aria-expanded', 'true');
  find('map-box').hidden = false;
  const ol = await library();
  const ink = getComputedStyle(document.body).color;
  const line = (/** @type {string} */ color, /** @type {number} */ width) => new ol.style.Stroke({ color, width });
  const named = (/** @type {any} */ feature) => new ol.style.Style({
    stroke: line('#8a8f98', 1),
    fill: new ol.style.Fill({ color: 'rgba(138,143,152,0.08)' }),
    text: new ol.style.Text({ text: feature.get('name') ?? '', font: '600 14px sans-serif', overflow: true, fill: new ol.style.Fill({ color: ink }) }),
  });
  const pin = new ol.layer.Vector({
    source: new ol.source.Vector(),
    style: new ol.style.Style({ image: new ol.style.Circle({ radius: 9, stroke: line('#fff', 3), fill: new ol.style.Fill({ color: '#d4003b' }) }) }),
  });
  const districts = source(ol, '/api/v1/areas?kind=district&limit=1000', false);
  const layers = [
    new ol.layer.VectorImage({ source: districts, style: named, declutter: true }),
    new ol.layer.VectorImage({ source: source(ol, '/api/v1/snow/roads?limit=1000'), style: new ol.style.Style({ stroke: line('#8a8f98', 2) }), minZoom: 13 }),
    pin,
  ];
  const view = new ol.View({ center: [0, 0], zoom: 12, minZoom: 9, maxZoom: 19, enableRotation: false });
  const map = new ol.Map({ target: 'map', layers, view });
  const at = () => ol.proj.fromLonLat([Number(lon.value), Number(lat.value)]);
  redraw = () => {
    pin.getSource().clear();
    if (lon.value) pin.getSource().addFeature(new ol.Feature(new ol.geom.Point(at())));
  };
  const choose = (/** @type {number[]} */ where) => { const [east, north] = ol.proj.toLonLat(where); take(east, north); };
  map.on('singleclick', (/** @type {any} */ event) => choose(event.coordinate));
  find('map').addEventListener('keydown', (event) => {
    if (event.key !== 'Enter') return;
    event.preventDefault();
    choose(view.getCenter());
  });
  if (lon.value) {
    view.setCenter(at());
    view.setZoom(17);
  } else {
    const bounds = (document.body.dataset.box ?? '').split(',').map(Number);
    view.fit(ol.proj.transformExtent(bounds, 'EPSG:4326', 'EPSG:3857'), { size: map.getSize(), maxZoom: 14 });
  }
  redraw();
  map.once('rendercomplete', () => { document.body.dataset.map = 'ready'; });
}

if (navigator.geolocation) {
  here.hidden = false;
  here.addEventListener('click', () => {
    say('');
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => take(coords.longitude, coords.latitude),
      () => say('position'),
      { timeout: 15000, maximumAge: 60000, enableHighAccuracy: true },
    );
  });
}
if (opener) {
  opener.hidden = false;
  opener.addEventListener('click', () => openMap().catch(() => say('map')));
}
clear.addEventListener('click', () => {
  lon.value = lat.value = '';
  shown();
  find('place').focus();
});
clear.hidden = false;
let sending = 0;
form.addEventListener('submit', (event) => {
  if (Date.now() - sending < 8000) event.preventDefault();  // a second press; a network that failed may be tried again
  else sending = Date.now();
});
addEventListener('pageshow', () => { sending = 0; });
document.getElementById('errors')?.focus();
