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
from geo.official.lasting import SHAKING
from services.store.records import lasting_came, lasting_telegrams

_KEPT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Read:
    upto: int  # sequence number of the store's newest record
    at: datetime
    telegrams: Sequence[Telegram]
    events: frozenset[str]  # the earthquakes among them


class Lasting:
    """One per predicting loop; asked at every step, reading only when there is news."""

    def __init__(self) -> None:
        self._read: dict[Status, _Read] = {}

    async def gather(self, connection: AsyncConnection, status: Status, upto: int, now: datetime) -> Sequence[Telegram]:
        """The telegrams of :mod:`geo.official.lasting`, as the store has them up to ``upto``."""
        before = self._read.get(status)
        fresh = before is not None and timedelta(0) <= now - before.at < _KEPT
        if before and fresh and not await lasting_came(connection, before.upto, before.events):
            self._read[status] = replace(before, upto=upto)
            return before.telegrams
        telegrams = await lasting_telegrams(connection, status, now)
        events = frozenset(one.event_id for one in telegrams if one.telegram in SHAKING and one.event_id)
        self._read[status] = _Read(upto, now, telegrams, events)
        return telegrams
