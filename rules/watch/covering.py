"""Which alerts call for help to a home: 警戒レベル 3 or higher, and the home lies where they hold."""

from __future__ import annotations

from collections.abc import Iterable

import shapely

from geo.area import Areas
from rules.alert import Alert, Place
from rules.watch.ward import Home

LEAST = 3  # 高齢者等避難: who needs time or help leaves


def calling(alerts: Iterable[Alert], home: Home, areas: Areas) -> list[Alert]:
    """Those of the alerts in force that call, the highest level first. A home whose place nobody knows is in danger
    wherever the danger is: to be asked in vain is the smaller harm."""
    found = [one for one in alerts if one.alert_level and not one.ends and one.level >= LEAST]
    return sorted((one for one in found if covers(one, home, areas)), key=lambda one: (-one.level, one.series))


def covers(alert: Alert, home: Home, areas: Areas) -> bool:
    """True where the home lies in one of the alert's places at level 3 or higher, or that place is not on the map."""
    if home.lon is None or home.lat is None:
        return True
    levels = alert.place_levels
    return any(
        _holds(place, home.lon, home.lat, areas)
        for place in alert.places
        if levels.get(place.code, alert.level) >= LEAST
    )


def _holds(place: Place, lon: float, lat: float, areas: Areas) -> bool:
    area = areas.get(place.code)
    if area is not None:
        return bool(shapely.intersects_xy(area.geometry, lon, lat))
    rings = [shapely.make_valid(shapely.Polygon(ring)) for ring in place.polygons if len(ring) >= 4]
    return not rings or any(bool(shapely.intersects_xy(ring, lon, lat)) for ring in rings)
