"""What a vehicle did with its time, second by second: worked, stood, drove to work, was in the yard.

The spells of a piece are all of it and no second twice, whatever it is cut by afterwards: borders are whole seconds, so
sums are exact. Between two pieces the vehicle was not seen, and there is no spell.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise
from math import floor, isnan
from typing import NamedTuple

import numpy as np

from feeds.activities import ACTIVITIES
from geo.plow.fences import Fences
from geo.plow.network import Network
from geo.plow.stops import standing
from geo.plow.strokes import Stroke
from geo.plow.track import Track


class Doing(StrEnum):
    """What a second is counted as."""

    WORK = "work"  # on a road, no faster than a plow works, and not said to be no work
    STANDBY = "standby"  # 待機: three minutes and more at one place outside the yards
    TRANSFER = "transfer"  # 回送: faster than any plow works, or said to be no work
    YARD = "yard"  # in a depot, at a salt pile or a snow dump
    OFF = "off"  # moving where no road of the network is


_REST = (Doing.OFF, Doing.TRANSFER, Doing.STANDBY, Doing.YARD)  # the later in the row wins


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Spell:
    """A stretch of time of one vehicle, from a second to before another, in seconds since 1970."""

    began: int
    ended: int
    doing: Doing
    activity: str = ""  # of work: one of feeds.activities.ACTIVITIES, or empty where the vehicle does not tell
    administrator: str = ""  # of work: whose road it was
    section: str = ""  # of work: 工区
    metres: float = 0.0  # of work
    deicer_kg: float | None = None  # None where the vehicle does not tell

    @property
    def seconds(self) -> int:
        """How long it lasted."""
        return self.ended - self.began


class _Part(NamedTuple):
    """A spell before its borders are whole seconds."""

    began: float
    ended: float
    spell: Spell  # without its times


def spells(
    piece: Track, driven: Iterable[Sequence[Stroke]], network: Network, fences: Fences, transfer_kmh: float
) -> list[Spell]:
    """All seconds of one clean piece, from its first fix to its last; ``driven`` is its work, by time."""
    if len(piece) < 2:
        return []
    work = (_of(stroke, network) for path in driven for stroke in path)
    return _joined(_overlaid(list(_rest(piece, network, fences, transfer_kmh)), work))


def within(some: Iterable[Spell], begin: int, end: int) -> list[Spell]:
    """The spells cut at two seconds. What they hold beside time is shared out by time."""
    seen = (one for one in some if one.began < end and one.ended > begin)
    return [_cut(one, max(one.began, begin), min(one.ended, end)) for one in seen]


def cut(one: Spell, borders: Iterable[int]) -> Iterator[Spell]:
    """One spell in pieces, at those of the seconds that lie in it; together they last as long as it did."""
    inside = sorted({border for border in borders if one.began < border < one.ended})
    for begin, end in pairwise([one.began, *inside, one.ended]):
        yield _cut(one, begin, end)


def _cut(one: Spell, begin: int, end: int) -> Spell:
    if (begin, end) == (one.began, one.ended):
        return one
    share = (end - begin) / one.seconds
    kg = None if one.deicer_kg is None else one.deicer_kg * share
    return replace(one, began=begin, ended=end, metres=one.metres * share, deicer_kg=kg)


def _of(stroke: Stroke, network: Network) -> _Part:
    road = network.segments[stroke.segment]
    spell = Spell(
        began=0,
        ended=0,
        doing=Doing.WORK,
        activity=stroke.activity,
        administrator=road.administrator,
        section=road.section,
        metres=abs(stroke.to_m - stroke.from_m),
        deicer_kg=None if isnan(stroke.deicer_kg) else stroke.deicer_kg,
    )
    return _Part(stroke.began, stroke.ended, spell)


def _rest(piece: Track, network: Network, fences: Fences, transfer_kmh: float) -> Iterator[_Part]:
    """What every step of the piece is where it is not work."""
    east, north = network.plane.metres(piece.lon, piece.lat)
    yard, none = fences.holds(piece), piece.activity == ACTIVITIES.index("none")
    kinds = np.zeros(len(piece) - 1, dtype=int)
    kinds[(piece.steps_kmh > transfer_kmh) | none[1:]] = _REST.index(Doing.TRANSFER)
    kinds[standing(piece.at, east, north)] = _REST.index(Doing.STANDBY)
    kinds[yard[1:] | yard[:-1]] = _REST.index(Doing.YARD)
    borders = [0, *(np.flatnonzero(np.diff(kinds)) + 1).tolist(), len(kinds)]
    for begin, end in pairwise(borders):
        doing = _REST[kinds[begin]]
        yield _Part(float(piece.at[begin]), float(piece.at[end]), Spell(began=0, ended=0, doing=doing))


def _overlaid(rest: Sequence[_Part], work: Iterable[_Part]) -> Iterator[_Part]:
    """Work, and the rest where there is none: parts that follow each other without a hole."""
    reached, place = rest[0].began, 0

    def up_to(until: float) -> Iterator[_Part]:
        nonlocal reached, place
        while reached < until:
            while rest[place].ended <= reached:
                place += 1
            end = min(until, rest[place].ended)
            yield _Part(reached, end, rest[place].spell)
            reached = end

    for part in work:
        yield from up_to(part.began)
        yield part
        reached = max(reached, part.ended)
    yield from up_to(rest[-1].ended)


def _joined(parts: Iterable[_Part]) -> list[Spell]:
    """Borders at whole seconds, and what is alike put together. What rounds to no time is left out."""
    found: list[Spell] = []
    for part in parts:
        began, ended = (floor(border + 0.5) for border in part[:2])
        one = replace(part.spell, began=began, ended=ended)
        last = found[-1] if found else None
        if last and _alike(last, one):
            kg = [kg for kg in (last.deicer_kg, one.deicer_kg) if kg is not None]
            found[-1] = replace(last, ended=ended, metres=last.metres + one.metres, deicer_kg=sum(kg) if kg else None)
        elif began < ended:
            found.append(one)
    return found


def _alike(one: Spell, other: Spell) -> bool:
    kept = ("doing", "activity", "administrator", "section")
    return all(getattr(one, name) == getattr(other, name) for name in kept)
