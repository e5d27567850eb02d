"""A small web API, asked again and again: a river office, a dam, a road-weather server. A mapping says how it is read.

Its readings go the way of all readings: checks, flags, one transaction, quarantine for what cannot be read.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic

import structlog

from feeds.checks import Windows, checked
from feeds.feed import Feed
from feeds.japan import JAPAN
from feeds.mapped import SCHEME
from feeds.records import Decoded, Message
from services import trail
from services.bell import Bell
from services.clock import Clock
from services.configuration.sources import Source as Settings
from services.fetch import Fetched, Fetcher, FetchError
from services.figures import RECORDS, asked, begin_asking
from services.history import History
from services.lease import Leased
from services.store import polled, quarantine, records
from services.store.engine import Store

log = structlog.get_logger(__name__)
LIMIT = 8 * 1024 * 1024  # bytes, unpacked
_LONGEST_PAUSE_S = 1800.0
_TOLD_AFTER = 3  # failures in a row


@dataclass(kw_only=True, eq=False)
class Source:
    """The loop over one address. What the server does wrong is no failure of the loop."""

    store: Store | Leased
    bell: Bell
    clock: Clock
    settings: Settings
    feed: Feed
    fetcher: Fetcher
    history: History = field(default_factory=History)
    timer: Callable[[], float] = monotonic
    _due: float = field(default=0.0, init=False)
    _failures: int = field(default=0, init=False)
    _since: datetime | None = field(default=None, init=False)
    _trouble: str = field(default="", init=False)

    def __post_init__(self) -> None:
        begin_asking(self.settings.name, self.settings.every_s)

    @property
    def name(self) -> str:
        """Of the loop."""
        return f"{SCHEME}{self.settings.name}"

    @property
    def trouble(self) -> str:
        """What staff should know, empty where all is well."""
        if self._failures < _TOLD_AFTER:
            return ""
        since = f"{self._since:%Y-%m-%dT%H:%MZ}" if self._since else ""
        return f"{self.settings.name} の値を取得できません（source fails since {since}）: {self._trouble}"

    def pace(self) -> float:
        """Seconds until it is due."""
        return max(self._due - self.timer(), 0.2)

    async def step(self) -> bool:
        """Ask where it is due; True if anything new was stored."""
        if self.timer() < self._due:
            return False
        try:
            with asked(self.settings.name):
                moved = await self._ask()
        except FetchError as error:
            self._failed(error)
            return False
        if self._failures:
            log.info("source recovered", source=self.settings.name)
        self._failures, self._since, self._trouble = 0, None, ""
        self._due = self.timer() + self.settings.every_s * random.uniform(1.0, 1.05)  # noqa: S311 - jitter
        return moved

    async def _ask(self) -> bool:
        now = self.clock.now()
        url = self.settings.url.format(now=(now - timedelta(seconds=self.settings.behind_s)).astimezone(JAPAN))
        async with self.store.read() as connection:
            version = await polled.version(connection, url)
        fetched = await self.fetcher.get(url, LIMIT, version)
        if fetched.body is None:
            return False
        name = self.settings.name
        topic = f"{self.name}/{self.settings.status}"
        message = Message(topic=topic, payload=fetched.body, received_at=now, gateway=name)
        decoded = await asyncio.to_thread(self._decode, message)
        moved = await self._keep(url, fetched, message, decoded)
        if decoded.rejected and not decoded.records:  # a page, an error in JSON, another format: as good as silence
            raise FetchError(f"nothing of what it answers can be read: {decoded.rejected[0].message}")
        return moved

    def _decode(self, message: Message) -> Decoded:
        """Published values are minutes old by nature, so the window for alerts is the source's own."""
        windows = Windows(alert=timedelta(seconds=self.settings.alert_window_s))
        return checked(self.feed.decode(message), message, windows)

    async def _keep(self, url: str, fetched: Fetched, message: Message, decoded: Decoded) -> bool:
        draft = self.history.draft()
        async with self.store.write() as connection:
            batch = await self.history.judge(connection, decoded.records, draft)
            saved = await records.save(connection, batch, message.received_at)
            for rejected in decoded.rejected:
                await quarantine.keep(connection, message, rejected)
            if batch or not decoded.rejected:
                await polled.taken(connection, url, fetched.version, message.received_at)
        self.history.learn(draft, saved.new)
        trail.stored("poll", decoded.records, saved.new, feed=self.settings.name)
        RECORDS.labels("poll", "new").inc(len(saved.new))
        RECORDS.labels("poll", "duplicate").inc(saved.duplicates)
        RECORDS.labels("poll", "revision").inc(saved.revisions)
        RECORDS.labels("poll", "rejected").inc(len(decoded.rejected))
        if saved.new:
            self.bell.ring("records")
        return bool(saved.new)

    def _failed(self, error: FetchError) -> None:
        if self._trouble != str(error):
            log.warning("source failed", source=self.settings.name, reason=str(error))
        self._failures, self._trouble = self._failures + 1, str(error)
        self._since = self._since or self.clock.now()
        pause = self.settings.every_s * 2.0 ** min(self._failures - 1, 6) * random.uniform(0.75, 1.25)  # noqa: S311
        self._due = self.timer() + min(max(error.wait_s, pause), _LONGEST_PAUSE_S)
