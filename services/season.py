"""The winter, or the month, so far in hourly means, read once and then kept up by the hour.

Two days are read again each hour, so that what a gateway sent late is in its place. The store has it all.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from geo.model import Sample
from geo.series.season import began
from services.store.hourly import hourly_means

_AGAIN = timedelta(hours=48)
Hours = Mapping[tuple[str, str], list[Sample]]


class Season:
    """One per predicting loop; asked at every step, reading at most once an hour for each status."""

    def __init__(self, *, as_of_now: bool = False) -> None:
        """``as_of_now``: only what had come by the ``now`` of the asking, however much the store knows by today."""
        self._as_of_now = as_of_now
        self._known: dict[Status, tuple[datetime, frozenset[str], Hours]] = {}

    async def gather(
        self, connection: AsyncConnection, subjects: Iterable[str], status: Status, now: datetime
    ) -> Hours:
        """Hourly means to the last full hour by (station, quantity), from :func:`geo.series.season.began` on."""
        wanted, start = frozenset(subjects), began(now)
        if not wanted:
            return {}
        until = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        upto, of, hours = self._known.get(status, (start, wanted, {}))
        if status in self._known and upto == until and of == wanted:
            return hours
        whole = status not in self._known or of != wanted or not start <= upto <= until
        since = start if whole else max(start, upto - _AGAIN)
        fresh = await hourly_means(connection, wanted, status, since, until, now if self._as_of_now else None)
        merged = {} if whole else {subject: _between(some, start, since) for subject, some in hours.items()}
        for subject, some in fresh.items():
            merged[subject] = [*merged.get(subject, []), *some]
        self._known[status] = (until, wanted, merged)
        return merged


def _between(hours: list[Sample], start: datetime, since: datetime) -> list[Sample]:
    """The hours that ended after ``start`` and by ``since``."""
    places = (bisect_left(hours, at + timedelta(microseconds=1), key=lambda hour: hour.at) for at in (start, since))
    return hours[slice(*places)]
