"""Poll: the forecaster's feeds, asked directly, into the same records as everything else that comes in.

Each feed has a quick file with the last minutes and a long one with the last days. The quick one is read every minute;
the long one at the start, after a gap, and every twenty minutes, because it is written hourly: right after an outage
it may end before the quick one begins.

What comes late must not be told as news. Three things see to that, beside the hazards' own validity: entries are taken
newest first, so the older telegram of a series never stands alone; an older one waits for a newer that could not be
fetched yet; and what is taken is committed together with the memory that it was.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from urllib.parse import urlsplit

import structlog

from feeds.jma.atom import Entry, read_feed
from feeds.jma.feed import Jma
from feeds.jma.types import of_whole_japan, worth_fetching
from feeds.records import Decoded, Message, Rejected
from services import trail
from services.bell import Bell
from services.clock import Clock
from services.configuration.sources import Poll as PollSettings
from services.fetch import Fetched, Fetcher, FetchError
from services.figures import RECORDS, asked, begin_asking
from services.lease import Leased
from services.missing import Missing
from services.store import polled, quarantine, records
from services.store.engine import Store

log = structlog.get_logger(__name__)
FEED_LIMIT = TELEGRAM_LIMIT = 8 * 1024 * 1024  # bytes, unpacked
_LONG_EVERY_S = 1200.0  # most often it has not changed, and the answer is one line
_HORIZON_S = 540.0  # the quick file tells of the last ten minutes at least
_AT_ONCE = 100  # telegrams in one transaction
_SIDE_BY_SIDE = 4  # requests under way
_LONGEST_PAUSE_S = 900.0
# Cut off on the way, or the page of a proxy: worth another attempt. Other refusals are the telegram's own.
_NO_TELEGRAM = {"bad_xml", "bad_encoding", "doctype", "not_jma", "too_deep"}

Taken = tuple[Entry, Message, Decoded]


@dataclass
class _Source:
    """One file of a feed: when it is due, and how it has been doing. Times in seconds of a clock that only runs."""

    url: str
    every_s: float
    due: float = 0.0
    read: float | None = None  # when it was last read
    failures: int = 0
    since: datetime | None = None  # failing since
    trouble: str = ""

    @property
    def name(self) -> str:
        return self.url.rpartition("/")[2]


@dataclass(frozen=True)
class _Feed:
    quick: _Source
    long: _Source

    @property
    def due(self) -> float:
        """While the quick file fails the long one is not read either: what is newest must be known first."""
        return self.quick.due if self.quick.failures else min(self.quick.due, self.long.due)


class Poll:
    """The loop over the feeds. Each is asked by itself, with its own pause when it fails."""

    name = "poll"

    def __init__(
        self,
        store: Store | Leased,
        bell: Bell,
        clock: Clock,
        settings: PollSettings,
        fetcher: Fetcher,
        *,
        timer: Callable[[], float] = monotonic,
    ) -> None:
        self._store, self._bell, self._clock = store, bell, clock
        self._settings, self._fetcher, self._timer = settings, fetcher, timer
        self._missing = Missing(timer)
        self._gate = asyncio.Semaphore(_SIDE_BY_SIDE)
        self._origin = urlsplit(settings.base)[:2]
        self._feeds = [
            _Feed(
                _Source(f"{settings.base}{name}.xml", settings.every_s),
                _Source(f"{settings.base}{name}_l.xml", _LONG_EVERY_S),
            )
            for name in settings.feeds
        ]
        for feed in self._feeds:
            begin_asking(feed.quick.name, feed.quick.every_s)
            begin_asking(feed.long.name, feed.long.every_s)

    @property
    def troubles(self) -> list[str]:
        """What staff should know: feeds that fail again and again, and telegrams that cannot be had."""
        failing = [s for feed in self._feeds for s in (feed.quick, feed.long) if s.failures >= 3]
        told = [f"気象庁の電文 {s.name} を取得できません（feed fails since {s.since}）: {s.trouble}" for s in failing]
        if links := self._missing.stubborn():
            told.append(f"取得できない電文があります（telegrams cannot be fetched）: {', '.join(links[:3])}")
        return told

    def pace(self) -> float:
        """Seconds until the next file is due."""
        due = min(feed.due for feed in self._feeds)
        return min(max(due - self._timer(), 0.2), self._settings.every_s)

    async def step(self) -> bool:
        """Read what is due; True if anything new was stored. What a server does wrong is no failure of the loop."""
        outcomes = await asyncio.gather(*(self._feed(feed) for feed in self._feeds), return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome
        return any(outcomes)

    async def _feed(self, feed: _Feed) -> bool:
        """The quick file before the long one."""
        now, moved = self._timer(), False
        if feed.quick.due <= now:
            gap = feed.quick.read is None or now - feed.quick.read > _HORIZON_S
            moved = await self._attempt(feed.quick)
            if gap and not feed.quick.failures:
                feed.long.due = now
        if feed.long.due <= now and not feed.quick.failures:
            moved |= await self._attempt(feed.long)
        return moved

    async def _attempt(self, source: _Source) -> bool:
        try:
            with asked(source.name):
                moved, more = await self._read(source)
        except FetchError as error:
            self._failed(source, error)
            return False
        if source.failures:
            log.info("poll recovered", feed=source.name)
        source.read, source.failures, source.since, source.trouble = self._timer(), 0, None, ""
        pause = 0.0 if more else source.every_s * random.uniform(1.0, 1.1)  # noqa: S311 - jitter, not a secret
        source.due = self._timer() + pause
        return moved

    def _failed(self, source: _Source, error: FetchError) -> None:
        if source.trouble != str(error):
            log.warning("poll failed", feed=source.name, reason=str(error))
        source.failures, source.trouble = source.failures + 1, str(error)
        source.since = source.since or self._clock.now()
        pause = min(_LONGEST_PAUSE_S, self._settings.every_s * 2.0 ** min(source.failures - 1, 8))
        pause = max(error.wait_s, pause * random.uniform(0.75, 1.25))  # noqa: S311 - jitter, not a secret
        source.due = self._timer() + min(pause, _LONGEST_PAUSE_S)

    async def _read(self, source: _Source) -> tuple[bool, bool]:
        """Take what is new in one file: whether anything was stored, and whether there is more."""
        async with self._store.read() as connection:
            version = await polled.version(connection, source.url)
        fetched = await self._fetcher.get(source.url, FEED_LIMIT, version)
        if fetched.body is None:
            return False, False
        entries = await asyncio.to_thread(read_feed, fetched.body)
        if isinstance(entries, Rejected):
            raise FetchError(f"{source.url}: {entries.message} ({entries.at})")
        wanted = [entry for entry in entries if self._wants(entry)]
        async with self._store.read() as connection:
            known = await polled.known(connection, [entry.link for entry in wanted])
        new = [entry for entry in wanted if entry.link not in known]
        due = [entry for entry in new if self._missing.is_due(entry) and not self._missing.overtaken(entry)]
        taken = await self._take(due[:_AT_ONCE])
        moved = await self._keep(source, fetched, taken, whole=len(taken) == len(new))
        return moved, bool(taken) and len(due) > _AT_ONCE

    def _wants(self, entry: Entry) -> bool:
        """Telegrams that have a reader, of the offices that were chosen, and from nowhere but the configured server."""
        areas = self._settings.areas
        here = urlsplit(entry.link)[:2] == self._origin
        chosen = not areas or entry.area in areas or of_whole_japan(entry.code)
        return here and worth_fetching(entry.code) and chosen

    async def _take(self, due: Sequence[Entry]) -> list[Taken]:
        """Fetch and decode; what is older than something missing of its series is left for later."""
        found = await asyncio.gather(*(self._telegram(entry) for entry in due))
        return [one for one in found if one is not None and not self._missing.overtaken(one[0])]

    async def _telegram(self, entry: Entry) -> Taken | None:
        """The decoded telegram; None where it is to be tried again later."""
        async with self._gate:
            message = Message(topic=entry.name, payload=b"", received_at=self._clock.now())
            try:
                body = (await self._fetcher.get(entry.link, TELEGRAM_LIMIT)).body or b""
            except FetchError as error:
                return self._give_up_or_wait(entry, message, Decoded(), error)
            message = Message(topic=entry.name, payload=body, received_at=message.received_at)
            decoded = await asyncio.to_thread(Jma().decode, message)
        if any(rejected.code in _NO_TELEGRAM for rejected in decoded.rejected):
            return self._give_up_or_wait(entry, message, decoded, FetchError(f"{entry.link}: no telegram", gone=True))
        self._missing.found(entry)
        return entry, message, decoded

    def _give_up_or_wait(self, entry: Entry, message: Message, decoded: Decoded, error: FetchError) -> Taken | None:
        """What will never come is kept as a refusal that names its place, so that staff can look."""
        if not self._missing.failed(entry, lasting=error.gone, final=error.final):
            return None
        refusal = Rejected(code="not_fetched", message=str(error), at=entry.link[:256])
        return entry, message, decoded if decoded.rejected else Decoded(rejected=(refusal,))

    async def _keep(self, source: _Source, fetched: Fetched, taken: Iterable[Taken], *, whole: bool) -> bool:
        """One transaction: the records, the refusals, and that these entries, or the whole file, are known."""
        now = self._clock.now()
        ascending = sorted(taken, key=lambda one: one[0])
        async with self._store.write() as connection:
            batch = [record for _, _, decoded in ascending for record in decoded.records]
            saved = await records.save(connection, batch, now)
            for _, message, decoded in ascending:
                for rejected in decoded.rejected:
                    await quarantine.keep(connection, message, rejected)
            await polled.remember(connection, [entry.link for entry, _, _ in ascending], now)
            if whole:
                await polled.taken(connection, source.url, fetched.version, now)
        trail.stored("poll", batch, saved.new, feed=source.name)
        RECORDS.labels("poll", "new").inc(len(saved.new))
        RECORDS.labels("poll", "duplicate").inc(saved.duplicates)
        RECORDS.labels("poll", "rejected").inc(sum(len(decoded.rejected) for _, _, decoded in ascending))
        if saved.new:
            self._bell.ring("records")
        return bool(saved.new)
