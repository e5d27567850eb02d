"""Areas: named polygons with a code. District 町丁目, river section, plow section, the city itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import shapely
from shapely.geometry.base import BaseGeometry


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A named polygon. Geometry in degrees, longitude first (JGD2011, which equals WGS 84 here)."""

    code: str
    name: str
    kind: str  # city, district, plow_section, mesh
    geometry: BaseGeometry
    name_en: str = ""
    reading: str = ""  # かな


class Areas:
    """All areas of a city, looked up by code or by point. One STRtree, replaced whole and never changed."""

    def __init__(self, areas: Iterable[Area]) -> None:
        self._areas = list(areas)
        self._by_code = {area.code: area for area in self._areas}
        if len(self._by_code) != len(self._areas):
            codes = [area.code for area in self._areas]
            twice = sorted({code for code in codes if codes.count(code) > 1})
            raise ValueError(f"area codes occur twice: {', '.join(twice)}; give each area its own code")
        self._tree = shapely.STRtree([area.geometry for area in self._areas])
        self._around: dict[str, frozenset[str]] = {}

    def __len__(self) -> int:
        return len(self._areas)

    def __iter__(self) -> Iterator[Area]:
        return iter(self._areas)

    def get(self, code: str) -> Area | None:
        return self._by_code.get(code)

    def of_kind(self, kind: str) -> list[Area]:
        return [area for area in self._areas if area.kind == kind]

    def around(self, code: str) -> frozenset[str]:
        """The codes of the areas in which this one lies, but for a strip that another draughtsman drew; its own too.

        Of a code that nobody knows, itself alone. Looked up once per area: the tree leaves few to be cut.
        """
        if code not in self._around:
            area = self.get(code)
            self._around[code] = self.holding(area) if area else frozenset({code})
        return self._around[code]

    def holding(self, area: Area) -> frozenset[str]:
        """The same of an area that need not be one of these, such as a square of the mesh."""
        near = self.touching(area.geometry)
        return frozenset({area.code, *(one.code for one in near if _holds(one, area))})

    def at(self, lon: float, lat: float, kind: str | None = None) -> list[Area]:
        """Areas holding the point, border included."""
        found = self._tree.query(shapely.Point(lon, lat), predicate="intersects")
        return [a for a in (self._areas[i] for i in sorted(found)) if kind is None or a.kind == kind]

    def touching(self, geometry: BaseGeometry, kind: str | None = None) -> list[Area]:
        """Areas that share at least a point with the geometry."""
        found = self._tree.query(geometry, predicate="intersects")
        return [a for a in (self._areas[i] for i in sorted(found)) if kind is None or a.kind == kind]


_STRIP = 0.02  # of the inner area


def _holds(large: Area, small: Area) -> bool:
    """Of two that touch."""
    outside = small.geometry.difference(large.geometry)
    return bool(outside.area <= _STRIP * small.geometry.area)
