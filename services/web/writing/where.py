"""Where an alert shall hold, as a small drawing beside its words: what was drawn on the map, among the districts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import shapely
from shapely.geometry.base import BaseGeometry

from geo.area import Area, Areas
from rules.alert import Place
from services.web.reports.sketch import HEIGHT, WIDTH, Frame, Name, names_in, path_of


@dataclass(frozen=True, slots=True)
class Where:
    """``paths`` of districts and the ``area`` as SVG of ``size``, north up; ``names`` of the alert's places."""

    names: tuple[str, ...]
    paths: tuple[str, ...]
    labels: tuple[Name, ...]
    area: str
    size: tuple[int, int] = (WIDTH, HEIGHT)


def where_of(places: Iterable[Place], areas: Areas) -> Where | None:
    """None where none of the places has a shape."""
    listed = list(places)
    shape = shapely.union_all([ring for place in listed for ring in _rings(place)])
    if shape.is_empty:
        return None
    west, south, east, north = shape.bounds
    frame = Frame.over([(west, south), (east, north)])
    near = areas.touching(shapely.box(*frame.bounds), "district")
    whole = Area(code="", name="", kind="", geometry=shape)
    return Where(
        tuple(place.name for place in listed),
        tuple(path_of(one, frame) for one in near),
        tuple(name for one in near for name in names_in(one, frame)),
        path_of(whole, frame),
    )


def _rings(place: Place) -> list[BaseGeometry]:
    return [shapely.make_valid(shapely.Polygon(ring)) for ring in place.polygons if len(ring) >= 4]
