"""Mastodon: a server's stream of public posts or of a hashtag, and its timeline for what was missed in between.

The stream is opened first and the timeline read after that, so that nothing falls between the two.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import aiohttp

from feeds.records import Rejected
from feeds.social.event_stream import EventStream, EventTooLongError
from feeds.social.mastodon import order, read_event, read_timeline
from feeds.social.post import Heard, Ourselves
from services.configuration.listening import MastodonStream
from services.listening.asking import Door, UnheardError

NAME = "mastodon"
_PAGES = 5  # of forty posts
_A_PAGE = 40
_QUIET = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=90)  # a server says something every 15 s


@dataclass(frozen=True, slots=True, kw_only=True)
class Mastodon:
    """The provider, for one hashtag; without one all that the server knows of public posts."""

    settings: MastodonStream
    door: Door
    ours: Ourselves
    tag: str = ""

    @property
    def name(self) -> str:
        return f"{NAME}:{self.tag}" if self.tag else NAME

    async def open(self, cursor: str, now: datetime) -> tuple[Line, Sequence[Heard]]:
        """The open stream, and what the timeline has since the cursor."""
        path = "/api/v1/streaming/hashtag" if self.tag else "/api/v1/streaming/public"
        try:
            response = await self.door.session.get(
                f"{self.settings.streams_from}{path}",
                params={"tag": self.tag} if self.tag else {},
                headers={**self.door.headers, "Accept": "text/event-stream"},
                allow_redirects=False,
                timeout=_QUIET,
            )
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise UnheardError(f"{self.door.title} に接続できません（{type(error).__name__}）") from None
        if response.status != 200:
            body = await response.content.read(4096)
            response.release()
            raise self.door.refusal(response.status, response.headers, body, now)
        line = Line(response, self.ours)
        try:
            missed = await self._missed(cursor, now)
        except UnheardError:
            await line.close()
            raise
        return line, missed

    async def _missed(self, cursor: str, now: datetime) -> list[Heard]:
        """Pages upwards from the cursor; of a long absence the first two hundred posts. Without one, the last page."""
        path = f"/api/v1/timelines/tag/{self.tag}" if self.tag else "/api/v1/timelines/public"
        found: list[Heard] = []
        for _ in range(_PAGES):
            params = {"limit": str(_A_PAGE), **({"min_id": cursor} if cursor else {})}
            heard = read_timeline(await self.door.get(f"{self.settings.url}{path}", params, now), self.ours)
            if isinstance(heard, Rejected):
                raise UnheardError(f"{self.door.title} の答えが読めません（{heard.code}）")
            found.append(heard)
            further = bool(heard.newest) and (not cursor or order(heard.newest) > order(cursor))
            if not cursor or not further or heard.count < _A_PAGE:
                break
            cursor = heard.newest
        return found


@dataclass(slots=True)
class Line:
    """One open stream."""

    response: aiohttp.ClientResponse
    ours: Ourselves
    events: EventStream = field(default_factory=EventStream)

    async def hear(self, patience: float) -> Sequence[Heard]:
        """Whole events; a heartbeat is heard, too, and says nothing."""
        try:
            async with asyncio.timeout(patience):
                piece = await self.response.content.readany()
        except TimeoutError as error:
            if isinstance(error, aiohttp.ServerTimeoutError):
                raise UnheardError("Mastodon の接続が切れました（ServerTimeoutError）") from None
            return ()
        except (aiohttp.ClientError, OSError) as error:
            raise UnheardError(f"Mastodon の接続が切れました（{type(error).__name__}）") from None
        if not piece:
            raise UnheardError("Mastodon の接続が切れました")
        try:
            events = self.events.feed(piece)
        except EventTooLongError as error:
            raise UnheardError(f"Mastodon: {error}") from None
        return [Heard(), *(self._heard(name, data) for name, data in events)]

    def _heard(self, name: str, data: str) -> Heard:
        heard = read_event(name, data, self.ours)
        return Heard(rejected=(heard,)) if isinstance(heard, Rejected) else heard

    async def close(self) -> None:
        self.response.close()
