"""Bluesky's Jetstream by WebSocket. It keeps what was said for hours, so a cursor brings back what was missed."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import aiohttp

from feeds.records import Rejected
from feeds.social.bluesky import COLLECTION, read_message
from feeds.social.post import Heard, Ourselves
from services.listening.asking import Door, UnheardError

NAME = "bluesky"
_BACK = timedelta(hours=3)  # what is older is not caught up with
_OVERLAP = timedelta(seconds=5)
_MOST = 500  # messages of a turn: others need the store, too
_BREATH = 50  # messages, after which whatever else runs may go on
_LARGEST = 64 * 1024  # bytes of a message


@dataclass(frozen=True, slots=True, kw_only=True)
class Bluesky:
    """The provider."""

    url: str
    door: Door
    ours: Ourselves

    @property
    def name(self) -> str:
        return NAME

    async def open(self, cursor: str, now: datetime) -> tuple[Line, Sequence[Heard]]:
        """The server itself sends what came since the cursor, before what is new."""
        params = {"wantedCollections": COLLECTION, "maxMessageSizeBytes": str(_LARGEST)}
        if start := _start(cursor, now):
            params["cursor"] = start
        try:
            socket = await self.door.session.ws_connect(
                self.url, params=params, heartbeat=30.0, max_msg_size=2 * _LARGEST, autoping=True
            )
        except aiohttp.WSServerHandshakeError as error:
            raise self.door.refusal(error.status, error.headers or {}, b"", now) from None
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise UnheardError(f"{self.door.title} に接続できません（{type(error).__name__}）") from None
        return Line(socket, self.ours), ()


@dataclass(slots=True)
class Line:
    """One WebSocket."""

    socket: aiohttp.ClientWebSocketResponse
    ours: Ourselves

    async def hear(self, patience: float) -> Sequence[Heard]:
        """Messages as they come; one that cannot be read is passed over."""
        found: list[Heard] = []
        try:
            async with asyncio.timeout(patience):
                while len(found) < _MOST:
                    found.append(self._heard(await self.socket.receive()))
                    if not len(found) % _BREATH:
                        await asyncio.sleep(0)
        except TimeoutError:
            return found
        except UnheardError:
            if found:
                return found  # the cut is met again at the next turn
            raise
        except (aiohttp.ClientError, OSError) as error:
            raise UnheardError(f"Bluesky の接続が切れました（{type(error).__name__}）") from None
        return found

    def _heard(self, message: aiohttp.WSMessage) -> Heard:
        if message.type not in (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY):
            raise UnheardError("Bluesky の接続が切れました")
        data = message.data
        heard = read_message(data.encode("utf-8", "replace") if isinstance(data, str) else data, self.ours)
        return Heard(rejected=(heard,)) if isinstance(heard, Rejected) else heard

    async def close(self) -> None:
        await self.socket.close()


def _start(cursor: str, now: datetime) -> str:
    """The cursor with a little overlap, never further back than is wanted; empty: from now on."""
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 18):
        return ""
    earliest = now - _BACK
    told = datetime.fromtimestamp(int(cursor) / 1e6, UTC) - _OVERLAP
    return str(round(max(told, earliest).timestamp() * 1e6))
