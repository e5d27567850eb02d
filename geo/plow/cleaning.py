"""A vehicle's raw fixes made into pieces on which work may be drawn and credited; every fix dropped has its reason.

In this order: what cannot be believed by itself, repeats, jumps, and then the splits. Fixes are ordered by their own
time first, so the order in which they came never matters.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from geo.plow.track import Track, apart_m


class Dropped(StrEnum):
    """Why a fix is not used."""

    BAD_POSITION = "bad_position"  # no place on earth, or exactly 0, 0: what a receiver without a fix sends
    FUTURE = "future"  # later than it can be: a clock that is wrong, or local time taken for UTC
    ACCURACY = "accuracy"  # the receiver itself says that it hardly knows
    OUT_OF_AREA = "out_of_area"
    DUPLICATE = "duplicate"  # the same vehicle at the same time again: poll feeds repeat what stands still
    JUMP = "jump"  # from both neighbours faster than a plow can be


@dataclass(frozen=True, slots=True, kw_only=True)
class CleaningConfig:
    """What a city may set. The defaults are the practice of the plow maps of other cities."""

    fastest_kmh: float = 80.0
    gap_s: float = 120.0  # a longer silence splits a trace …
    gap_intervals: float = 3.0  # … unless the device's usual interval is so long that this many of them are longer
    worst_accuracy_m: float = 100.0
    ahead_s: float = 120.0  # so much may a clock be fast


PRACTICE = CleaningConfig()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cleaned:
    """The pieces of a trace, and what became of every fix of it: ``len(pieces) + dropped`` is what came in."""

    pieces: tuple[Track, ...]  # each in ascending time, with at least one fix
    dropped: Mapping[Dropped, int]  # only reasons that occurred

    @property
    def kept(self) -> int:
        """How many fixes the pieces hold."""
        return sum(map(len, self.pieces))


def clean(
    raw: Track, *, config: CleaningConfig = PRACTICE, now: float | None = None, within: BaseGeometry | None = None
) -> Cleaned:
    """Clean and split the fixes of one vehicle.

    ``now`` in seconds since 1970 (when the fixes were received, or asked for; None: the future is not looked for),
    ``within`` in degrees (None: anywhere on earth).
    """
    dropped: dict[Dropped, int] = {}

    def without(some: Track, bad: npt.NDArray[np.bool_], why: Dropped) -> Track:
        if bad.any():
            dropped[why] = int(bad.sum())
        return some.take(~bad)

    left = without(raw, _nowhere(raw), Dropped.BAD_POSITION)
    if now is not None:
        left = without(left, left.at > now + config.ahead_s, Dropped.FUTURE)
    left = without(left, left.accuracy_m > config.worst_accuracy_m, Dropped.ACCURACY)
    if within is not None:
        left = without(left, ~shapely.intersects_xy(within, left.lon, left.lat), Dropped.OUT_OF_AREA)
    left = left.take(_by_time(left))
    left = without(left, _repeated(left), Dropped.DUPLICATE)
    left = without(left, _jumps(left, config.fastest_kmh), Dropped.JUMP)
    return Cleaned(pieces=_pieces(left, config), dropped=dropped)


def _nowhere(raw: Track) -> npt.NDArray[np.bool_]:
    on_earth = (np.abs(raw.lon) <= 180) & (np.abs(raw.lat) <= 90)  # NaN is nowhere
    return np.asarray(~on_earth | ((raw.lon == 0) & (raw.lat == 0)))


def _by_time(some: Track) -> npt.NDArray[Any]:
    """Ascending; of several at one time the most accurate first, then by place, so that any order comes out alike."""
    accuracy = np.nan_to_num(some.accuracy_m, nan=np.inf)
    told = (some.speed_kmh, some.heading_deg, some.activity, some.spread_g_m, some.spread_kg)
    beside = [np.nan_to_num(column, nan=-1) for column in told]
    return np.lexsort((*beside, some.lat, some.lon, accuracy, some.at))


def _repeated(ordered: Track) -> npt.NDArray[np.bool_]:
    return np.concatenate([np.zeros(min(1, len(ordered)), dtype=bool), ordered.steps_s == 0])


def _jumps(ordered: Track, fastest_kmh: float) -> npt.NDArray[np.bool_]:
    """Fixes too far from the last good one before and from the next one.

    Walked in order, because a fix between two bad ones is good: its neighbours are those that are left. The first and
    the last have one neighbour and are never jumps; where they are far from it, the trace is split there.
    """
    jumps = np.zeros(len(ordered), dtype=bool)
    fast = ordered.steps_kmh > fastest_kmh
    if not fast.any():
        return jumps
    last = 0  # the last good one
    for place in range(1, len(ordered) - 1):
        came_fast = fast[last] if last == place - 1 else _speed(ordered, last, place) > fastest_kmh
        jumps[place] = came_fast and fast[place]
        last = last if jumps[place] else place
    return jumps


def _speed(ordered: Track, one: int, other: int) -> float:
    places = (ordered.lon[one], ordered.lat[one], ordered.lon[other], ordered.lat[other])
    return float(3.6 * apart_m(*places) / (ordered.at[other] - ordered.at[one]))


def _pieces(ordered: Track, config: CleaningConfig) -> tuple[Track, ...]:
    """Split at every long silence, and where two fixes are too far apart for either to be blamed."""
    if not len(ordered):
        return ()
    steps = ordered.steps_s
    usual = float(np.median(steps)) if len(steps) else 0.0
    apart = (steps > max(config.gap_s, config.gap_intervals * usual)) | (ordered.steps_kmh > config.fastest_kmh)
    borders = [0, *(np.flatnonzero(apart) + 1).tolist(), len(ordered)]
    return tuple(ordered.take(slice(*ends)) for ends in pairwise(borders))
