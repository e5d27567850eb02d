"""Lines of a road map cut where they meet, so that every piece runs from junction to junction.

Two lines meet where they share a vertex: a bridge crosses without one, and so do the maps that this is for (N13,
OpenStreetMap). Nothing is snapped: ends that nearly meet are told, not joined.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from geo.plow.track import apart_m

_GRID = 1e-7  # degrees, about a centimetre: the same vertex in two lines


def cut_at_junctions(lines: Sequence[Any]) -> list[list[Any]]:
    """The pieces of each line, in its direction. A vertex is a junction where another line has it, or a line twice."""
    coordinates, which = shapely.get_coordinates(lines, return_index=True)
    vertex = _numbered(coordinates)
    inner = np.ones(len(vertex), dtype=bool)
    borders = np.flatnonzero(np.diff(which, prepend=-1, append=len(lines)))
    inner[borders[:-1]], inner[borders[1:] - 1] = False, False
    junction = np.bincount(vertex)[vertex] > 1
    pieces = []
    for begin, end in pairwise(borders.tolist()):
        cuts = [begin, *(np.flatnonzero((junction & inner)[begin:end]) + begin).tolist(), end - 1]
        parts = [coordinates[one : other + 1] for one, other in pairwise(cuts)]
        pieces.append([shapely.LineString(part) for part in parts])
    return pieces


def nodes(lines: Sequence[Any]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The numbers of the places where each line begins and ends, both of shape (lines,)."""
    ends = np.array([shapely.get_coordinates(line)[[0, -1]] for line in lines]).reshape(-1, 2)
    numbers = _numbered(ends).reshape(-1, 2)
    return numbers[:, 0], numbers[:, 1]


def near_misses(lines: Sequence[Any], within_m: float) -> list[tuple[float, float]]:
    """Dead ends (longitude, latitude) with another line this near but no junction: mostly faults of the drawing."""
    ends = np.array([shapely.get_coordinates(line)[[0, -1]] for line in lines]).reshape(-1, 2)
    number = _numbered(ends)
    dead = np.flatnonzero(np.bincount(number)[number] == 1)
    tree = shapely.STRtree(lines)
    points = shapely.points(ends[dead])
    degrees = within_m / 50_000  # generous: a degree of longitude is longer than that below 63° north
    place, line = tree.query(points, predicate="dwithin", distance=degrees)
    other = line != dead[place] // 2
    place, line = place[other], line[other]
    nearest = shapely.get_coordinates(shapely.shortest_line(points[place], np.array(lines, dtype=object)[line]))
    here, there = nearest[0::2], nearest[1::2]
    close = apart_m(here[:, 0], here[:, 1], there[:, 0], there[:, 1]) <= within_m
    return [(float(lon), float(lat)) for lon, lat in ends[dead][np.unique(place[close])]]


def _numbered(coordinates: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    rounded = np.round(coordinates / _GRID).astype(np.int64)
    return np.asarray(np.unique(rounded, axis=0, return_inverse=True)[1].reshape(-1), dtype=np.int64)
