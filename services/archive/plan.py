"""What is to be made: days that are finished, the newest first, then the months whose days are all there."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256

from services.archive.kind import Kind
from services.archive.known import Known
from services.archive.period import Period, between, day_of
from services.configuration.retention import Retention
from services.store.archives import Archived

SETTLED = timedelta(days=7)  # after the end of a day: then it is looked at once more, whatever has told of a change
Rows = Mapping[tuple[str, str], Archived]


@dataclass(frozen=True, slots=True)
class Work:
    """One file to make, or, where the store holds its data no more, to take back."""

    kind: Kind
    period: Period
    withdraw: bool = False


@dataclass(frozen=True, kw_only=True)
class Plan:
    """``begin``: the first day of which anything is known. ``there``: what really lies in each folder."""

    kinds: Iterable[Kind]
    known: Known
    kept: Retention
    begin: date
    rows: Rows
    there: Mapping[str, Collection[str]]
    now: datetime

    @property
    def first(self) -> date:
        """The first day that is archived."""
        return max(self.begin, self._oldest("archives"))

    def days(self, again: Collection[str] = ()) -> Iterator[Work]:
        """Days to make or make again, the newest first; those of ``again`` whatever is there."""
        for day in reversed(list(between(self.first, day_of(self.now)))):
            for kind in self.kinds:
                yield from self._day(kind, Period.day(day), again)

    def months(self) -> Iterator[Work]:
        """Months whose days are all there, and are not what the month was made of."""
        names = sorted({Period.day(day).month for day in between(self.first, day_of(self.now))}, reverse=True)
        for month in (one for one in names if one.ends <= self.now):
            for kind in self.kinds:
                yield from self._month(kind, month)

    def parts(self, kind: Kind, month: Period) -> list[Archived] | None:
        """The days of a month of which anything is known; None while one of them is missing."""
        found = []
        for day in month.days:
            row = self.rows.get((kind.id, day.name))
            if row is not None and (row.withdrawn or not self._gone(row)):
                found.append(row)
            elif day.first >= self.first:
                return None
        return found

    def _day(self, kind: Kind, day: Period, again: Collection[str]) -> Iterator[Work]:
        if self.now < day.ends + kind.late(self.known):
            return
        row = self.rows.get((kind.id, day.name))
        can = not kind.outlasts or day.first > self._oldest(kind.outlasts)
        more = row is not None and not row.withdrawn and row.withheld != withheld(kind, self.known)
        if can and (row is None or more or day.name in again or self._moved(row, day)):
            yield Work(kind, day)
        elif more:
            yield Work(kind, day, withdraw=True)

    def _month(self, kind: Kind, month: Period) -> Iterator[Work]:
        row, parts = self.rows.get((kind.id, month.name)), self.parts(kind, month)
        if parts is None:
            return
        if all(one.withdrawn for one in parts):
            if row is not None and not row.withdrawn:
                yield Work(kind, month, withdraw=True)
        elif row is None or row.content != content_of(parts) or self._gone(row):
            yield Work(kind, month)

    def _moved(self, row: Archived, day: Period) -> bool:
        """Something came since, its file is gone, it was last looked at before all had settled, or by a wrong clock."""
        unsettled = row.looked_at < day.ends + SETTLED <= self.now or row.looked_at > self.now
        return row.stale or self._gone(row) or unsettled

    def _gone(self, row: Archived) -> bool:
        """Its file is not where it should be: another disk, a restored store."""
        return not row.withdrawn and f"{row.period}.{row.sha256}" not in self.there.get(row.kind, ())

    def _oldest(self, rule: str) -> date:
        """The last day of which retention may have taken some already."""
        kept = self.kept.kept(rule)
        return date.min if kept is None else day_of(self.now - kept)


def withheld(kind: Kind, known: Known) -> str:
    """Names what settings keep out, without telling it."""
    return sha256("\n".join(kind.withheld(known)).encode()).hexdigest()[:16]


def content_of(parts: Iterable[Archived]) -> str:
    """What a month made of these days would have as its content."""
    told = sha256()
    for one in parts:
        if not one.withdrawn:
            told.update(bytes.fromhex(one.content))
    return told.hexdigest()
