"""A matched trace as movements along segments, broken wherever nothing may be credited."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from feeds.activities import ACTIVITIES
from geo.plow.matching import Matched
from geo.plow.network import Network
from geo.plow.stops import standing
from geo.plow.track import Track
from geo.plow.ways import ALONG, stretches, ways_m

_Place: TypeAlias = tuple[int, float]  # a segment's number, and the metres from its beginning
_Step: TypeAlias = tuple[_Place, _Place, int]  # from, to, by which way


class Stroke(NamedTuple):
    """A movement on one segment between two fixes, or the part of it that lies on the segment."""

    segment: int  # its number
    from_m: float
    to_m: float
    began: float
    ended: float
    fixes: int
    off_m: float  # sum over the fixes
    activity: str
    deicer_kg: float  # NaN where the vehicle does not tell


class _Spread(NamedTuple):
    """What a spreader tells about one step. NaN where it does not."""

    kg: float  # how far its counter went on; NaN too where it was set to nothing
    g_m: float

    def over(self, metres: float, whole: float) -> float:
        """Kilograms on some metres of the step; the counter is believed before the setting."""
        if self.kg >= 0:
            return self.kg * metres / whole if whole else 0.0
        return self.g_m * metres / 1000


def paths(piece: Track, matched: Matched, network: Network, transfer_kmh: float) -> Iterator[list[Stroke]]:
    """Unbroken sequences of strokes. Broken where no road joins two fixes, at stops, by speed, and by "no work"."""
    part = piece.take(matched.fix)
    works = matched.joined[1:] & _working(part, network, transfer_kmh)
    told, spread = part.activity.tolist(), _spread(part)
    path: list[Stroke] = []
    for place, (step, times) in enumerate(zip(_steps(matched, network), pairwise(part.at.tolist()), strict=True), 1):
        if works[place - 1]:
            activity = ACTIVITIES[int(told[place])] if told[place] >= 0 else ""
            path += _strokes(step, times, float(matched.off_m[place]), activity, network, spread[place - 1])
        elif path:
            yield path
            path = []
    if path:
        yield path


def _spread(part: Track) -> list[_Spread]:
    """Step by step."""
    return [_Spread(*told) for told in zip(np.diff(part.spread_kg).tolist(), part.spread_g_m[1:].tolist(), strict=True)]


def _working(part: Track, network: Network, transfer_kmh: float) -> npt.NDArray[np.bool_]:
    """Which steps may be work: not standing, not faster than any plow, and not said to be none."""
    east, north = network.plane.metres(part.lon, part.lat)
    none = part.activity == ACTIVITIES.index("none")
    stands = standing(part.at, east, north)
    return np.asarray(~stands & (part.steps_kmh <= transfer_kmh) & ~none[1:])


def _steps(matched: Matched, network: Network) -> Iterator[_Step]:
    places = list(zip(matched.segment.tolist(), matched.along_m.tolist(), strict=True))
    of, to = ((matched.segment[part], matched.along_m[part]) for part in (slice(None, -1), slice(1, None)))
    _, choices = ways_m(network, of, to)
    for (one, other), choice in zip(pairwise(places), choices.tolist(), strict=True):
        yield one, other, choice


def _strokes(
    step: _Step, times: tuple[float, float], off_m: float, activity: str, network: Network, spread: _Spread
) -> list[Stroke]:
    """One step: along the segment, or out of one, over those between, into the other. Time goes with the metres."""
    began, ended = times
    if step[2] == ALONG:
        (segment, start), (_, end), _ = step
        kg = spread.over(abs(end - start), abs(end - start))
        return [Stroke(segment, start, end, began, ended, 1, off_m, activity, kg)]
    parts = stretches(network, *step)
    whole = sum(abs(end - start) for _, start, end in parts)
    strokes, gone, first = [], 0.0, began
    for count, (segment, start, end) in enumerate(parts, 1):
        gone += abs(end - start)
        last = count == len(parts)
        then = ended if last else began + (ended - began) * (gone / whole if whole else 0.0)
        kg = spread.over(abs(end - start), whole)
        strokes.append(Stroke(segment, start, end, first, then, int(last), off_m if last else 0.0, activity, kg))
        first = then
    return strokes
