"""Visits to dumps out of the store: yesterday and today every twenty seconds at most, days that are over now and then.

A storm's two days are thousands of rows, and a public page may be asked for many times a second.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.japan import JAPAN
from feeds.status import Status
from geo.plow.dumps.visits import Visit, by_day, visits
from services.store import spells

SEASON = timedelta(days=200)  # before which nothing of a heap is left
_FRESH = timedelta(seconds=20)
_AGAIN = timedelta(minutes=15)  # after which a day that is over is counted anew: phones send days late
_REACH = timedelta(hours=2)  # before midnight a visit may have begun, and after it may end
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Counted:
    """Visits by dump and day, and each visit of yesterday and today, as of ``at``."""

    at: datetime
    days: Mapping[str, Mapping[date, int]]
    fresh: Sequence[Visit]


class Counts:
    """How many trucks came on which day. What is kept here only saves work; of several who ask at once one reads."""

    def __init__(self) -> None:
        self._reading = asyncio.Lock()
        self._known: dict[Status, Counted] = {}
        self._over: dict[tuple[Status, date], tuple[datetime, Mapping[str, int]]] = {}

    async def look(self, connection: AsyncConnection, status: Status, dumps: Collection[str], now: datetime) -> Counted:
        """Everything of the season."""
        async with self._reading:
            known = self._known.get(status)
            if known is None or abs(now - known.at) > _FRESH:
                known = self._known[status] = await self._count(connection, status, dumps, now)
            return known

    async def by(
        self, connection: AsyncConnection, status: Status, dumps: Collection[str], now: datetime, then: datetime
    ) -> Counted:
        """The same by an instant of the last days, as far as it is known ``now``: trucks that had begun by then."""
        day = then.astimezone(JAPAN).date()
        known = await self.look(connection, status, dumps, now)
        every = await _visits(connection, status, dumps, day - _DAY, day)
        at = int(then.timestamp())
        fresh = [Visit(one.began, min(one.ended, at), one.dump) for one in every if one.began <= at]
        last = by_day(fresh)
        days = {
            dump: {day_: many for day_, many in known.days.get(dump, {}).items() if day_ < day - _DAY}
            | last.get(dump, {})
            for dump in known.days.keys() | last.keys()
        }
        return Counted(then, days, fresh)

    async def _count(
        self, connection: AsyncConnection, status: Status, dumps: Collection[str], now: datetime
    ) -> Counted:
        today = now.astimezone(JAPAN).date()
        fresh = await _visits(connection, status, dumps, today - _DAY, today)
        found: defaultdict[str, dict[date, int]] = defaultdict(dict, by_day(fresh))
        day = today - SEASON
        while day < today - _DAY:
            for dump, many in (await self._of(connection, status, dumps, day, now)).items():
                found[dump][day] = many
            day += _DAY
        self._forget(today - SEASON)
        return Counted(now, dict(found), fresh)

    async def _of(
        self, connection: AsyncConnection, status: Status, dumps: Collection[str], day: date, now: datetime
    ) -> Mapping[str, int]:
        known = self._over.get((status, day))
        if known is None or abs(now - known[0]) > _AGAIN:
            counted = by_day(await _visits(connection, status, dumps, day, day))
            known = self._over[status, day] = (now, {dump: sum(days.values()) for dump, days in counted.items()})
        return known[1]

    def _forget(self, before: date) -> None:
        for key in [key for key in self._over if key[1] < before]:
            del self._over[key]


async def _visits(
    connection: AsyncConnection, status: Status, dumps: Collection[str], first: date, last: date
) -> list[Visit]:
    """Every visit that began on these days."""
    since, until = (datetime.combine(day, time(), JAPAN) for day in (first, last + _DAY))
    told = await spells.stays(connection, status, dumps, since - _REACH, until + _REACH)
    every = (visit for stays in told.values() for visit in visits(stays))
    return sorted(visit for visit in every if first <= visit.day <= last)
