"""Ingest: messages in, records out. The acknowledgement goes out after the commit, never before.

There is no timer: the next transaction takes whatever has come in during the last one, so batches grow by themselves
under load and are single messages when it is quiet.
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
from feeds.records import Flag, Message, Reading
from feeds.registry import for_message
from services.answers import Answers
from services.bell import Bell
from services.broker.client import MqttClient
from services.broker.link import Incoming
from services.canary import TOPIC, Canary
from services.grants import Grants
from services.health import Health
from services.history import Draft, History
from services.intake import Intake, Kind, Sorted
from services.store import quarantine, records
from services.store.engine import Store
from services.store.faults import is_unfit
from services.store.records import Saved
from services.store.tables import records as records_table
from services.telemetry import MESSAGES, RECORDS
from services.vitals import Vitals

log = structlog.get_logger(__name__)
STOPPED = Gauge("shirase_ingest_stopped", "1 while the store takes nothing and messages are held")
BUFFERED = Gauge("shirase_ingest_buffered", "Messages taken from the broker that wait for the store")

_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 15.0  # seconds between attempts on a store that fails
_STOP_PATIENCE = 15.0
_IN_PASSING = 4096  # octets that are decoded sooner than a thread could take them
_ONE_MOMENT = timedelta(seconds=1)  # records this close share their time of receipt


class Ingest:
    """The loop from the broker to the store. ``health`` tells whether it moves, ``vitals`` which gateways live."""

    FILTERS = ("hub/v1/#",)  # one subscription, so that each gateway's order holds over all its topics

    def __init__(
        self,
        store: Store,
        bell: Bell,
        client: MqttClient,
        grants: Grants,
        *,
        feed_for: Callable[[Message], Feed | None] = for_message,
        stale_after: timedelta = timedelta(minutes=30),
    ) -> None:
        self._store, self._bell, self._client = store, bell, client
        self._intake = Intake(grants, feed_for)
        self._answers = Answers(store, client)
        self._stale_after = stale_after
        self.vitals = Vitals()
        self._history = History()
        self.canary = Canary(client)
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
        """Begin; the client may be started before or after."""
        async with self._store.read() as connection:
            newest = select(records_table.c.received_at).order_by(records_table.c.seq.desc()).limit(1)
            self._last_at = await connection.scalar(newest)
        self._tasks = [
            asyncio.create_task(self._run(), name="ingest"),
            asyncio.create_task(self._answers.run(), name="ingest-answers"),
        ]

    async def stop(self) -> None:
        """Stop reading, store and acknowledge what is in hand, and end; stop the client afterwards.

        Where the store fails the messages stay unacknowledged and come again in the next life.
        """
        self._stopping.set()
        self._client.stop_reading()
        if self._tasks:
            ingest, answers = self._tasks
            await asyncio.wait([ingest], timeout=_STOP_PATIENCE)
            for task in (ingest, answers):
                task.cancel()
            await asyncio.wait(self._tasks)

    def health(self, reasons: Sequence[str] = ()) -> Health:
        """The state of the way in, after the ``reasons`` others found; sentences in Japanese with English beside."""
        found = list(reasons)
        client = self._client.state
        if not client.ready:
            found.append(f"ブローカーとの接続: {client.phase.value} {client.detail}".rstrip())
        if self.canary.trouble:
            found.append(self.canary.trouble)
        if self._stopped_since:
            since = iso_utc(self._stopped_since)
            found.append(f"受信が止まっています（ingest stopped since {since}）: {self._trouble}")
        if self.vitals.hub_is_late(self._client.now()):
            found.append(
                "観測値がどれも未来の時刻で使えません。この計算機の時計を確かめてください（hub clock is late）"
            )
        running = bool(self._tasks) and not self._tasks[0].done()
        return Health(
            broker=client.ready,
            ingest=running and self._stopped_since is None,
            ingest_last_at=self._last_at,
            stale=self._last_at is None or self._client.now() - self._last_at > self._stale_after,
            reasons=found,
        )

    async def _run(self) -> None:
        while batch := await self._client.next_batch():
            self.canary.alive()
            BUFFERED.set(self._client.state.buffered + len(batch))
            work = await self._sorted(batch)
            if not await self._keep(work):
                return
            for one in work:
                self._client.ack(one.incoming)
            self._after(work)

    async def _sorted(self, batch: Sequence[Incoming]) -> list[Sorted]:
        def sort() -> list[Sorted]:
            return [self._intake.sort(incoming) for incoming in batch]

        small = sum(len(incoming.payload) for incoming in batch) <= _IN_PASSING
        return sort() if small else await asyncio.to_thread(sort)

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
            saved = await self._transaction(work)
        except Exception as error:
            if not is_unfit(error):
                raise
            if len(work) > 1:
                for one in work:
                    await self._store_all([one])
                return
            log.exception("record_not_storable", topic=work[0].message.topic)
            work = [work[0].unfit(error)]
            saved = await self._transaction(work)
        self._count(work, saved)

    async def _transaction(self, work: Sequence[Sorted]) -> list[Saved]:
        draft = self._history.draft()
        async with self._store.write() as connection:
            saved = [await self._save(connection, group, draft) for group in _moments(work)]
            for one in work:
                for rejected in one.rejected:
                    await quarantine.keep(connection, one.message, rejected)
        self._history.learn(draft, [seq for one in saved for seq in one.new])
        return saved

    async def _save(self, connection: AsyncConnection, work: Sequence[Sorted], draft: Draft) -> Saved:
        batch = [record for one in work for record in one.records]
        flagged = await self._history.judge(connection, batch, draft)
        return await records.save(connection, flagged, work[0].message.received_at)

    def _count(self, work: Sequence[Sorted], saved: Sequence[Saved]) -> None:
        for outcome, count in (
            ("new", sum(len(one.new) for one in saved)),
            ("duplicate", sum(one.duplicates for one in saved)),
            ("revision", sum(one.revisions for one in saved)),
            ("rejected", sum(len(one.rejected) for one in work)),
        ):
            RECORDS.labels(outcome).inc(count)
        if any(one.rejected for one in work):
            self._answers.ring()
        if any(one.new for one in saved):
            self._last_at = max(one.message.received_at for one in work)
            self._bell.ring("records")

    def _after(self, work: Sequence[Sorted]) -> None:
        for kind, many in Counter(one.kind for one in work).items():
            MESSAGES.labels(kind.value).inc(many)
        for one in _telling(work):
            self._note_life(one)
        BUFFERED.set(self._client.state.buffered)

    def _note_life(self, one: Sorted) -> None:
        message = one.message
        if one.kind is Kind.ECHO and message.topic == TOPIC:
            self.canary.heard(message.payload)
        if one.kind is Kind.ECHO or not message.gateway or self._intake.revoked(message.gateway):
            return
        if one.kind is Kind.VITAL and not message.topic.endswith("/heartbeat"):
            self.vitals.status(message.gateway, message.payload, message.received_at, message.retained)
        elif not message.retained:
            self.vitals.heard(message.gateway, message.received_at)
            if one.kind is Kind.VITAL:
                self.vitals.beat(message.gateway, message.payload, message.received_at)
            for sent_at in _sent(one):
                self.vitals.sent(message.gateway, message.received_at, sent_at)
            if readings := [record for record in one.records if isinstance(record, Reading)]:
                ahead = all(Flag.CLOCK_AHEAD in reading.flags for reading in readings)
                self.vitals.read(message.gateway, message.received_at, ahead)

    def _hold(self, error: Exception) -> None:
        trouble = f"{type(error).__name__}: {getattr(error, 'orig', None) or error}"[:300]
        if self._stopped_since is None:
            self._stopped_since = self._client.now()
        if trouble != self._trouble:
            log.error("ingest_stopped", reason=trouble, exc_info=error)
        self._trouble = trouble
        STOPPED.set(1)

    def _resume(self) -> None:
        if self._stopped_since is not None:
            log.info("ingest_goes_on", stopped_since=iso_utc(self._stopped_since))
        self._stopped_since, self._trouble = None, ""
        STOPPED.set(0)


def _telling(work: Sequence[Sorted]) -> list[Sorted]:
    """Those that say something of their gateway's life: of messages with records alone the newest of each says all."""
    newest = {one.message.gateway: one for one in work if one.kind is Kind.RECORDS and not one.message.retained}
    return [one for one in work if one.kind is not Kind.RECORDS or one is newest.get(one.message.gateway) or _sent(one)]


def _sent(one: Sorted) -> set[datetime]:
    """When the gateway sent it, by its own clock; several where the readings of a batch say so, mostly none."""
    return {record.sent_at for record in one.records if isinstance(record, Reading) and record.sent_at}


def _moments(work: Sequence[Sorted]) -> Iterator[Sequence[Sorted]]:
    """Runs of messages that came within a second; after an outage a batch may span hours."""
    begin = 0
    for end in range(1, len(work) + 1):
        whole = end == len(work)
        if whole or work[end].message.received_at - work[begin].message.received_at > _ONE_MOMENT:
            yield work[begin:end]
            begin = end
