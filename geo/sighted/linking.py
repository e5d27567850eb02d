"""Sightings that may be of one animal: chains as hypotheses, each step with its reason.

Two sightings may be of one animal where their kinds and numbers do not contradict each other, no more than three hours
lie between them and 15 km/h would do (both working assumptions, so both can be set). A chain is what a duty officer
asks for when the telephone does not stop: one bear that crosses the town, or three? It says "may be", never "is", and
it is for responders: where an animal was seen is told as squares, where it went is told to nobody else.

The outcome depends on the set of sightings alone, never on the order in which calls were typed in.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import insort
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from math import asin, cos, radians, sin, sqrt

from feeds.finding import ANIMALS, Finding
from feeds.records import Report

_EARTH_M = 6_371_000.0
_HEADS = re.compile(r"(?<!\d)(\d{1,2})\s*頭")


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumed:
    """What is taken for possible. ``apart_m``: how far from the truth two callers together place what both see."""

    gap: timedelta = timedelta(hours=3)
    speed_kmh: float = 15.0
    apart_m: float = 300.0
    same_within: timedelta = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One call: when and where, in degrees. ``number`` of animals where it was told; ``key`` names the report."""

    at: datetime
    key: str
    kind: str
    lon: float
    lat: float
    number: int | None = None


class Apart(StrEnum):
    """Why two sightings cannot be of one animal."""

    KIND = "other_kind"
    NUMBER = "other_number"
    LATE = "too_long_between"
    FAST = "too_fast"


@dataclass(frozen=True, slots=True)
class Step:
    """From one sighting to the next. ``kmh``: what it takes at least; None where nothing moved."""

    after: timedelta
    metres: float
    kmh: float | None

    @property
    def reason(self) -> str:
        """In words: 18分後・1.4 km（時速4.7 km）：移動した可能性."""
        far = f"{self.metres / 1000:.1f} km" if self.metres >= 1000 else f"{self.metres:.0f} m"
        minutes = self.after // timedelta(minutes=1)
        if self.kmh is None:
            return f"{minutes}分後・{far}：同じ目撃の可能性"
        return f"{minutes}分後・{far}（時速{self.kmh:.1f} km）：移動した可能性"


@dataclass(frozen=True, slots=True)
class Chain:
    """Sightings that may be of one animal, oldest first. ``others``: how many other chains its steps fitted too."""

    sightings: tuple[Sighting, ...]
    steps: tuple[Step, ...] = ()
    others: int = 0

    @property
    def key(self) -> str:
        """Named by its first report, so that it keeps its name while it grows."""
        return self.sightings[0].key

    @property
    def places(self) -> int:
        """Separate sightings: calls that may be about one count once."""
        return 1 + sum(step.kmh is not None for step in self.steps)

    @property
    def number(self) -> int | None:
        """Of animals, where any of the calls told it."""
        return next((one.number for one in self.sightings if one.number is not None), None)


def sighting_of(report: Report) -> Sighting | None:
    """A report of an animal as one call; None for other kinds and where no point was told."""
    unseen = report.kind not in ANIMALS or report.finding is Finding.TRACE  # a trace tells nobody when it was made
    if unseen or report.lon is None or report.lat is None:
        return None
    told = _HEADS.search(unicodedata.normalize("NFKC", report.text))
    number = int(told[1]) if told and int(told[1]) else None
    return Sighting(
        at=report.measured_at, key=report.key, kind=report.kind, lon=report.lon, lat=report.lat, number=number
    )


def chains(sightings: Iterable[Sighting], assumed: Assumed) -> tuple[Chain, ...]:
    """Every sighting in exactly one chain, chains by their beginning. Repeats of a key count once, the last given."""
    found: tuple[Chain, ...] = ()
    for one in sorted({one.key: one for one in sightings}.values(), key=_order):
        found = _joined(found, one, assumed)
    return found


def extended(found: Sequence[Chain], one: Sighting, assumed: Assumed) -> tuple[Chain, ...]:
    """The chains with one sighting more: what :func:`chains` makes of all, without asking again what came before it."""
    newest = max((chain.sightings[-1] for chain in found), key=_order, default=None)
    known = any(told.key == one.key for chain in found for told in chain.sightings)
    if not known and (newest is None or _order(newest) < _order(one)):
        return _joined(tuple(found), one, assumed)
    return chains([*(told for chain in found for told in chain.sightings), one], assumed)


def step(earlier: Sighting, later: Sighting, assumed: Assumed) -> Step | Apart:
    """How one animal could have come from the one to the other, or why it could not."""
    if earlier.kind != later.kind:
        return Apart.KIND
    if earlier.number is not None and later.number is not None and earlier.number != later.number:
        return Apart.NUMBER
    after = later.at - earlier.at
    if after > assumed.gap:
        return Apart.LATE
    metres = _metres(earlier, later)
    if metres <= assumed.apart_m and after <= assumed.same_within:
        return Step(after, metres, None)
    hours = after / timedelta(hours=1)
    moved = max(0.0, metres - assumed.apart_m)
    if moved > 1000 * assumed.speed_kmh * hours:
        return Apart.FAST
    return Step(after, metres, moved / 1000 / hours if hours else 0.0)


def _order(one: Sighting) -> tuple[datetime, str]:
    return one.at, one.key


def _joined(found: tuple[Chain, ...], one: Sighting, assumed: Assumed) -> tuple[Chain, ...]:
    """Into the chain that asks least of the animal: the slowest step, then the shortest, then the oldest chain."""
    fits: list[tuple[float, timedelta, float, int, Step]] = []
    for place, chain in enumerate(found):
        way = step(replace(chain.sightings[-1], number=chain.number), one, assumed)
        if isinstance(way, Step):
            insort(fits, (way.kmh or 0.0, way.after, way.metres, place, way), key=lambda fit: fit[:4])
    if not fits:
        return (*found, Chain((one,)))
    *_, place, way = fits[0]
    grown = found[place]
    grown = Chain((*grown.sightings, one), (*grown.steps, way), grown.others + len(fits) - 1)
    return (*found[:place], grown, *found[place + 1 :])


def _metres(one: Sighting, other: Sighting) -> float:
    lon, lat, to_lon, to_lat = (radians(x) for x in (one.lon, one.lat, other.lon, other.lat))
    half = sin((to_lat - lat) / 2) ** 2 + cos(lat) * cos(to_lat) * sin((to_lon - lon) / 2) ** 2
    return 2 * _EARTH_M * asin(sqrt(half))
