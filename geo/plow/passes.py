"""What a vehicle did to each segment: a run along it in one direction, with the stretch that it covered.

A run ends where the vehicle leaves the segment, turns round, stops, begins other work, drives too fast to work, or
where its path is not known: nothing is credited that was not driven.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from math import isnan

from geo.plow.matching import PRACTICE as MATCHING
from geo.plow.matching import MatchingConfig, match
from geo.plow.network import Network
from geo.plow.strokes import Stroke, paths
from geo.plow.track import Track


@dataclass(frozen=True, slots=True, kw_only=True)
class PassConfig:
    """What a city may set."""

    transfer_kmh: float = 45.0  # faster is driving to work, not work
    turned_m: float = 25.0  # so far back is a turn, less is the receiver's error
    least_m: float = 15.0  # a shorter run is a corner that the receiver cut, unless it is most of the segment
    complete: float = 0.8  # a segment is done when so much of it is covered


PRACTICE = PassConfig()


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Pass:
    """One run of one vehicle over a segment, whole or in part."""

    began: float  # seconds since 1970
    ended: float
    segment: str  # its id
    from_m: float  # the stretch that was covered, from the segment's beginning
    to_m: float
    length_m: float  # of the segment
    direction: int  # 1 along its drawing, -1 against it
    fixes: int  # how many lay on it; 0 where the vehicle passed between two
    off_m: float  # how far from the line they lay on average: what the match is worth
    activity: str = ""  # one of feeds.activities.ACTIVITIES; empty where the vehicle does not tell
    deicer_kg: float | None = None  # spread on the stretch; None where the vehicle does not tell

    @property
    def share(self) -> float:
        """How much of the segment was covered, 0 to 1."""
        return min(1.0, (self.to_m - self.from_m) / self.length_m) if self.length_m else 1.0


def passes(
    piece: Track, network: Network, config: PassConfig = PRACTICE, matching: MatchingConfig = MATCHING
) -> list[Pass]:
    """The runs of one clean piece of a trace, by time."""
    return runs(paths(piece, match(piece, network, matching), network, config.transfer_kmh), network, config)


def runs(driven: Iterable[list[Stroke]], network: Network, config: PassConfig = PRACTICE) -> list[Pass]:
    """The passes that unbroken movements come to, by time."""
    found: list[Pass] = []
    for path in driven:
        for _, visit in groupby(path, key=lambda stroke: (stroke.segment, stroke.activity)):
            for run in _turns(list(visit), config.turned_m):
                found += _told(run, network, config)
    return found


def _turns(visit: list[Stroke], turned_m: float) -> Iterator[list[Stroke]]:
    """Cut where the vehicle has come back by more than the receiver's error from the farthest place it had reached."""
    begin, way, farthest = 0, 0, 0  # way: 1, -1, or 0 while it has hardly moved
    for place, stroke in enumerate(visit):
        if not way:
            moved = stroke.to_m - visit[begin].from_m
            way = 0 if abs(moved) <= turned_m else (1 if moved > 0 else -1)
            farthest = place
        elif (stroke.to_m - visit[farthest].to_m) * way >= 0:
            farthest = place
        elif (visit[farthest].to_m - stroke.to_m) * way > turned_m:
            yield visit[begin : farthest + 1]
            begin, way, farthest = farthest + 1, -way, place
    yield visit[begin:]


def _told(run: list[Stroke], network: Network, config: PassConfig) -> list[Pass]:
    """The pass, or none for what is shorter than a receiver can tell."""
    number = run[0].segment
    length = float(network.length_m[number])
    ends = [metres for stroke in run for metres in (stroke.from_m, stroke.to_m)]
    low, high = min(ends), max(ends)
    if high - low < min(config.least_m, config.complete * length):
        return []
    fixes = sum(stroke.fixes for stroke in run)
    spread = [stroke.deicer_kg for stroke in run if not isnan(stroke.deicer_kg)]
    return [
        Pass(
            began=run[0].began,
            ended=run[-1].ended,
            segment=network.segments[number].id,
            from_m=round(low, 1),
            to_m=round(high, 1),
            length_m=round(length, 1),
            direction=1 if run[-1].to_m >= run[0].from_m else -1,
            fixes=fixes,
            off_m=round(sum(stroke.off_m for stroke in run) / fixes, 1) if fixes else 0.0,
            activity=run[0].activity,
            deicer_kg=round(sum(spread), 3) if spread else None,
        )
    ]
