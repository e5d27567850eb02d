"""Where a weather or road station speaks for."""

from __future__ import annotations

from geo.area import Area
from geo.model import Ground
from geo.station import Station


def sections_of(station: Station, ground: Ground) -> list[Area]:
    """Its configured areas; else the plow section, or the city, it stands in."""
    if station.areas:
        return [area for code in station.areas if (area := ground.areas.get(code)) is not None]
    return ground.areas.at(station.lon, station.lat, "plow_section")[:1] or ground.areas.of_kind("city")[:1]


def districts_of(station: Station, ground: Ground) -> list[Area]:
    """Its configured areas that are no plow sections; else the district, or the city, it stands in."""
    areas = [area for code in station.areas if (area := ground.areas.get(code)) and area.kind != "plow_section"]
    return areas or ground.areas.at(station.lon, station.lat, "district")[:1] or ground.areas.of_kind("city")[:1]
