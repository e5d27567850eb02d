"""Which road a place is on, for one who asks about it: the nearest segment, and what is told of it in public."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from geo.plow.network import Network
from geo.plow.segment import Segment

REACH_M = 60.0  # a phone's position in a house by the road, or a finger on a map


@dataclass(frozen=True, slots=True)
class Placed:
    """A segment, how far from it the place is, and its own middle: the same for all who ask about the road."""

    segment: Segment
    distance_m: float
    middle: tuple[float, float]  # lon, lat


def placed(network: Network, lon: float, lat: float, at_most_m: float = REACH_M) -> Placed | None:
    """The nearest segment within reach; of two at the same distance the first by id. Degrees, WGS 84."""
    (east,), (north,) = network.plane.metres(np.array([lon]), np.array([lat]))
    numbers, distances = network.tree.query_nearest(
        shapely.Point(east, north), max_distance=at_most_m, return_distance=True
    )
    if not len(numbers):
        return None
    segment = min((network.segments[number] for number in numbers), key=lambda one: one.id)
    return Placed(segment, float(distances[0]), middle_of(segment))


def middle_of(segment: Segment) -> tuple[float, float]:
    """Longitude and latitude of the place halfway along it."""
    middle = segment.geometry.interpolate(0.5, normalized=True)
    return round(middle.x, 6), round(middle.y, 6)
