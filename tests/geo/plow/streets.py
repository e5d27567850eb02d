"""Small street networks for tests: lines in metres east and north of the place of ``making``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import shapely

from geo.plow.network import Network, length_m
from geo.plow.segment import Segment
from tests.geo.plow.making import lat_of, lon_of

Line = Sequence[tuple[float, float]]


def segment(key: str, line: Line, **facts: Any) -> Segment:
    drawn = shapely.LineString([(lon_of(east), lat_of(north)) for east, north in line])
    return Segment(id=key, geometry=drawn, length_m=length_m(drawn), **facts)


def network(lines: Mapping[str, Line], **facts: Mapping[str, Any]) -> Network:
    """``facts`` by segment: ``main={"oneway": True}``."""
    return Network([segment(key, line, **facts.get(key, {})) for key, line in lines.items()])


def grid(columns: int, rows: int, block_m: float = 100.0) -> Network:
    """Streets ``hX_Y`` from (X, Y) eastward and ``vX_Y`` northward, in blocks."""
    lines: dict[str, Line] = {}
    for x in range(columns + 1):
        for y in range(rows + 1):
            here = (x * block_m, y * block_m)
            if x < columns:
                lines[f"h{x}_{y}"] = (here, (here[0] + block_m, here[1]))
            if y < rows:
                lines[f"v{x}_{y}"] = (here, (here[0], here[1] + block_m))
    return network(lines)
