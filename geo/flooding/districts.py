"""The districts that a gauge speaks for."""

from __future__ import annotations

from geo.area import Area
from geo.crs import circle
from geo.exposure import deepest
from geo.model import Ground
from geo.station import Station


def districts_of(station: Station, ground: Ground, reach_m: float) -> list[Area]:
    """Configured ones; else flooded ones within reach; else the district, or the city, that the gauge stands in."""
    if station.areas:
        return [area for code in station.areas if (area := ground.areas.get(code)) is not None]
    around = circle(station.lon, station.lat, reach_m)
    near = [
        area
        for area in ground.areas.touching(around, "district")
        if any(deepest(layer, area.geometry & around) for layer in ground.layers.of_kind("flood"))
    ]
    return near or ground.areas.at(station.lon, station.lat, "district")[:1] or ground.areas.of_kind("city")[:1]
