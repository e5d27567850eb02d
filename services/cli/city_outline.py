"""The city on the command line: its code and outline out of the profile, and the land around it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from shapely.geometry.base import BaseGeometry

from geo.crs import to_degrees, to_metres
from geo.geojson import read_geojson
from services.settings import load


def city_outline(settings: Iterable[Path]) -> tuple[str, BaseGeometry]:
    """Code (JIS X 0402) and polygon of the city. Raises SettingsError or ProfileError."""
    city = read_geojson(load(settings).profile / "city.geojson", ("Polygon", "MultiPolygon")).features[0]
    return city.text("code"), city.geometry


def around(outline: BaseGeometry, km: float) -> BaseGeometry:
    """The land within so many kilometres of the outline, in degrees; a hundred metres more or less."""
    return to_degrees(to_metres(outline).simplify(100).buffer(1000 * km))
