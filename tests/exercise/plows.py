"""Three machines that clear the demonstration network: their ways, and the positions that a gateway sends of them."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from tests.exercise.scenario import Play
from tests.exercise.telegrams import JST

GATEWAY = "plows"
SECTION = "plow-chuo"  # where the demonstration network lies
EVERY = timedelta(seconds=10)  # between two positions
BURST = timedelta(minutes=2)  # a gateway sends what it has so often
_KMH = {"除雪": 7.0, "回送": 25.0}
_LAT_M, _LON_M = 111_000.0, 85_500.0  # metres of a degree at Morioka

# The crossings of the network by column (west to east) and row (south to north).
_COLUMNS = {
    "W": 141.144753, "N": 141.15, "A": 141.151749, "B": 141.153498, "C": 141.155247, "D": 141.156996, "E": 141.158745,
}  # fmt: skip
_ROWS = {"0": 39.696298, "1": 39.699, "2": 39.700351, "3": 39.701702, "4": 39.703053, "5": 39.704404}
_PLACES = {
    **{column + row: (lon, lat) for column, lon in _COLUMNS.items() for row, lat in _ROWS.items()},
    "depot": (141.1509, 39.6981),
    "bend-east": (141.158628, 39.698802),  # of 見本側道
    "bend-west": (141.151866, 39.698802),
}


@dataclass(frozen=True)
class Leg:
    """A stretch that a machine drives in one go: what it says it does, and by which places."""

    activity: str
    places: str


WAYS: dict[str, tuple[Leg, ...]] = {
    "plow-01": (
        Leg("回送", "depot N1 W1"),
        Leg("除雪", "W1 W5 W3 E3 E5 N5"),
        Leg("回送", "N5 N4"),
        Leg("除雪", "N4 E4"),
        Leg("回送", "E4 E3 N3 N1 depot"),
    ),
    "plow-02": (
        Leg("回送", "depot N1 N2"),
        Leg("除雪", "N2 E2 E1 bend-east bend-west A1 A5 B5 B1 C1 C5 D5 D1"),  # B1 to C1 is the prefecture's
        Leg("回送", "D1 N1 depot"),
    ),
    "plow-03": (
        Leg("回送", "depot N1 N0"),
        Leg("除雪", "N0 W0 W1 W0 N0"),
        Leg("回送", "N0 N1 depot"),
    ),
}
WAITS_LONGEST = (141.157005, 39.70238)  # in front of a house at the last street of plow-02


def drive(leaves: datetime) -> list[Play]:
    """Bursts of positions of all machines that leave the depot at that time, in the order of time."""
    return sorted((play for name, legs in WAYS.items() for play in _bursts(name, legs, leaves)), key=lambda one: one.at)


def _bursts(name: str, legs: Sequence[Leg], leaves: datetime) -> Iterator[Play]:
    waiting: list[dict[str, object]] = []
    sent = leaves
    at = leaves
    for fix in _fixes(legs):
        at += EVERY
        waiting.append({"v": 1, "time": at.astimezone(JST).isoformat(timespec="seconds"), **fix, "status": "Exercise"})
        if at - sent >= BURST:
            yield _burst(name, waiting, at)
            waiting, sent = [], at
    if waiting:
        yield _burst(name, waiting, at)


def _burst(name: str, fixes: Sequence[dict[str, object]], at: datetime) -> Play:
    return Play(at, GATEWAY, f"hub/v1/{GATEWAY}/fix/{name}", json.dumps(fixes, ensure_ascii=False).encode())


def _fixes(legs: Sequence[Leg]) -> Iterator[dict[str, object]]:
    """Where the machine is every ten seconds, with the two metres that a receiver is wrong by."""
    number = 0
    for leg in legs:
        step = _KMH[leg.activity] / 3.6 * EVERY.total_seconds()
        for lon, lat, heading in _along([_PLACES[place] for place in leg.places.split()], step):
            number += 1
            yield {
                "lon": round(lon + 2.0 / _LON_M * math.sin(number * 1.7), 6),
                "lat": round(lat + 2.0 / _LAT_M * math.cos(number * 2.3), 6),
                "accuracy_m": 5,
                "speed_kmh": _KMH[leg.activity],
                "heading_deg": round(heading),
                "activity": leg.activity,
            }


def _along(places: Sequence[tuple[float, float]], step_m: float) -> Iterator[tuple[float, float, float]]:
    """Longitude, latitude and heading every ``step_m`` metres of the way."""
    left = 0.0  # metres to the next position
    for (lon, lat), (to_lon, to_lat) in pairwise(places):
        east, north = (to_lon - lon) * _LON_M, (to_lat - lat) * _LAT_M
        length, heading = math.hypot(east, north), math.degrees(math.atan2(east, north)) % 360
        while left < length:
            share = left / length
            yield lon + (to_lon - lon) * share, lat + (to_lat - lat) * share, heading
            left += step_m
        left -= length
