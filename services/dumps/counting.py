"""Visits to dumps out of the store. Days that are over are counted once in a while, yesterday and today each time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date, datetime, time, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.japan import JAPAN
from feeds.status import Status
from geo.plow.dumps.visits import Visit, by_day, visits
from services.store import spells

SEASON = timedelta(days=200)  # before which nothing of a heap is left
_AGAIN = timedelta(minutes=15)  # after which a day that is over is counted anew: phones send days late
_REACH = timedelta(hours=2)  # before midnight a visit may have begun, and after it may end
_DAY = timedelta(days=1)


class Counts:
    """How many trucks came on which day. What is kept here only saves work."""

    def __init__(self) -> None:
        self._over: dict[tuple[Status, date], tuple[datetime, Mapping[str, int]]] = {}

    async def days(
        self, connection: AsyncConnection, status: Status, dumps: Collection[str], first: date, now: datetime
    ) -> tuple[dict[str, dict[date, int]], list[Visit]]:
        """Visits by dump and day from ``first`` to today, and each visit of yesterday and today."""
        today = now.astimezone(JAPAN).date()
        fresh = await _visits(connection, status, dumps, today - _DAY, today)
        found: defaultdict[str, dict[date, int]] = defaultdict(dict, by_day(fresh))
        day = first
        while day < today - _DAY:
            for dump, many in (await self._of(connection, status, dumps, day, now)).items():
                found[dump][day] = many
            day += _DAY
        self._forget(today - SEASON)
        return dict(found), fresh

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
