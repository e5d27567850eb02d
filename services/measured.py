"""What the store tells of the whole line, as figures at /metrics: the same from every process.

It is asked when somebody measures, and no more often than every few seconds, however many do.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from time import monotonic

from prometheus_client import Gauge
from sqlalchemy.exc import SQLAlchemyError

from feeds.status import Status
from services.clock import wall
from services.figures import CLOCK_OFFSET
from services.store import standing
from services.store.engine import Store
from services.store.standing import Standing

TROUBLE = (SQLAlchemyError, OSError, TimeoutError)
_PATIENCE = 5.0  # seconds for the store
_FRESH = 5.0  # seconds; several that scrape, or one that scrapes fast, cost no more

READABLE = Gauge("shirase_store_readable", "1 where the store answered when it was last asked for these figures")
OLDEST_WAITING = Gauge("shirase_oldest_delivery_seconds", "Age of the oldest delivery that is not out")
BEHIND_RECORDS = Gauge("shirase_cursor_behind_records", "Rows that a stage has not taken in yet, at most", ["cursor"])
BEHIND_SECONDS = Gauge("shirase_cursor_behind_seconds", "How long the oldest of these rows has waited", ["cursor"])
WAITING = Gauge("shirase_outbox_waiting", "Deliveries that are not out yet", ["channel"])
UNKNOWN = Gauge("shirase_outbox_unknown", "Deliveries of which nobody knows whether they arrived", ["channel"])
OUTBOX_AGE = Gauge("shirase_outbox_age_seconds", "Age of the oldest delivery that is not out yet", ["channel"])
ENDED = Gauge("shirase_outbox_ended", "Deliveries that ended within the last day of hub time", ["channel", "state"])
DRAFTS = Gauge("shirase_drafts", "Drafts that wait for a person", ["status"])
DRAFT_AGE = Gauge("shirase_draft_age_seconds", "How long the oldest draft has waited for a person", ["status"])
FEED_NEWS = Gauge("shirase_feed_news_timestamp_seconds", "When a feed last told anything new, hub time", ["feed"])
QUARANTINE = Gauge("shirase_quarantine_messages", "Messages in quarantine that nobody has had read after all")
BACKUP_AT = Gauge("shirase_backup_timestamp_seconds", "When the newest copy was made that still exists; 0: none is")
LEASE_UNTIL = Gauge("shirase_lease_until_timestamp_seconds", "Until when somebody has a lease", ["lease"])
STORE_BYTES = Gauge("shirase_store_bytes", "What the store takes, without its write-ahead log")
HUB_TIME = Gauge("shirase_hub_timestamp_seconds", "Hub time: wall time, but in an exercise that runs fast")
_OF_THINGS = (
    BEHIND_RECORDS,
    BEHIND_SECONDS,
    WAITING,
    UNKNOWN,
    OUTBOX_AGE,
    ENDED,
    DRAFTS,
    DRAFT_AGE,
    FEED_NEWS,
    LEASE_UNTIL,
)
_OF_ALL = (OLDEST_WAITING, QUARANTINE, BACKUP_AT, STORE_BYTES, HUB_TIME)


class Measuring:
    """Asks the store at most every few seconds; what it cannot tell is not shown."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store, self._now = store, now
        self._at = float("-inf")
        self._turn = asyncio.Lock()

    async def refresh(self) -> None:
        """Bring the gauges up to date. Never raises for a store that is away: that is a figure too."""
        async with self._turn:
            if monotonic() - self._at < _FRESH:
                return
            try:
                async with asyncio.timeout(_PATIENCE), self._store.read() as connection:
                    show(await standing.look(connection, self._now()))
            except TROUBLE:
                _show_nothing()
            self._at = monotonic()


def show(seen: Standing) -> None:
    """At once: whoever measures in between sees all of one look."""
    _clear()
    READABLE.set(1)
    HUB_TIME.set(seen.at.timestamp())
    OLDEST_WAITING.set(max((queue.seconds for queue in seen.queues.values()), default=0.0))
    for late in seen.behind:
        BEHIND_RECORDS.labels(late.cursor).set(late.rows)
        BEHIND_SECONDS.labels(late.cursor).set(late.seconds)
    for channel, queue in seen.queues.items():
        WAITING.labels(channel).set(queue.waiting)
        UNKNOWN.labels(channel).set(queue.unknown)
        OUTBOX_AGE.labels(channel).set(queue.seconds)
    for (channel, state), many in seen.ended.items():
        ENDED.labels(channel, state).set(many)
    for status in Status:
        DRAFTS.labels(status.value).set(0)
    for status, drafts in seen.drafts.items():
        DRAFTS.labels(status.value).set(drafts.waiting)
        DRAFT_AGE.labels(status.value).set(drafts.seconds)
    for feed, at in seen.feeds.items():
        FEED_NEWS.labels(feed).set(at.timestamp())
    for lease, (_, until) in seen.leases.items():
        LEASE_UNTIL.labels(lease).set(until.timestamp())
    QUARANTINE.set(seen.quarantined)
    BACKUP_AT.set(seen.copied_at.timestamp() if seen.copied_at else 0)
    STORE_BYTES.set(seen.size)
    if seen.server_time:
        CLOCK_OFFSET.labels("database").set((wall() - seen.server_time).total_seconds())


def _show_nothing() -> None:
    """The store did not answer: no old figure shall look like a new one."""
    _clear()
    READABLE.set(0)
    for one in _OF_ALL:
        one.set(float("nan"))


def _clear() -> None:
    for one in _OF_THINGS:
        one.clear()
    CLOCK_OFFSET.remove_by_labels({"against": "database"})
