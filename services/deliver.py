"""Deliver: works off the outbox, one queue per channel, so that a broken channel never delays another."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count

import structlog
from sqlalchemy import RowMapping

from feeds.status import Status
from services import trail
from services.bell import Bell, Listener
from services.board_words import said, trouble
from services.channels.budget.gate import Gate
from services.channels.budget.meter import Meter
from services.channels.channel import TAKEN, Cause, Channel, Delivery, Outcome, Progress, Verdict
from services.clock import Clock, wall
from services.figures import DELIVER_AGE, DELIVER_SECONDS, DELIVERIES
from services.lease import Leased, LeaseLostError
from services.store import chronology, outbox
from services.store.chronology import Entry
from services.store.delivery_state import DeliveryState
from services.store.engine import Store
from services.store.outbox import LEASE
from services.store.queue_terms import LONGEST as _LONGEST_PAUSE

log = structlog.get_logger()
_PATIENCE = LEASE - timedelta(seconds=10)  # channels give up earlier by themselves; this is for one that hangs
_SWEEP = timedelta(seconds=1)  # the whole queue is looked through, of all channels
_KNOCK = timedelta(seconds=30)  # how often something urgent asks at a door that is closed
_WORDS = {
    DeliveryState.ACCEPTED: "送信した",
    DeliveryState.DUPLICATE: "送信済みと確認した",
    DeliveryState.REJECTED: "相手先が受け付けなかった",
    DeliveryState.UNKNOWN: "届いたか不明。確かめてから送り直す",
    DeliveryState.WAITING: "送れなかった。あとで送り直す",
}


@dataclass(slots=True)
class _InHand:
    """What was claimed and is not finished yet. ``until``: in the loop's time, when its lease has run out for sure."""

    delivery: Delivery
    until: float
    outcome: Outcome | None = None  # what became of it, once that is known


