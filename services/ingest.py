"""Ingest: messages in, records out. The acknowledgement goes out after the commit, never before.

There is no timer: the next transaction takes whatever has come in during the last one, so batches grow by themselves
under load and are single messages when it is quiet. What has come in is sorted meanwhile (:mod:`services.sorting`).
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

import structlog
from prometheus_client import Gauge
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.feed import Feed
from feeds.instant import iso_utc
from feeds.records import Message
from feeds.registry import for_message
from services import signs, trail
from services.allowance import Allowance
from services.answers import Answers
from services.bell import Bell
from services.broker.door import Door
from services.broker.link import Incoming
from services.canary import Canary
from services.configuration.gateways import Flood
from services.ending import cancelled
from services.figures import INGEST_FAILURES, INGEST_SECONDS, MESSAGES, RECORDS
from services.grants import Grants
from services.health import Health
from services.history import Draft, History
from services.intake import Intake, Sorted
from services.overflow import Overflow
from services.sorting import Sorting
from services.store import quarantine, records, vitals
from services.store.engine import Store
from services.store.faults import is_unfit
from services.store.records import Saved
from services.store.tables import records as records_table
from services.vitals import Vitals
from services.watch.taking import BELL as WATCH_BELL
from services.watch.taking import Taking

log = structlog.get_logger(__name__)
STOPPED = Gauge("shirase_ingest_stopped", "1 while the store takes nothing and messages are held")
BUFFERED = Gauge("shirase_ingest_buffered", "Messages taken from the broker that wait for the store")

_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 5.0  # seconds between attempts on a store that fails
_STOP_PATIENCE = 15.0
_STALE_AFTER = timedelta(minutes=30)
_ONE_MOMENT = timedelta(seconds=1)  # records this close share their time of receipt


class Ingest:
    """The loop from the broker to the store. ``health`` tells whether it moves, ``vitals`` which gateways live."""

    FILTERS = ("hub/v1/#",)  # one subscription, so that each gateway's order holds over all its topics

    def __init__(
        self,
        store: Store,
        bell: Bell,
        door: Door,
        grants: Grants,
        *,
        feed_for: Callable[[Message], Feed | None] = for_message,
        flood: Flood = Flood(),  # noqa: B008 - frozen
    ) -> None:
        self._store, self._bell, self._door = store, bell, door
        self._intake = Intake(grants, feed_for)
        self._intake.allowance = self._allowance = Allowance(flood.allowance)
        self._overflow = Overflow(int(flood.kept_mb * 1_000_000))
        self._sorting = Sorting(door.next_batch, self._sort)
        self.answers = Answers(store, door, bell)
        self.watched = Taking(None)
        self.vitals = Vitals()
        self.history = History()
        self.canary = Canary(door)
        self._last_at: datetime | None = None
        self._stopped_since: datetime | None = None
        self._trouble = ""
        self._stopping = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def know(self, grants: Grants) -> None:
        """Go by these grants from the next message on; a revoked gateway is no longer waited for."""
        self._intake.grants = grants
        for gateway in [name for name in self.vitals.gateways if self._intake.revoked(name)]:
            self.vitals.forget(gateway)

    @property
    def grants(self) -> Grants:
        """What each gateway may do now."""
        return self._intake.grants

    def read_with(self, feed_for: Callable[[Message], Feed | None]) -> None:
        """Decode by these feeds from the next message on."""
        self._intake.feed_for = feed_for

    async def start(self) -> None:
        """Begin; the door may be started before or after."""
        async with self._store.read() as connection:
            newest = select(records_table.c.received_at).order_by(records_table.c.seq.desc()).limit(1)
            self._last_at = await connection.scalar(newest)
            known = await vitals.everyone(connection)
        self._allowance.remember({one.name: one.seen_at for one in known if one.seen_at})
        self._tasks = [
            asyncio.create_task(self._run(), name="ingest"),
            asyncio.create_task(self.answers.run(), name="ingest-answers"),
        ]

    async def stop(self) -> None:
        """Stop reading, store and acknowledge what is in hand, and end; stop the door afterwards.

        Where the store fails the messages stay unacknowledged and come again in the next life.
        """
        self._stopping.set()
        self._door.stop_reading()
        if self._tasks:
            await asyncio.wait(self._tasks[:1], timeout=_STOP_PATIENCE)
            await cancelled(self._tasks)

    def health(self, reasons: Sequence[str] = ()) -> Health:
        """The state of the way in, after the ``reasons`` others found; sentences in Japanese with English beside."""
        found = list(reasons)
        door = self._door.state
        if not door.ready:
            found.append(f"ブローカーとの接続: {door.phase.value} {door.detail}".rstrip())
        if self.canary.trouble:
            found.append(self.canary.trouble)
        if self._stopped_since:
            since = iso_utc(self._stopped_since)
            found.append(f"受信が止まっています（ingest stopped since {since}）: {self._trouble}")
        if self.vitals.hub_is_late(self._door.now()):
            found.append(
                "観測値がどれも未来の時刻で使えません。この計算機の時計を確かめてください（hub clock is late）"
            )
        dropped = self._overflow.dropped
        if dropped and self.vitals.flooding(dropped, self._door.now()):
            found.append(f"{dropped} が送りすぎ、保管の枠も一杯です。これ以上は数えるだけで残りません（flood dropped）")
        running = bool(self._tasks) and not self._tasks[0].done()
        return Health(
            broker=door.ready,
            ingest=running and self._stopped_since is None,
            ingest_last_at=self._last_at,
            stale=self._last_at is None or self._door.now() - self._last_at > _STALE_AFTER,
            reasons=found,
        )

    async def _run(self) -> None:
        sorting = asyncio.create_task(self._sorting.run(), name="ingest-sorting")
        try:
            while work := await self._sorting.take():
                self.canary.alive()
                BUFFERED.set(self._door.state.buffered + len(work))
                if not await self._keep(work):
                    return
                for one in work:
                    self._door.ack(one.incoming)
                self._after(work)
            await sorting
        finally:
            sorting.cancel()

    def _sort(self, batch: Sequence[Incoming]) -> Sequence[Sorted]:
        self._allowance.level_at = self.canary.level_at
        return [self._intake.sort(incoming) for incoming in batch]

    async def _keep(self, work: Sequence[Sorted]) -> bool:
        """Store until it is stored; False only where the hub stops meanwhile."""
        pause = _FIRST_PAUSE
        while True:
            try:
                await self._store_all(work)
            except Exception as error:  # noqa: BLE001 - locked, full, gone: whatever it is, the batch is held
                self._hold(error)
            else:
                self._resume()
                return True
            try:
                await asyncio.wait_for(self._stopping.wait(), pause)
            except TimeoutError:
                pause = min(pause * 2, _LONGEST_PAUSE)
            else:
                return False

    async def _store_all(self, work: Sequence[Sorted]) -> None:
        """One transaction; but what the store can never hold is found, and goes to quarantine alone."""
        try:
            saved, watched = await self._transaction(work)
        except Exception as error:
            if not is_unfit(error):
                raise
            if len(work) > 1:
                for one in work:
                    await self._store_all([one])
                return
            log.exception("record_not_storable", topic=work[0].message.topic)
            work = [work[0].unfit(error)]
            saved, watched = await self._transaction(work)
        self._count(work, saved)
        new = [seq for one in saved for seq in one.new]
        trail.stored("ingest", [record for one in work for record in one.records], new)
        if Taking.told(watched):
            self._bell.ring(WATCH_BELL)

    async def _transaction(self, work: Sequence[Sorted]) -> tuple[list[Saved], Counter[str]]:
        draft = self.history.draft()
        async with self._store.write() as connection:
            saved = [await self._save(connection, group, draft) for group in _moments(work)]
            for one in work:
                if one.carries:
                    await self._overflow.keep(connection, one, answered=self._told(one))
                for rejected in one.rejected:
                    await quarantine.keep(connection, one.message, rejected)
            watched = await self.watched.take(connection, work)
        self.history.learn(draft, [seq for one in saved for seq in one.new])
        return saved, watched

    async def _save(self, connection: AsyncConnection, work: Sequence[Sorted], draft: Draft) -> Saved:
        batch = [record for one in work for record in one.records]
        flagged = await self.history.judge(connection, batch, draft)
        newest, draft.newest = draft.newest, None  # what is saved here comes behind it
        return await records.save(connection, flagged, work[0].message.received_at, newest=newest)

    def _count(self, work: Sequence[Sorted], saved: Sequence[Saved]) -> None:
        for outcome, count in (
            ("new", sum(len(one.new) for one in saved)),
            ("duplicate", sum(one.duplicates for one in saved)),
            ("revision", sum(one.revisions for one in saved)),
            ("rejected", sum(len(one.rejected) for one in work)),
        ):
            RECORDS.labels("ingest", outcome).inc(count)
        if any(one.rejected or (one.carries and not self._told(one)) for one in work):
            self.answers.ring()
        if any(one.new for one in saved):
            self._last_at = max(one.message.received_at for one in work)
            self._bell.ring("records")

    def _after(self, work: Sequence[Sorted]) -> None:
        for kind, many in Counter(one.kind for one in work).items():
            MESSAGES.labels(kind.value).inc(many)
        signs.note(work, self.vitals, self.canary, self._intake.revoked)
        waited = self._door.now() - work[0].message.received_at
        INGEST_SECONDS.observe(max(0.0, waited.total_seconds()))  # less than none: the clock was set back meanwhile
        BUFFERED.set(self._door.state.buffered)

    def _told(self, one: Sorted) -> bool:
        """True where its gateway knows of this flood already."""
        return self.vitals.flooding(one.message.gateway, one.message.received_at) is not None

    def _hold(self, error: Exception) -> None:
        trouble = f"{type(error).__name__}: {getattr(error, 'orig', None) or error}"[:300]
        if self._stopped_since is None:
            self._stopped_since = self._door.now()
        if trouble != self._trouble:
            log.error("ingest_stopped", reason=trouble, exc_info=error)
        self._trouble = trouble
        STOPPED.set(1)
        INGEST_FAILURES.inc()

    def _resume(self) -> None:
        if self._stopped_since is not None:
            log.info("ingest_goes_on", stopped_since=iso_utc(self._stopped_since))
        self._stopped_since, self._trouble = None, ""
        STOPPED.set(0)


def _moments(work: Sequence[Sorted]) -> Iterator[Sequence[Sorted]]:
    """Runs of messages that came within a second; after an outage a batch may span hours."""
    begin = 0
    for end in range(1, len(work) + 1):
        whole = end == len(work)
        if whole or work[end].message.received_at - work[begin].message.received_at > _ONE_MOMENT:
            yield work[begin:end]
            begin = end
