"""What a vehicle did with its time, second by second: worked, stood, drove to work, was in the yard.

The spells of a piece are all of it and no second twice, whatever it is cut by afterwards: borders are whole seconds, so
sums are exact. Between two pieces the vehicle was not seen, and there is no spell.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise
from math import floor, isnan, nan
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
    place: str = ""  # of a yard: the code of the fence

    @property
    def seconds(self) -> int:
        """How long it lasted."""
        return self.ended - self.began


class _Kind(NamedTuple):
    """What makes two stretches of time one spell."""

    doing: Doing
    activity: str = ""
    administrator: str = ""
    section: str = ""
    place: str = ""


class _Part(NamedTuple):
    """A spell before its borders are whole seconds. Plain numbers: there is one for every movement."""

    began: float
    ended: float
    kind: _Kind
    metres: float = 0.0
    kg: float = nan  # not told

    def with_next(self, other: _Part) -> _Part:
        """The two as one, from the beginning of this to the end of the other."""
        kg = other.kg if isnan(self.kg) else self.kg if isnan(other.kg) else self.kg + other.kg
        return _Part(self.began, other.ended, self.kind, self.metres + other.metres, kg)


def spells(
    piece: Track, driven: Iterable[Sequence[Stroke]], network: Network, fences: Fences, transfer_kmh: float
) -> list[Spell]:
    """All seconds of one clean piece, from its first fix to its last; ``driven`` is its work, by time."""
    if len(piece) < 2:
        return []
    parts = _overlaid(list(_rest(piece, network, fences, transfer_kmh)), _work(driven, network))
    return [_spell(one) for one in _joined(_whole(part) for part in parts) if one.began < one.ended]


def within(some: Iterable[Spell], begin: int, end: int) -> list[Spell]:
    """The spells cut at two seconds. What they hold beside time is shared out by time."""
    seen = (one for one in some if one.began < end and one.ended > begin)
    return [_cut(one, max(one.began, begin), min(one.ended, end)) for one in seen]


def cut(one: Spell, borders: Iterable[int]) -> Iterator[Spell]:
    """One spell in pieces, at those of the seconds that lie in it; together they last as long as it did."""
    inside = sorted({border for border in borders if one.began < border < one.ended})
    if not inside:
        yield one
        return
    for begin, end in pairwise([one.began, *inside, one.ended]):
        yield _cut(one, begin, end)


def _cut(one: Spell, begin: int, end: int) -> Spell:
    if (begin, end) == (one.began, one.ended):
        return one
    share = (end - begin) / one.seconds
    kg = None if one.deicer_kg is None else one.deicer_kg * share
    return replace(one, began=begin, ended=end, metres=one.metres * share, deicer_kg=kg)


def _work(driven: Iterable[Sequence[Stroke]], network: Network) -> Iterator[_Part]:
    """Movements, those that follow each other on like roads put together: a tight loop, there are millions."""
    kinds: dict[tuple[int, str], _Kind] = {}
    same: dict[_Kind, _Kind] = {}
    kind, began, ended, metres, kg = _Kind(Doing.WORK), nan, nan, 0.0, nan
    for path in driven:
        for segment, start, end, since, until, _, _, activity, spread in path:
            one = kinds.get((segment, activity))
            if one is None:
                road = network.segments[segment]
                one = _Kind(Doing.WORK, activity, road.administrator, road.section)
                one = kinds[segment, activity] = same.setdefault(one, one)
            if one is kind and since == ended:
                ended, metres = until, metres + abs(end - start)
                if not isnan(spread):
                    kg = spread if isnan(kg) else kg + spread
                continue
            if not isnan(ended):
                yield _Part(began, ended, kind, metres, kg)
            kind, began, ended, metres, kg = one, since, until, abs(end - start), spread
    if not isnan(ended):
        yield _Part(began, ended, kind, metres, kg)


def _rest(piece: Track, network: Network, fences: Fences, transfer_kmh: float) -> Iterator[_Part]:
    """What every step of the piece is where it is not work."""
    east, north = network.plane.metres(piece.lon, piece.lat)
    fence, none = fences.which(piece), piece.activity == ACTIVITIES.index("none")
    place = np.where(fence[1:] >= 0, fence[1:], fence[:-1])  # a step that touches a fence belongs to it
    kinds = np.zeros(len(piece) - 1, dtype=int)
    kinds[(piece.steps_kmh > transfer_kmh) | none[1:]] = _REST.index(Doing.TRANSFER)
    kinds[standing(piece.at, east, north)] = _REST.index(Doing.STANDBY)
    kinds[place >= 0] = _REST.index(Doing.YARD)
    borders = [0, *(np.flatnonzero(np.diff(kinds) | np.diff(place)) + 1).tolist(), len(kinds)]
    for begin, end in pairwise(borders):
        code = fences.fences[place[begin]].code if place[begin] >= 0 else ""
        yield _Part(float(piece.at[begin]), float(piece.at[end]), _Kind(_REST[kinds[begin]], place=code))


def _overlaid(rest: Sequence[_Part], work: Iterable[_Part]) -> Iterator[_Part]:
    """Work, and the rest where there is none: parts that follow each other without a hole."""
    reached, place = rest[0].began, 0

    def up_to(until: float) -> Iterator[_Part]:
        nonlocal reached, place
        while reached < until:
            while rest[place].ended <= reached:
                place += 1
            end = min(until, rest[place].ended)
            yield _Part(reached, end, rest[place].kind)
            reached = end

    for part in work:
        yield from up_to(part.began)
        yield part
        reached = max(reached, part.ended)
    yield from up_to(rest[-1].ended)


def _joined(parts: Iterable[_Part]) -> Iterator[_Part]:
    """What is alike and follows each other put together."""
    last: _Part | None = None
    for part in parts:
        if last is not None and last.kind == part.kind and last.ended == part.began:
            last = last.with_next(part)
        else:
            if last is not None:
                yield last
            last = part
    if last is not None:
        yield last


def _whole(part: _Part) -> _Part:
    """Borders at whole seconds: two that touch still do."""
    return part._replace(began=floor(part.began + 0.5), ended=floor(part.ended + 0.5))


def _spell(part: _Part) -> Spell:
    return Spell(
        began=int(part.began),
        ended=int(part.ended),
        doing=part.kind.doing,
        activity=part.kind.activity,
        administrator=part.kind.administrator,
        section=part.kind.section,
        metres=part.metres,
        deicer_kg=None if isnan(part.kg) else part.kg,
        place=part.kind.place,
    )