class Deliver:
    """The queue of one channel."""

    def __init__(
        self,
        store: Store,
        bell: Bell,
        clock: Clock,
        channel: Channel,
        patience: timedelta = _PATIENCE,
        meter: Meter | None = None,
    ) -> None:
        self._store, self._bell, self._clock, self._channel = store, bell, clock, channel
        self._patience, self._gate = patience, Gate(meter)
        for cause in Cause:  # at nought from the start: the first refusal must be seen as a rise
            DELIVERIES.labels(channel.name, Verdict.REJECTED.value, cause.value)
        # Where other processes have this queue too, only the one with the lease can keep the provider's pace: the
        # others send what no limit holds back, and nothing else.
        self.once: Leased | None = None
        self.wake: Listener | None = None  # by which it hears that there is something to send
        self._failed = False  # the last attempt was
        self._flows = False  # there was something to send
        self._paused_until: datetime | None = None  # the provider told us to wait; holds for the whole account
        self._sweep_at: datetime | None = None
        self._knock_at: datetime | None = None  # … and something urgent asks all the same, not before this
        self._in_hand: _InHand | None = None

    @property
    def name(self) -> str:
        return self.name_of(self._channel)

    @staticmethod
    def name_of(channel: Channel) -> str:
        """Of its loop, and of its lease."""
        return f"deliver:{channel.name}"

    async def step(self) -> bool:
        """Send the most urgent delivery that is due, and close what is stale. True if there was one to send.

        Where the store fails under way, the next step goes on from there: what became of a sending is known, and
        would else be looked up when its lease has run out, with all that comes after it waiting.
        """
        one = self._in_hand = self._still_in_hand() or await self._taken()
        if one is None:
            return False
        if one.outcome is None and await self._is_ours(one.delivery):
            with DELIVER_SECONDS.labels(self._channel.name).time():
                one.outcome = await self._try(one.delivery)
        if one.outcome is None or not await self._finish(one.delivery, _asked_again_soon(one.outcome, wall())):
            log.warning("delivery lost to another process", channel=self._channel.name, delivery=one.delivery.id)
        self._in_hand = None
        return True

    def _still_in_hand(self) -> _InHand | None:
        one = self._in_hand
        return one if one and asyncio.get_running_loop().time() < one.until else None

    async def _taken(self) -> _InHand | None:
        delivery = await self._claim()
        until = asyncio.get_running_loop().time() + LEASE.total_seconds()
        return _InHand(delivery, until) if delivery else None

    async def _is_ours(self, delivery: Delivery) -> bool:
        """Between claim and sending a process may stand still for an hour, with its machine, and know nothing of it."""
        at = wall()
        async with self._store.read() as connection:
            if await outbox.may_send(connection, delivery, at + self._patience):
                return True
        async with self._store.hold() as connection:
            return await outbox.hold_on(connection, delivery, self._clock.now(), at)

    async def _try(self, delivery: Delivery) -> Outcome | None:
        """What became of it; None where another process has it by now, which showed between two parts."""
        try:
            async with asyncio.timeout(self._patience.total_seconds()):
                return await self._channel.send(delivery, self._clock.now(), self._progress(delivery))
        except LeaseLostError:
            return None
        except Exception as error:
            log.error("channel failed", channel=self._channel.name, delivery=delivery.id, exc_info=error)
            return Outcome(verdict=Verdict.UNKNOWN, detail=f"内部の誤り：{type(error).__name__}", cause=Cause.OURS)

    async def _claim(self) -> Delivery | None:
        """What is stale is looked for where nothing else is to be done, and once a second all the same.

        An idle queue is asked one question, and nobody's turn is taken; one that was called goes to its work at once.
        """
        now, at = self._clock.now(), wall()
        if not (self._flows or (self.wake and self.wake.rang)):
            async with self._store.read() as connection:
                if not await outbox.anything(connection, self._channel.name, now, at):
                    return None
        mine = self.once is None or await self.once.renew()
        paused = _ahead(self._paused_until, at)
        shut = paused and _ahead(self._knock_at, at)
        found = None if shut else await self._next(now, at, urgent=paused or not mine)
        if found is None or not _ahead(self._sweep_at, at):
            swept = await self._sweep(now, at)
            if swept and found is None and not shut:
                found = await self._next(now, at, urgent=paused or not mine)
        await self._tell(now, at)
        self._flows = found is not None
        return found

    async def _next(self, now: datetime, at: datetime, *, urgent: bool) -> Delivery | None:
        async def admits(row: RowMapping) -> bool:
            return await self._gate.admits(connection, row, now, at)

        urgent = urgent or self._gate.full(at)
        async with self._store.hold() as connection:
            return await outbox.claim(connection, self._channel.name, now, at, urgent=urgent, admits=admits)

    async def _tell(self, now: datetime, at: datetime) -> None:
        """What the limits of the channel make of its queue, once in a while."""
        if not (news := self._gate.news(at)):
            return
        status = Status.ACTUAL if Status.ACTUAL in self._channel.statuses else min(self._channel.statuses)
        name = self._channel.name
        entries = [
            Entry(at=now, status=status, kind="delivery", who=self.name, text=f"{name}：{one}", refs={"channel": name})
            for one in news
        ]
        async with self._store.write() as connection:
            await chronology.append(connection, entries)

    async def _sweep(self, now: datetime, at: datetime) -> bool:
        """Close what must not be sent any more; True where there was anything."""
        self._sweep_at = at + _SWEEP
        async with self._store.read() as connection:
            if not await outbox.needs_sweep(connection, now, at):
                return False
        async with self._store.write() as connection:
            expired = await outbox.sweep(connection, now, at)
            await chronology.append(connection, [self._expired(row, now) for row in expired])
        return True

    def _progress(self, delivery: Delivery) -> Progress:
        parts = count(len(delivery.done))

        async def progress(remote_id: str) -> None:
            async with self._store.hold() as connection:
                if not await outbox.part_done(connection, delivery, remote_id, self._clock.now()):
                    raise LeaseLostError(delivery.id)
                await self._gate.part_out(connection, delivery, next(parts), wall())

        return progress

    async def _finish(self, delivery: Delivery, outcome: Outcome) -> bool:
        """Write it down; False where another process has the delivery by now, and its word counts."""
        now, at = self._clock.now(), wall()
        self._paused_until = outcome.retry_at if outcome.verdict is Verdict.LATER else None
        self._knock_at = at + _KNOCK if self._paused_until else None
        async with self._store.write() as connection:
            if self._failed and outcome.verdict in (Verdict.ACCEPTED, Verdict.DUPLICATE):
                await outbox.hasten(connection, self._channel.name, now, at)
            self._failed = outcome.verdict in (Verdict.LATER, Verdict.UNKNOWN)
            soon = _asked_again_soon(outcome, at, _KNOCK) if delivery.urgent else outcome
            state = await outbox.finish(connection, delivery, soon, now, at)
            if state is None:
                return False
            await self._gate.finished(connection, delivery, outcome, at)
            open_still = state in (DeliveryState.WAITING, DeliveryState.UNKNOWN)
            if not open_still or (delivery.attempts == 1 and outcome.verdict is not Verdict.PARTLY):
                await chronology.append(connection, [self._entry(delivery, outcome, state, now)])
        self._measure(delivery, outcome, now)
        trail.tried(delivery, outcome)
        self._bell.ring("deliveries")
        return True

    def _measure(self, delivery: Delivery, outcome: Outcome, now: datetime) -> None:
        name, taken = self._channel.name, outcome.verdict in TAKEN
        DELIVERIES.labels(name, outcome.verdict.value, "none" if taken else outcome.cause.value).inc()
        if outcome.verdict is Verdict.ACCEPTED and delivery.issued_at:
            DELIVER_AGE.labels(name).observe(max(0.0, (now - delivery.issued_at).total_seconds()))

    def _expired(self, row: RowMapping, now: datetime) -> Entry:
        unsent = "途中で期限が切れた。残りは送らない" if row["done"] else "期限切れのため送らなかった"
        what = "届いたか不明のまま期限が切れた" if row["after_unknown"] else unsent
        text = f"{said('channels', row['channel'])}：{what}（{row['series']} 第{row['revision']}報）"
        refs = {"delivery": row["id"], "channel": row["channel"], "series": row["series"], "state": "expired"}
        return Entry(at=now, status=Status(row["status"]), kind="delivery", who=self.name, text=text, refs=refs)

    def _entry(self, delivery: Delivery, outcome: Outcome, state: DeliveryState, now: datetime) -> Entry:
        cause = "" if outcome.verdict in TAKEN else outcome.cause.value
        detail = f"（{trouble(cause, '', outcome.detail)}）" if outcome.detail else ""
        text = f"{said('channels', delivery.channel)}：{_WORDS[state]} {delivery.context['identifier']}{detail}"
        refs = {"delivery": delivery.id, "channel": delivery.channel, "series": delivery.series, "state": state.value}
        return Entry(at=now, status=delivery.status, kind="delivery", who=self.name, text=text, refs=refs)


def _asked_again_soon(outcome: Outcome, at: datetime, longest: timedelta = _LONGEST_PAUSE) -> Outcome:
    """A pause that a provider asks for, but bounded: its clock or ours may be wrong, a limit may be lifted, and what
    cancels an alert waits behind it. Asking once in vain costs nothing.
    """
    if outcome.retry_at is None:
        return outcome
    return replace(outcome, retry_at=min(outcome.retry_at, at + longest))


def _ahead(moment: datetime | None, at: datetime) -> bool:
    """It is to come; what lies further ahead than any pause was reckoned before the clock was set back."""
    return moment is not None and at < moment <= at + _LONGEST_PAUSE
