"""Reading somebody's CAP feed so that nothing is lost in silence.

The feed says what is in force, its heartbeat what was published last. What the heartbeat lists and the feed did not
bring is fetched by its name; what cannot be fetched is told as lost. A heartbeat that stays behind is told as silence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeAlias
from urllib.parse import quote, urljoin

from cryptography import x509

from feeds.cap import CapAlert, CapError, CapReference, read
from feeds.cap.atom import Index, read_atom
from feeds.cap.line import cap_line
from feeds.cap.verify import read_verified
from feeds.cap.xml import LIMIT
from services.fetch import Fetcher, FetchError

SILENCE = timedelta(minutes=3)
Event: TypeAlias = Mapping[str, Any]  # "event" is alert, refused, lost, silent or alive


@dataclass(kw_only=True, eq=False)
class CapWatch:
    """One feed. With ``trusted`` certificates, what none of them signed is refused."""

    url: str
    fetcher: Fetcher
    trusted: tuple[x509.Certificate, ...] = ()
    _seen: set[CapReference] = field(default_factory=set, init=False)
    _fetched: set[str] = field(default_factory=set, init=False)
    _refused: set[str] = field(default_factory=set, init=False)
    _lost: set[CapReference] = field(default_factory=set, init=False)
    _beat: datetime | None = field(default=None, init=False)
    _silent: bool = field(default=False, init=False)

    @property
    def well(self) -> bool:
        """False while something is lost or refused, or the feed is silent."""
        return not (self._lost or self._refused or self._silent)

    async def look(self, now: datetime) -> list[Event]:
        """Look once. Every event is told when it begins, not again while it lasts."""
        try:
            index = read_atom(await self._get(self.url), self.url)
        except (FetchError, CapError) as error:
            return self._heard(now, str(error))
        refused_before, self._refused = self._refused, set()
        events = [event for url in index.documents for event in await self._take(url, "feed")]
        events += await self._compare(index, now)
        return [one for one in events if one["event"] != "refused" or one["url"] not in refused_before]

    async def _compare(self, index: Index, now: datetime) -> list[Event]:
        """What the heartbeat lists and never came."""
        if not index.heartbeat:
            return self._heard(now, "the feed names no heartbeat")
        try:
            told = self._read(await self._get(index.heartbeat), now)
            if told.status != "System":
                raise CapError("no_heartbeat", f"status {told.status} is not that of a heartbeat", "/alert/status")
        except (FetchError, CapError) as error:
            return self._heard(now, str(error))
        if self._beat is None or told.sent > self._beat:
            self._beat = min(told.sent, now)  # a clock ahead must not make a silence longer
        events: list[Event] = []
        for reference in told.references:
            if reference not in self._seen:
                address = urljoin(index.heartbeat, f"{quote(reference.identifier, safe='')}.xml")
                events += await self._take(address, "heartbeat", reference)
        self._lost &= set(told.references)
        return [*events, *self._heard(now, f"the last heartbeat is of {self._beat.isoformat()}")]

    async def _take(self, url: str, via: str, wanted: CapReference | None = None) -> list[Event]:
        """Read a document that has not been read; ``wanted`` is what it has to be."""
        if url in self._fetched:
            return []
        try:
            alert = self._read(await self._get(url))
            if wanted is not None and alert.reference != wanted:
                raise CapError("other_alert", f"this is {alert.identifier}, not {wanted.identifier}", "/alert")
        except (FetchError, CapError) as error:
            return self._missed(url, error, wanted)
        self._fetched.add(url)
        self._seen.add(alert.reference)
        self._lost.discard(alert.reference)
        return [{"event": "alert", "via": via, "url": url, **cap_line(alert)}]

    def _missed(self, url: str, error: FetchError | CapError, wanted: CapReference | None) -> list[Event]:
        events: list[Event] = []
        if isinstance(error, CapError):
            self._refused.add(url)
            events.append({"event": "refused", "url": url, "code": error.code, "message": error.message})
        if wanted is not None and wanted not in self._lost:
            self._lost.add(wanted)
            name = {"sender": wanted.sender, "identifier": wanted.identifier, "sent": wanted.sent.isoformat()}
            events.append({"event": "lost", **name, "message": str(error)})
        return events

    def _heard(self, now: datetime, reason: str) -> list[Event]:
        """Silence begins, or ends."""
        silent = self._beat is None or now - self._beat > SILENCE
        if silent == self._silent:
            return []
        self._silent = silent
        since = None if self._beat is None else self._beat.isoformat()
        return [{"event": "silent", "since": since, "message": reason} if silent else {"event": "alive"}]

    def _read(self, data: bytes, at: datetime | None = None) -> CapAlert:
        return read_verified(data, self.trusted, at) if self.trusted else read(data)

    async def _get(self, url: str) -> bytes:
        return (await self.fetcher.get(url, LIMIT)).body or b""
