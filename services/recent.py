"""The readings that models look back on, read once and then kept up by what has come since.

A day of all sensors is the same at every look but for a handful of readings. The store has it all: after a restart, or
where the clock went back or there are other sensors to look at, it is read anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from geo.model import Sample
from geo.series.remembered import Remembered
from services.store import readings

Series = dict[tuple[str, str], list[Sample]]


@dataclass(slots=True)
class _Read:
    spans: Mapping[str, timedelta]  # ``station/quantity`` → how far back; what is older is forgotten
    now: datetime
    upto: int  # sequence number of the newest record that was looked at
    series: dict[str, Remembered]
    ahead: set[str] = field(default_factory=set)  # subjects of which some were measured after now, by their own clocks

    def tell(self, found: Iterable[readings.Row]) -> None:
        for subject, number, heard in found:
            span = self.spans.get(subject)
            if span is not None and heard.at >= self.now - span:
                known = self.series.get(subject)
                if known is None:
                    known = self.series[subject] = Remembered(subject.partition("/")[2])
                known.tell(number, heard)
                if heard.at > self.now:
                    self.ahead.add(subject)

    def later(self, now: datetime) -> _Read:
        """The same at another time."""
        ahead = {subject for subject in self.ahead if self.series[subject].next(now)}
        return replace(self, now=now, ahead=ahead)


class Recent:
    """One per predicting loop; asked at every look, reading only what is new. Equal to :func:`readings.series`."""

    def __init__(self) -> None:
        self._read: dict[Status, _Read] = {}

    async def gather(
        self,
        connection: AsyncConnection,
        spans: Mapping[str, timedelta],
        status: Status,
        now: datetime,
        upto: int,
        wanted: Callable[[str, str], bool] | None = None,
    ) -> Series:
        """What is to be believed at ``now``, of each ``station/quantity`` as far back as its span: as the store has it
        up to the record ``upto``, its newest. ``wanted``: of these (station, quantity) alone; all are remembered."""
        known = self._read.get(status)
        if known is None or not _same(known.spans, spans) or now < known.now or upto < known.upto:
            known = _Read(spans, now, upto, {})
            for span in sorted({*spans.values()}):
                alike = [subject for subject, one in spans.items() if one == span]
                known.tell(await readings.told(connection, alike, status, now - span))
        elif known.upto < upto:
            known.tell(await readings.after(connection, known.upto, status))
        self._read[status] = replace(known.later(now), spans=spans, upto=upto)
        found: Series = {}
        for subject in sorted(known.series):
            station, _, quantity = subject.partition("/")
            if wanted is not None and not wanted(station, quantity):
                continue
            if samples := known.series[subject].between(now - spans[subject], now):
                found[station, quantity] = samples
        return found

    def due(self, status: Status, now: datetime) -> frozenset[str]:
        """``station/quantity`` of which some lay ahead of the last look, and at ``now`` do not any more."""
        known = self._read.get(status)
        if known is None:
            return frozenset()
        ripe = ((subject, known.series[subject].next(known.now)) for subject in known.ahead)
        return frozenset(subject for subject, at in ripe if at and at <= now)


def _same(known: Mapping[str, timedelta], asked: Mapping[str, timedelta]) -> bool:
    return known is asked or known == asked
