"""What was said long ago and still counts: read once, and again where something came in or a day has passed.

The store has it all, so a restart knows the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.records import Telegram
from feeds.status import Status
from services.store.records import lasting_came, lasting_telegrams

_KEPT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Read:
    upto: int  # sequence number of the store's newest record
    at: datetime
    telegrams: Sequence[Telegram]


class Lasting:
    """One per predicting loop; asked at every step, reading only when there is news."""

    def __init__(self) -> None:
        self._read: dict[Status, _Read] = {}

    async def gather(self, connection: AsyncConnection, status: Status, upto: int, now: datetime) -> Sequence[Telegram]:
        """The telegrams of :mod:`geo.official.lasting`, as the store has them up to ``upto``."""
        before = self._read.get(status)
        fresh = before is not None and timedelta(0) <= now - before.at < _KEPT
        if before and fresh and not await lasting_came(connection, before.upto):
            self._read[status] = replace(before, upto=upto)
            return before.telegrams
        telegrams = await lasting_telegrams(connection, status, now)
        self._read[status] = _Read(upto, now, telegrams)
        return telegrams
