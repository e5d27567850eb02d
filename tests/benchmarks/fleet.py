"""A made fleet: each vehicle turns as it likes at each corner of a made town, and tells where it is every ten seconds.

Where a vehicle has been follows from its number alone, however much of its day is asked for at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from random import Random

import numpy as np

from feeds.records import Fix
from geo.plow.network import Network
from geo.plow.track import Track
from tests.geo.plow.making import START, made
from tests.geo.plow.streets import grid

EVERY_S = 10  # seconds between two fixes of a vehicle
BEGAN = datetime.fromtimestamp(START, UTC)
_ERROR_M = 5.0
_TWICE = 20  # one fix in so many comes twice
_SECTION = 12  # blocks along each side of a plow section


def city(side: int) -> Network:
    """Streets in blocks of 100 m that the city clears, in sections of twelve blocks by twelve."""
    streets = []
    for one in grid(side, side).segments:
        x, y = one.id[1:].split("_")
        section = f"s{int(x) // _SECTION}_{int(y) // _SECTION}"
        streets.append(replace(one, administrator="city", section=section))
    return Network(streets)


def driven(number: int, count: int, side: int) -> Track:
    """The first fixes of a vehicle, one in twenty of them twice."""
    track = next(_tracks(number, count, side))
    return track.take(np.sort(np.concatenate([np.arange(count), np.arange(0, count, _TWICE)])))


def fixes(number: int, count: int, side: int) -> Iterator[list[Fix]]:
    """A vehicle's fixes without an end, so many at a time."""
    for track in _tracks(number, count, side):
        rows = zip(track.at.tolist(), track.lon.tolist(), track.lat.tolist(), strict=True)
        yield [
            Fix(gateway="gw", vehicle=f"p{number}", measured_at=datetime.fromtimestamp(at, UTC), lon=lon, lat=lat)
            for at, lon, lat in rows
        ]


def _tracks(number: int, count: int, side: int) -> Iterator[Track]:
    way, noise, first = _way(number, side), np.random.default_rng(number), 0
    while True:
        seen = np.array(list(islice(way, count))) + noise.normal(0, _ERROR_M, (count, 2))
        yield made([(EVERY_S * (first + row), *place) for row, place in enumerate(seen)])
        first += count


def _way(number: int, side: int) -> Iterator[tuple[float, float]]:
    """Places in metres, half a block apart: 18 km/h."""
    random = Random(number)
    x, y = random.randrange(side), random.randrange(side)
    yield 100.0 * x, 100.0 * y
    while True:
        step = random.choice([(1, 0), (-1, 0), (0, 1), (0, -1)])
        if 0 <= x + step[0] <= side and 0 <= y + step[1] <= side:
            x, y = x + step[0], y + step[1]
            yield 100.0 * x - 50 * step[0], 100.0 * y - 50 * step[1]
            yield 100.0 * x, 100.0 * y
