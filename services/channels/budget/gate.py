"""The gate of one channel's queue: what is not urgent stays behind it while a window is full, and staff hear of it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.set_back import beyond
from services.channels.budget.meter import Meter
from services.channels.channel import Delivery, Outcome

_LOOK_AGAIN = timedelta(minutes=15)  # a limit may be lifted meanwhile
_QUIET = timedelta(minutes=30)  # between two sentences to staff: a long queue fills and frees a window all the time


class Gate:
    """Without a meter it stands open. What it remembers is only what saves a look at the store."""

    def __init__(self, meter: Meter | None) -> None:
        self._meter = meter
        self._full_until: datetime | None = None
        self._words: dict[str, str] = {}  # what is worth telling → the sentence
        self._told_at: dict[str, datetime] = {}

    def full(self, at: datetime) -> bool:
        """True where only what is urgent may pass at ``at`` (wall time)."""
        return self._full_until is not None and at < self._full_until <= beyond(at, _LOOK_AGAIN)

    async def admits(self, connection: AsyncConnection, row: RowMapping, now: datetime, at: datetime) -> bool:
        """Whether a due delivery may go. The queue is asked in order, so what comes behind it waits as well."""
        wait = await self._meter.room(connection, row, now, at) if self._meter else None
        self._full_until = min(wait.until, at + _LOOK_AGAIN) if wait else None
        if wait:
            self._words["waits"] = f"上限のため、急がない発表を待たせている（{wait.because}）"
        return wait is None

    async def part_out(self, connection: AsyncConnection, delivery: Delivery, part: int, at: datetime) -> None:
        """Count part ``part`` (from 0) of a thread."""
        if self._meter:
            await self._meter.part_out(connection, delivery, part, at)

    async def finished(self, connection: AsyncConnection, delivery: Delivery, outcome: Outcome, at: datetime) -> None:
        """Count what an attempt used up. What is urgent is tried beyond every limit, and that is worth a sentence."""
        if self._meter is None:
            return
        await self._meter.finished(connection, delivery, outcome, at)
        if delivery.urgent:
            over = [gauge for gauge in await self._meter.gauges(connection, at) if gauge.over]
            if over:
                because = "、".join(gauge.words() for gauge in over)
                self._words["beyond"] = f"上限を超えたが、レベル4以上・解除・取消のため送った（{because}）"

    def news(self, at: datetime) -> list[str]:
        """Sentences for staff, each kind once in half an hour."""
        words, self._words = self._words, {}
        fresh = [kind for kind in words if kind not in self._told_at or not _lately(self._told_at[kind], at)]
        self._told_at |= dict.fromkeys(fresh, at)
        return [words[kind] for kind in fresh]


def _lately(told: datetime, at: datetime) -> bool:
    return at - _QUIET < told <= beyond(at)
