"""Tracks made for tests: metres east and north of a place in Morioka, and seconds after an evening in January."""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, radians

import numpy as np

from geo.plow.track import Track, track

LON, LAT = 141.15, 39.70
START = 1_768_400_000.0
DEGREE_M = 111_195.0


def lon_of(east_m: float) -> float:
    return LON + east_m / (DEGREE_M * cos(radians(LAT)))


def lat_of(north_m: float) -> float:
    return LAT + north_m / DEGREE_M


def made(points: Sequence[tuple[float, float, float]], accuracy_m: Sequence[float] | None = None) -> Track:
    """A track of (seconds, metres east, metres north)."""
    table = np.array(points, dtype=float).reshape(-1, 3)
    at, lon, lat = START + table[:, 0], lon_of(1) - lon_of(0), lat_of(1) - lat_of(0)
    accuracy = None if accuracy_m is None else np.array(accuracy_m, dtype=float)
    return track(at, LON + lon * table[:, 1], LAT + lat * table[:, 2], accuracy)
