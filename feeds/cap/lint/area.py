"""What the standard asks of areas beyond its schema: shapes that close, circles with a radius, heights that fit."""

from __future__ import annotations

from collections.abc import Iterator

import shapely
from lxml import etree

from feeds.cap.lint.finding import Finding, found
from feeds.cap.read import circle_of, points_of
from feeds.cap.tree import child_of, children_of, words_of
from feeds.cap.types import CapError
from feeds.cap.xml import text_of

_MANY_VERTICES = 100


def area_findings(root: etree._Element) -> Iterator[Finding]:
    """Faults of all areas."""
    for info in children_of(root, "info"):
        areas = list(children_of(info, "area"))
        if not areas:
            yield found("warning", "no_area", info, "no area: receivers cannot tell whom it concerns", "add an area")
        for area in areas:
            yield from _area(area)


def _area(area: etree._Element) -> Iterator[Finding]:
    shapes = [child for name in ("polygon", "circle") for child in children_of(area, name)]
    if not shapes and child_of(area, "geocode") is not None:
        message = "geocodes without a shape: receivers need your list of codes"
        yield found("info", "no_shape", area, message, "add a polygon beside the geocodes")
    for polygon in children_of(area, "polygon"):
        yield from _polygon(polygon)
    for circle in children_of(area, "circle"):
        yield from _circle(circle)
    yield from _heights(area)


def _polygon(element: etree._Element) -> Iterator[Finding]:
    text = text_of(element).strip()
    if not text:
        return
    if "(" in text or ")" in text:
        yield found("warning", "brackets", element, "the coordinates stand in brackets", "remove the brackets")
    try:
        ring = points_of(element)
    except CapError as error:
        yield found("error", error.code, element, error.message, "write latitude,longitude pairs between spaces")
        return
    if len(ring) < 4 or ring[0] != ring[-1]:
        message = "a polygon needs four points or more, the last like the first"
        yield found("error", "open_polygon", element, message, "repeat the first point at the end")
        return
    if not shapely.Polygon(ring).is_valid:
        message = "the polygon crosses itself or has no area; receivers cannot use it"
        yield found("warning", "crossed_polygon", element, message, "split it, or put the points in order")
    if len(ring) > _MANY_VERTICES:
        message = f"{len(ring)} points; aggregators ask for {_MANY_VERTICES} or fewer"
        yield found("info", "many_points", element, message, "simplify it towards the outside")
    if any(abs(lon) > 180 for lon, _lat in ring):
        message = "a longitude beyond 180 degrees: not every receiver understands it"
        yield found("warning", "date_line", element, message, "split the polygon at the date line")


def _circle(element: etree._Element) -> Iterator[Finding]:
    if not text_of(element).strip():
        return
    try:
        circle = circle_of(element)
    except CapError as error:
        yield found("error", error.code, element, error.message, "write latitude,longitude, a space and kilometres")
        return
    if circle.radius_km == 0:
        yield found("warning", "empty_circle", element, "a circle of radius 0 alerts nobody", "give it a radius")


def _heights(area: etree._Element) -> Iterator[Finding]:
    ceiling = child_of(area, "ceiling")
    if ceiling is None:
        return
    if child_of(area, "altitude") is None:
        yield found("error", "no_altitude", ceiling, "a ceiling needs an altitude", "add the altitude it belongs to")
        return
    try:
        lower, upper = float(words_of(area, "altitude")), float(words_of(area, "ceiling"))
    except ValueError:
        return  # the schema check has named it
    if upper <= lower:
        yield found("warning", "low_ceiling", ceiling, "the ceiling is not above the altitude", "exchange the two")
