"""From when until when something holds: a rule, by the dates in its file. Versions of one id follow each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import pairwise
from typing import Protocol, TypeVar

from rules.source import Fault, Table

_EVER, _NEVER = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
_ALLOWED = "a date-time with offset: 2027-04-01T00:00:00+09:00"


@dataclass(frozen=True, slots=True)
class Span:
    """``begins`` belongs to it, ``ends`` does not; None is ever."""

    begins: datetime | None = None
    ends: datetime | None = None

    def holds(self, at: datetime) -> bool:
        return self.first <= at < self.last

    @property
    def first(self) -> datetime:
        return self.begins or _EVER

    @property
    def last(self) -> datetime:
        return self.ends or _NEVER

    def without(self, other: Span) -> tuple[Span, ...]:
        """What is left of it before and after the other."""
        before = Span(self.begins, min(self.last, other.first)) if self.first < other.first else None
        after = Span(max(self.first, other.last), self.ends) if other.last < self.last else None
        return tuple(one for one in (before, after) if one and one.first < one.last)

    def __str__(self) -> str:
        return f"{self.begins.isoformat() if self.begins else '…'} – {self.ends.isoformat() if self.ends else '…'}"


class Dated(Protocol):
    """What has a span and comes from a file."""

    @property
    def span(self) -> Span: ...

    @property
    def file(self) -> str: ...


D = TypeVar("D", bound=Dated)


def parse_span(table: Table) -> Span:
    """``valid_from`` and ``valid_until`` of a file; faults are noted in the table's source."""
    begins, ends = _moment(table, "valid_from"), _moment(table, "valid_until")
    if begins and ends and begins >= ends:
        table.fault("valid_until", ends.isoformat(), f"later than valid_from ({begins.isoformat()})")
    return Span(begins, ends)


def in_force(versions: Iterable[D], at: datetime) -> tuple[D, ...]:
    """Those that hold at this moment, in their order."""
    return tuple(one for one in versions if one.span.holds(at))


def laid_over(below: Sequence[D], above: Sequence[D]) -> tuple[D, ...]:
    """Versions of one id from two folders: those above take the place of those below for as long as they hold."""
    left = list(below)
    for upper in above:
        left = [_spanning(one, span) for one in left for span in one.span.without(upper.span)]
    return tuple(sorted((*left, *above), key=lambda one: one.span.first))


def overlaps(versions: Sequence[D]) -> Iterator[Fault]:
    """Two files of one folder that hold at the same time."""
    ordered = sorted(versions, key=lambda one: one.span.first)
    for one, following in pairwise(ordered):
        if following.span.first < one.span.last:
            whole = one.span == following.span == Span()
            allowed = "an id of its own" if whole else f"a span beside {one.span}"
            yield Fault(following.file, 1, "id", f"{following.span}", f"{allowed}; {one.file} has it already")


def gaps(versions: Sequence[D]) -> Iterator[Fault]:
    """A time between two versions at which none holds: the hub would be silent then."""
    for one, following in pairwise(versions):
        if one.span.ends and one.span.last < following.span.first:
            allowed = f"{one.span.ends.isoformat()}, when {one.file} ends: nothing holds in between"
            yield Fault(following.file, 1, "valid_from", str(following.span.begins), allowed)


def _spanning(one: D, span: Span) -> D:
    return one if one.span == span else replace(one, span=span)  # type: ignore[type-var]


def _moment(table: Table, name: str) -> datetime | None:
    found = table.value(name, _ALLOWED)
    if found is None:
        return None
    if not isinstance(found, datetime) or found.tzinfo is None:
        table.fault(name, found, _ALLOWED)
        return None
    return found
