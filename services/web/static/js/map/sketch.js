// @ts-check
// What an officer draws on the map: a line, a polygon, a circle, or districts and squares that were picked. It is held as
// corners in degrees and as codes, whether they came from a click, a drag or the keyboard; the map draws what is held.
import { crossing } from './crossing.js';
import { layers, on } from './layers.js';
import { squareAt } from './mesh.js';
import { takeClicks } from './pick.js';

/** @type {any} */
const ol = /** @type {any} */ (globalThis).ol;

export const MOST_CORNERS = 100;
const CIRCLE = 64; // corners of a circle
const NEAR = 10; // pixels from a corner within which a click is meant for that corner
const read = new ol.format.GeoJSON({ featureProjection: 'EPSG:3857' });

/** @typedef {'length' | 'area' | 'polygon' | 'circle' | 'pick'} Way */
/** @typedef {{code: string, name: string, geometry: any}} Picked a district or a square, its shape as GeoJSON */
/** @typedef {{corners: number[][], radius: number, picked: Picked[]}} Sketch */

/** @type {Way | null} */
let way = null;
/** @type {Sketch} */
let now = blank();
/** @type {Sketch[]} */
let before = [];
/** @type {() => void} */
let told = () => {};
/** @type {any} */
let modify;
let square = 0; // level of the mesh that a click picks; 0: districts

/** @returns {Sketch} */
function blank() {
  return { corners: [], radius: 500, picked: [] };
}

export const sketch = () => now;
export const canUndo = () => before.length > 0;

/** Begin to draw so; what was drawn before is gone. @param {any} map @param {Way} how @param {() => void} then it changed */
export function begin(map, how, then) {
  end(map);
  way = how;
  told = then;
  takeClicks((event) => clicked(map, event));
  modify = new ol.interaction.Modify({ source: layers.sketch.getSource(), pixelTolerance: NEAR });
  modify.on('modifyend', takeBack);
  modify.setActive(how !== 'circle' && how !== 'pick');
  map.addInteraction(modify);
  doubleZoom(map, false);
  draw();
}

/** Two quick corners are no wish to look closer. @param {any} map @param {boolean} active */
function doubleZoom(map, active) {
  for (const one of map.getInteractions().getArray()) if (one instanceof ol.interaction.DoubleClickZoom) one.setActive(active);
}

/** Nothing is drawn any more. @param {any} map */
export function end(map) {
  takeClicks(null);
  if (modify) map.removeInteraction(modify);
  doubleZoom(map, true);
  modify = null;
  way = null;
  now = blank();
  before = [];
  layers.sketch.getSource().clear(true);
}

/** Change it, so that the change can be taken back. @param {(sketch: Sketch) => void} how */
export function change(how) {
  before.push(structuredClone(now));
  how(now);
  draw();
}

export function undo() {
  now = before.pop() ?? blank();
  draw();
}

/** Add a corner; in a circle it is the middle. @param {number[]} place lon, lat */
export function addCorner(place) {
  if (way !== 'circle' && now.corners.length >= MOST_CORNERS) return;
  change((one) => { one.corners = way === 'circle' ? [place] : [...one.corners, place]; });
}

/** Pick a district or square, or let it go again. @param {Picked} one */
export function toggle(one) {
  const there = now.picked.some((other) => other.code === one.code);
  change((held) => { held.picked = there ? held.picked.filter((other) => other.code !== one.code) : [...held.picked, one]; });
}

/** What a click picks: districts, or squares of this level. @param {number} level 0: districts */
export function pickSquares(level) {
  square = level;
}

/** @param {any} map @param {any} event */
function clicked(map, event) {
  const [lon, lat] = ol.proj.toLonLat(event.coordinate);
  if (way === 'pick') {
    const found = square ? squareOf(lon, lat) : districtAt(event.coordinate);
    if (found) toggle(found);
  } else if (!now.corners.some((one) => distance(map, one, event.pixel) < NEAR) || way === 'circle') {
    addCorner([round(lon), round(lat)]);
  }
}

const round = (/** @type {number} */ degrees) => Math.round(degrees * 1e6) / 1e6;

/** @param {any} map @param {number[]} corner @param {number[]} pixel @returns {number} pixels */
function distance(map, corner, pixel) {
  const [x, y] = map.getPixelFromCoordinate(ol.proj.fromLonLat(corner)) ?? [Infinity, Infinity];
  return Math.hypot(x - pixel[0], y - pixel[1]);
}

