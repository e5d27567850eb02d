"""Trucks that bring snow to the two dumps of the demonstration: on five days before, of which their receivers tell
all at once when the play begins, and on the morning itself, to the nearer dump until it is full.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta

from tests.exercise.scenario import Play
from tests.exercise.telegrams import JST

GATEWAY = "plows"
HEAP, OTHER = "demo-dump", "demo-dump-kita"
OPENED, FULL, CLOSED = timedelta(minutes=20), timedelta(hours=3, minutes=20), timedelta(hours=5)  # as the officer says
_INSIDE = {HEAP: (141.14615, 39.69477), OTHER: (141.1466, 39.7056)}
_LOADS = {HEAP: 12, OTHER: 8}  # of a day before
_DAYS = 5
_MORNING = timedelta(hours=1)  # from when on they drive
_EVERY = timedelta(minutes=15)
_STAY = tuple(timedelta(seconds=s) for s in (0, 60, 120, 180))


def haul(start: datetime) -> list[Play]:
    """Every position of the trucks, in the order of time. Inside the fences only: the way there tells nothing here."""
    return sorted([*_days_before(start), *_this_morning(start)], key=lambda play: play.at)


def _days_before(start: datetime) -> Iterator[Play]:
    for truck, (dump, loads) in enumerate(_LOADS.items(), 1):
        for day in range(1, _DAYS + 1):
            begins = start - timedelta(days=day)
            stays = [begins + n * _EVERY + more for n in range(loads) for more in _STAY]
            yield _burst(start + timedelta(minutes=truck), f"dump-{truck:02}", dump, stays)


def _this_morning(start: datetime) -> Iterator[Play]:
    at, number = start + _MORNING, 0
    while at < start + CLOSED:
        number += 1
        dump = HEAP if at < start + FULL else OTHER
        yield _burst(at + _STAY[-1], f"dump-{1 + number % 2:02}", dump, [at + more for more in _STAY])
        at += _EVERY


def _burst(sent: datetime, truck: str, dump: str, times: list[datetime]) -> Play:
    lon, lat = _INSIDE[dump]
    fixes = [
        {
            "v": 1,
            "time": at.astimezone(JST).isoformat(timespec="seconds"),
            "lon": lon,
            "lat": round(lat + 1e-5 * (number % 3), 6),
            "accuracy_m": 5,
            "speed_kmh": 3.0,
            "heading_deg": 0,
            "activity": "排雪",
            "status": "Exercise",
        }
        for number, at in enumerate(times)
    ]
    return Play(sent, GATEWAY, f"hub/v1/{GATEWAY}/fix/{truck}", json.dumps(fixes, ensure_ascii=False).encode())
