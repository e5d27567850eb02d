"""The meter of one channel: counts what is sent, hears what the provider says, and says whether there is room."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.set_back import beyond
from feeds.status import Status
from services.channels.budget.plan import Gauge, Rank, Wait, rank_of, waits
from services.channels.budget.tariff import Tariff, Window
from services.channels.budget.use import Use, delivery_use, part_use, use_of
from services.channels.channel import Delivery, Outcome, Verdict
from services.store import spending

_OUT = (Verdict.ACCEPTED, Verdict.DUPLICATE)


@dataclass(frozen=True, slots=True)
class Meter:
    """Bound to a channel's name and tariff; everything that changes stands in the store."""

    channel: str
    tariff: Tariff

    async def gauges(
        self, connection: AsyncConnection, at: datetime, *, with_waiting: bool = False
    ) -> tuple[Gauge, ...]:
        """How full each window is at ``at`` (wall time); with what waits, for planning what comes behind it."""
        committed = await self._committed(connection) if with_waiting else Use()
        words = await spending.heard(connection, self.channel)
        return tuple([await self._gauge(connection, window, words, committed, at) for window in self.tariff.windows])

    async def room(
        self, connection: AsyncConnection, row: Mapping[Any, Any], now: datetime, at: datetime
    ) -> Wait | None:
        """How long a due delivery has to wait for room; None: it may go.

        ``row`` is of the outbox with its alert. ``now`` is hub time, in which it expires.
        """
        alert = row["alert"]
        rank = rank_of(
            Status(row["status"]),
            row["level"],
            ends=row["ends"],
            msg_type=alert["msg_type"],
            severity=alert["severity"],
        )
        if rank is Rank.URGENT:
            return None
        use = use_of(self.tariff, row["payload"]["parts"], len(row["done"]))
        return waits(await self.gauges(connection, at), rank, at + (row["expires"] - now), use)

    async def part_out(self, connection: AsyncConnection, delivery: Delivery, part: int, at: datetime) -> None:
        """Part ``part`` (from 0) of a thread is out."""
        if self.tariff.per == "part" and part < len(delivery.payload.parts):
            use = part_use(self.tariff, delivery.payload.parts[part])
            await self._count(connection, delivery, part, use, at, sure=True)

    async def finished(self, connection: AsyncConnection, delivery: Delivery, outcome: Outcome, at: datetime) -> None:
        """An attempt is over. What may be out without our knowing counts until it is known better."""
        await spending.hear(connection, self.channel, outcome.told, at)
        parts = delivery.payload.parts
        if outcome.verdict not in (*_OUT, Verdict.UNKNOWN) or not parts:
            return
        sure = outcome.verdict in _OUT
        if self.tariff.per == "delivery":
            await self._count(connection, delivery, 0, delivery_use(self.tariff), at, sure=sure)
            return
        counted = await spending.parts_counted(connection, delivery.id)
        missing = [part for part in range(len(parts)) if part not in counted]
        for part in missing if sure else missing[:1]:
            await self._count(connection, delivery, part, part_use(self.tariff, parts[part]), at, sure=sure)

    async def _count(
        self, connection: AsyncConnection, delivery: Delivery, part: int, use: Use, at: datetime, *, sure: bool
    ) -> None:
        await spending.add(connection, delivery, part, use, self.tariff.currency, at, sure=sure)

    async def _committed(self, connection: AsyncConnection) -> Use:
        some = await spending.waiting(connection, self.channel)
        return sum((use_of(self.tariff, parts, done) for parts, done in some), Use())

    async def _gauge(
        self,
        connection: AsyncConnection,
        window: Window,
        words: Mapping[str, spending.Heard],
        committed: Use,
        at: datetime,
    ) -> Gauge:
        """Our own count, or the provider's word and what we sent since, whichever is more."""
        total = await spending.total(connection, self.channel, window.began(at), at)
        spent, limit, told = total.use.of(window.measure), window.units, False
        frees = window.frees(at, total.oldest)
        heard = words.get(window.name)
        lately = heard and window.began(at) < heard.at <= beyond(at)
        if heard and lately and (heard.told.resets_at is None or heard.told.resets_at > at):
            since = await spending.total(connection, self.channel, heard.at, at)
            spent = max(spent, heard.told.used + since.use.of(window.measure))
            limit, told = heard.told.limit, True
            frees = heard.told.resets_at or frees
        return Gauge(
            window=window,
            limit=limit,
            spent=spent,
            committed=committed.of(window.measure),
            frees=frees,
            told=told,
        )


def meters(tariffs: Mapping[str, Tariff]) -> dict[str, Meter]:
    """One for each channel that has a tariff."""
    return {name: Meter(name, tariff) for name, tariff in tariffs.items()}
