"""What the standard asks of polygons and circles, and what receivers can draw."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import shapely
from lxml import etree

from feeds.cap.lint.finding import Finding, found
from feeds.cap.read import circle_of, points_of
from feeds.cap.types import CapError, Ring
from feeds.cap.xml import text_of

_MANY_VERTICES = 100
_WIDEST = (90.0, 40.0)  # degrees of longitude and latitude; the warnings of whole oceans stay within
_FARTHEST_KM = 1000.0


def polygon_findings(element: etree._Element) -> Iterator[Finding]:
    """Faults of one polygon; an empty one is another rule's."""
    text = text_of(element).strip()
    if not text:
        return
    if "(" in text or ")" in text:
        yield found("brackets", element, "the coordinates stand in brackets", "remove the brackets")
    try:
        ring = points_of(element)
    except CapError as error:
        yield found("bad_polygon", element, error.message, "write latitude,longitude pairs between spaces")
        return
    if len(ring) < 4 or ring[0] != ring[-1]:
        message = "a polygon needs four points or more, the last like the first"
        yield found("open_polygon", element, message, "repeat the first point at the end")
        return
    if not shapely.Polygon(ring).is_valid:
        message = "the polygon crosses itself or has no area; receivers cannot use it"
        yield found("crossed_polygon", element, message, "split it, or put the points in order")
    yield from _points(element, ring)
    yield from _extent(element, ring)


def _points(element: etree._Element, ring: Ring) -> Iterator[Finding]:
    if len(ring) > _MANY_VERTICES:
        message = f"{len(ring)} points; aggregators ask for {_MANY_VERTICES} or fewer"
        yield found("many_points", element, message, "simplify it towards the outside")
    twice = next((one for one, other in itertools.pairwise(ring) if one == other), None)
    if twice is not None:
        yield found("repeated_point", element, f"{twice[1]},{twice[0]} stands twice in a row", "leave it out")
    if (0.0, 0.0) in ring:
        message = "a corner at 0,0, in the Gulf of Guinea: most likely a place that was not found"
        yield found("zero_point", element, message, "take the point out, or put in the real one")


def _extent(element: etree._Element, ring: Ring) -> Iterator[Finding]:
    wide, high = (max(axis) - min(axis) for axis in zip(*ring, strict=True))
    if wide > _WIDEST[0] or high > _WIDEST[1]:
        message = f"the polygon is {wide:.0f} degrees wide and {high:.0f} high: is one of its points wrong?"
        yield found("huge_polygon", element, message, "correct the point, or split the polygon")
    if any(abs(lon) > 180 for lon, _lat in ring):
        message = "a longitude beyond 180 degrees: not every receiver understands it"
        yield found("date_line", element, message, "split the polygon at the date line")


def circle_findings(element: etree._Element) -> Iterator[Finding]:
    """Faults of one circle; an empty one is another rule's."""
    if not text_of(element).strip():
        return
    try:
        circle = circle_of(element)
    except CapError as error:
        yield found("bad_circle", element, error.message, "write latitude,longitude, a space and kilometres")
        return
    if circle.radius_km == 0:
        yield found("empty_circle", element, "a circle of radius 0 alerts nobody", "give it a radius")
    if circle.radius_km >= _FARTHEST_KM:
        message = f"a radius of {circle.radius_km:g} kilometres: are they metres?"
        yield found("huge_circle", element, message, "write kilometres")
    if (circle.lon, circle.lat) == (0.0, 0.0):
        message = "a circle around 0,0, in the Gulf of Guinea: most likely a place that was not found"
        yield found("zero_point", element, message, "take the circle out, or put in the real centre")
