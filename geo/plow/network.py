"""All segments of a city, ready to be matched: on a plane in metres, in a tree, and with the ways between them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import cos, radians

import numpy as np
import numpy.typing as npt
import shapely

from geo.plow.noding import nodes
from geo.plow.routes import Routes
from geo.plow.segment import Segment
from geo.plow.track import Column, apart_m

_DEGREE_M = 111_195.08  # of latitude, on the sphere that distances are measured on
_AROUND = 0.05  # degrees, some 5 km: a plow that is farther away works for somebody else


@dataclass(frozen=True, slots=True)
class Plane:
    """A map of the city in metres around its middle; within 30 km of it lengths are right to 0.3 %."""

    lon: float
    lat: float

    def metres(self, lon: Column, lat: Column) -> tuple[Column, Column]:
        """East and north of the middle."""
        return (lon - self.lon) * _DEGREE_M * cos(radians(self.lat)), (lat - self.lat) * _DEGREE_M


class Network:
    """Segments in the order given; a segment's number is its place. Replaced whole, never changed."""

    def __init__(self, segments: Sequence[Segment], route_bound_m: float = 1000.0) -> None:
        if not segments:
            raise ValueError("a network without segments: import one, or draw it in the profile's network/ folder")
        self.segments = tuple(segments)
        self.numbers = {segment.id: number for number, segment in enumerate(self.segments)}
        if len(self.numbers) != len(self.segments):
            counted = Counter(segment.id for segment in self.segments)
            twice = sorted(one for one, count in counted.items() if count > 1)
            raise ValueError(f"segment ids occur twice: {', '.join(twice[:5])}; give each its own")
        drawn = np.array([segment.geometry for segment in self.segments], dtype=object)
        west, south, east, north = self.bounds = tuple(map(float, shapely.total_bounds(drawn)))
        self.box = shapely.box(west - _AROUND, south - _AROUND, east + _AROUND, north + _AROUND)
        self.plane = Plane((west + east) / 2, (south + north) / 2)
        self.lines = shapely.transform(drawn, self.plane.metres, interleaved=False)
        self.length_m: Column = shapely.length(self.lines)
        self.oneway: npt.NDArray[np.bool_] = np.array([segment.oneway for segment in self.segments])
        self.begins, self.ends = nodes(drawn.tolist())
        self.tree = shapely.STRtree(self.lines)
        self._route_bound_m = route_bound_m

    def __len__(self) -> int:
        return len(self.segments)

    @cached_property
    def routes(self) -> Routes:
        """The ways between junctions, worked out when first asked for: only matching needs them.

        A city of 40,000 segments takes ten seconds and 300 MB for it, and most processes of a hub only draw and name.
        """
        return Routes(self.begins, self.ends, self.length_m, self.oneway, self._route_bound_m)


def length_m(line: shapely.LineString) -> float:
    """Metres along a line given in degrees."""
    lon, lat = shapely.get_coordinates(line).T
    return float(apart_m(lon[:-1], lat[:-1], lon[1:], lat[1:]).sum())
