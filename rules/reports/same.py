"""Which reports may be about one event: for the desk to look at. Nothing here joins anything."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from geo.sighted.gathering import great_circle_m
from rules.reports.case import OPEN, Case
from rules.reports.kinds import kind_of

MOST = 5  # of one case: the rest show once these are merged


@dataclass(frozen=True, slots=True)
class Likeness:
    """Two cases that may be one event; the older stands first. ``metres``: None where one has no point."""

    first: int
    second: int
    metres: float | None
    minutes: float


def likely_same(cases: Iterable[Case]) -> dict[int, list[Likeness]]:
    """Pairs of one kind and status, both open and by themselves, so near and so soon as their kind allows, by the
    number of a case: the oldest first, at most :data:`MOST` of each, as these are what it may be merged into."""
    alone = [one for one in cases if one.state in OPEN and one.same_as is None]
    groups: dict[tuple[str, str], list[Case]] = {}
    for one in sorted(alone, key=lambda one: (one.seen_at, one.id)):
        groups.setdefault((one.status.value, one.kind), []).append(one)
    found: dict[int, list[Likeness]] = {one.id: [] for one in alone}
    for some in groups.values():
        for pair in _pairs(some, found):
            for number in (pair.first, pair.second):
                if len(found[number]) < MOST:
                    found[number].append(pair)
    return found


def _pairs(cases: Sequence[Case], found: Mapping[int, Sequence[Likeness]]) -> Iterator[Likeness]:
    for place, one in enumerate(cases):
        kind = kind_of(one.kind)
        for other in cases[place + 1 :]:
            if other.seen_at - one.seen_at > kind.gap:
                break  # the rest are later still
            if len(found[one.id]) >= MOST and len(found[other.id]) >= MOST:
                continue  # a night of calls about one thing has a hundred thousand pairs
            metres = apart_m(one, other)
            if metres is None and one.place and one.place == other.place:
                yield Likeness(one.id, other.id, None, _minutes(one, other))
            elif metres is not None and metres <= kind.near_m:
                yield Likeness(one.id, other.id, metres, _minutes(one, other))


def apart_m(one: Case, other: Case) -> float | None:
    """Metres between two points on the sphere; None where one has none."""
    if one.lon is None or one.lat is None or other.lon is None or other.lat is None:
        return None
    return great_circle_m((one.lon, one.lat), (other.lon, other.lat))


def _minutes(one: Case, other: Case) -> float:
    return (other.seen_at - one.seen_at).total_seconds() / 60
