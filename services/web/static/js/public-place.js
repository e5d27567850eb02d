// @ts-check
// "Use my position": which district that is, is worked out here. The outlines come to the device; where the device is,
// never leaves it, and only the code of the district stands in the address afterwards.

/** @typedef {[number, number]} Point */

/** Shows the button, where the device can say where it is. */
export function offerPosition() {
  const box = document.getElementById('here-box');
  const button = document.getElementById('here');
  if (!box || !button || !('geolocation' in navigator)) return;
  box.hidden = false;
  button.addEventListener('click', () => {
    button.setAttribute('aria-disabled', 'true');
    navigator.geolocation.getCurrentPosition(
      (found) => choose([found.coords.longitude, found.coords.latitude]).catch(() => trouble('failed')),
      () => trouble('failed'),
      { maximumAge: 300000, timeout: 20000 },
    );
  });
}

/** @param {'failed' | 'outside'} what */
function trouble(what) {
  document.getElementById('here')?.removeAttribute('aria-disabled');
  const told = document.getElementById('here-trouble');
  if (!told) return;
  told.textContent = told.dataset[what] ?? '';
  told.hidden = false;
}

/** @param {Point} point */
async function choose(point) {
  let next = '/api/v1/areas?kind=district';
  while (next) {
    const response = await fetch(next, { headers: { Accept: 'application/json' } });
    if (!response.ok) throw new Error(String(response.status));
    const body = await response.json();
    const found = body.features.find((/** @type {any} */ one) => one.geometry && inside(point, one.geometry));
    if (found) {
      const here = new URL(location.href);
      here.searchParams.set('area', found.properties.code);
      here.hash = '';
      location.assign(here);
      return;
    }
    next = body.links.find((/** @type {any} */ one) => one.rel === 'next')?.href ?? '';
  }
  trouble('outside');
}

/** @param {Point} point @param {{type: string, coordinates: any}} geometry */
export function inside(point, geometry) {
  const polygons = geometry.type === 'MultiPolygon' ? geometry.coordinates : geometry.type === 'Polygon' ? [geometry.coordinates] : [];
  return polygons.some((/** @type {Point[][]} */ rings) => rings.filter((ring) => within(point, ring)).length % 2 === 1);
}

/** By a ray to the east: an odd number of crossings is inside. @param {Point} point @param {Point[]} ring */
function within([x, y], ring) {
  let odd = false;
  ring.forEach(([ax, ay], at) => {
    const [bx, by] = ring[(at + ring.length - 1) % ring.length];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) odd = !odd;
  });
  return odd;
}
