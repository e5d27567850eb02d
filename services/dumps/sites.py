"""The snow dumps of the city: fences of kind ``dump``, with what the settings know of them."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, hypot, radians

from feeds.status import Status
from services.city import StartError
from services.configuration.plow import Dump, Plow
from services.roads import Roads

_M_PER_DEGREE = 111_195.0  # of a great circle on a sphere of 6,371 km


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One dump. ``lon``, ``lat`` lie inside its fence."""

    code: str
    name: str
    lon: float
    lat: float
    terms: Dump

    @property
    def name_en(self) -> str:
        return self.terms.name_en or self.name

    def metres_to(self, other: Site) -> float:
        """As the crow flies; good to a thousandth over a city."""
        east = (self.lon - other.lon) * cos(radians(self.lat))
        return _M_PER_DEGREE * hypot(east, self.lat - other.lat)


@dataclass(frozen=True, slots=True)
class Sites:
    """All of the city's, and for which statuses they are: what was drawn for a drill is no real place."""

    every: tuple[Site, ...] = ()
    statuses: frozenset[Status] = frozenset()

    def of(self, status: Status) -> tuple[Site, ...]:
        """Those that there are for a status, by code."""
        return self.every if status in self.statuses else ()

    def find(self, code: str, status: Status) -> Site | None:
        """The dump of this code, None where there is none."""
        return next((one for one in self.of(status) if one.code == code), None)


def sites_of(roads: Roads | None, plow: Plow) -> Sites:
    """The dumps of the profile. Raises StartError where the settings name one that has no fence."""
    fences = [one for one in roads.rules.fences.fences if one.kind == "dump"] if roads else []
    unknown = sorted(plow.dumps.keys() - {one.code for one in fences})
    if unknown:
        known = ", ".join(one.code for one in fences) or ("none" if roads else "none: there is no network of roads")
        raise StartError(f"[plow.dumps.{unknown[0]}]: fences.geojson has no dump of this code; it has {known}")
    found = []
    for fence in sorted(fences, key=lambda one: one.code):
        middle = fence.geometry.representative_point()
        terms = plow.dumps.get(fence.code, Dump())
        found.append(Site(code=fence.code, name=fence.name, lon=middle.x, lat=middle.y, terms=terms))
    return Sites(tuple(found), roads.statuses if roads else frozenset())
