"""The readings that models look back on, read once and then kept up by what has come since.

A day of all sensors is the same at every look but for a handful of readings. The store has it all: after a restart, or
where the clock went back or there are other sensors to look at, it is read anew.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from geo.model import Sample
from geo.series.remembered import Remembered
from services.store import readings

Series = dict[tuple[str, str], list[Sample]]


@dataclass(slots=True)
class _Read:
    wanted: frozenset[str]  # ``station/quantity``
    since: datetime  # what is older is forgotten
    upto: int  # sequence number of the newest record that was looked at
    series: dict[str, Remembered]

    def tell(self, found: Iterable[readings.Row]) -> None:
        for subject, number, heard in found:
            if subject in self.wanted and heard.at >= self.since:
                known = self.series.get(subject)
                if known is None:
                    known = self.series[subject] = Remembered(subject.partition("/")[2])
                known.tell(number, heard)


class Recent:
    """One per predicting loop; asked at every look, reading only what is new. Equal to :func:`readings.series`."""

    def __init__(self) -> None:
        self._read: dict[Status, _Read] = {}

    async def gather(
        self,
        connection: AsyncConnection,
        subjects: Iterable[str],
        status: Status,
        since: datetime,
        until: datetime,
        upto: int,
    ) -> Series:
        """What is to be believed of the window, as the store has it up to the record ``upto``, its newest."""
        wanted, known = frozenset(subjects), self._read.get(status)
        if known is None or known.wanted != wanted or since < known.since or upto < known.upto:
            known = _Read(wanted, since, upto, {})
            known.tell(await readings.told(connection, wanted, status, since))
        elif known.upto < upto:
            known.tell(await readings.after(connection, known.upto, status))
        self._read[status] = _Read(wanted, since, upto, known.series)
        found: Series = {}
        for subject in sorted(known.series):
            station, _, quantity = subject.partition("/")
            if samples := known.series[subject].between(since, until):
                found[station, quantity] = samples
        return found
