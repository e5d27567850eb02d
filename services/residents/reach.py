"""Which districts an alert concerns."""

from __future__ import annotations

import shapely
from shapely.geometry.base import BaseGeometry

from geo.area import Areas
from rules.alert import Alert, Place


def districts_of(alert: Alert, areas: Areas) -> frozenset[str] | None:
    """Codes of the districts it touches, of a correction those it is about; None: all of the city.

    A place that nobody can find on the map concerns everybody: to be told in vain is the smaller harm.
    """
    found: set[str] = set()
    for place in alert.addressed if alert.concerns else (*alert.places, *alert.lifted):
        area = areas.get(place.code)
        if area is not None and area.kind == "district":
            found.add(area.code)
            continue
        shape = area.geometry if area is not None else _outline(place)
        if shape is None or (area is not None and area.kind == "city"):
            return None
        found |= {one.code for one in areas.touching(shape, "district")}
    return frozenset(found) if found else None


def _outline(place: Place) -> BaseGeometry | None:
    rings = [shapely.Polygon(ring) for ring in place.polygons if len(ring) >= 4]
    return shapely.union_all([shapely.make_valid(ring) for ring in rings]) if rings else None