/** @param {number} lon @param {number} lat @returns {Picked} */
function squareOf(lon, lat) {
  const { code, ring } = squareAt(lon, lat, square);
  return { code: `mesh-${code}`, name: code, geometry: { type: 'Polygon', coordinates: [ring] } };
}

/** @param {number[]} coordinate @returns {Picked | null} */
function districtAt(coordinate) {
  const found = layers.districts.getSource().getFeaturesAtCoordinate(coordinate)[0];
  return found ? district(found) : null;
}

/** @param {any} found */
const district = (found) => ({ code: found.get('code'), name: found.get('name'), geometry: read.writeGeometryObject(found.getGeometry()) });

/** A district by its code. @param {string} code @returns {Picked | null} */
export function districtOf(code) {
  const found = on('districts').find((/** @type {any} */ one) => one.get('code') === code);
  return found ? district(found) : null;
}

/** What was dragged is what is held. */
function takeBack() {
  const shape = on('sketch')[0]?.getGeometry();
  if (!shape) return;
  const coordinates = shape.getType() === 'Polygon' ? shape.getCoordinates()[0].slice(0, -1) : shape.getType() === 'Point' ? [shape.getCoordinates()] : shape.getCoordinates();
  change((one) => { one.corners = coordinates.map((/** @type {number[]} */ at) => ol.proj.toLonLat(at).map(round)).slice(0, MOST_CORNERS); });
}

/** What is held as one shape on the map; null: too little of it. @returns {any} */
function shapeNow() {
  const at = now.corners.map((one) => ol.proj.fromLonLat(one));
  if (way === 'circle' && at.length) return circle().transform('EPSG:4326', 'EPSG:3857');
  if (!at.length) return null;
  if (at.length === 1) return new ol.geom.Point(at[0]);
  return way === 'length' || at.length === 2 ? new ol.geom.LineString(at) : new ol.geom.Polygon([[...at, at[0]]]);
}

/** The circle around the first corner, in degrees. */
const circle = () => ol.geom.Polygon.circular(now.corners[0], now.radius, CIRCLE);

function draw() {
  const source = layers.sketch.getSource();
  source.clear(true);
  const shape = way === 'pick' ? null : shapeNow();
  const shapes = way === 'pick' ? now.picked.map((one) => read.readGeometry(one.geometry)) : shape ? [shape] : [];
  source.addFeatures(shapes.map((one) => new ol.Feature({ geometry: one, corners: way !== 'circle' && way !== 'pick' })));
  layers.sketch.changed();
  told();
}

/** Length of the line or of the border in metres, and area in square metres; on the sphere of the Earth's mean radius. @returns {{metres: number, square: number}} */
export function measured() {
  const shapes = on('sketch').map((/** @type {any} */ one) => one.getGeometry());
  const lengthOf = (/** @type {any} */ one) => (one.getType() === 'Point' ? 0 : ol.sphere.getLength(one));
  const areaOf = (/** @type {any} */ one) => (one.getType().endsWith('Polygon') ? ol.sphere.getArea(one) : 0);
  const sum = (/** @type {(one: any) => number} */ of) => shapes.reduce((/** @type {number} */ all, /** @type {any} */ one) => all + of(one), 0);
  return { metres: sum(lengthOf), square: sum(areaOf) };
}

/** Where the border of what was drawn meets itself: the corners at both ends of both sides, from 1; null: nowhere. @returns {Record<'a' | 'b' | 'c' | 'd', number> | null} */
export function meetsItself() {
  const found = (way === 'polygon' || way === 'area') && now.corners.length > 2 ? crossing(now.corners) : null;
  const after = (/** @type {number} */ at) => (at % now.corners.length) + 1;
  return found && { a: found[0], b: after(found[0]), c: found[1], d: after(found[1]) };
}

/** The area as the form of a notice takes it: codes, or corners as `lat,lon lat,lon …`; null: it is none yet. @returns {URLSearchParams | null} */
export function areaAsked() {
  const query = new URLSearchParams();
  if (way === 'pick') for (const one of now.picked) query.append('area', one.code);
  else if (way === 'circle' && now.corners.length) query.set('drawn', written(circle().getCoordinates()[0].slice(0, -1)));
  else if (way === 'polygon' && now.corners.length > 2 && !meetsItself()) query.set('drawn', written(now.corners));
  return query.size ? query : null;
}

/** @param {number[][]} corners */
const written = (corners) => corners.map(([lon, lat]) => `${lat.toFixed(6)},${lon.toFixed(6)}`).join(' ');
