"""The canary: a message of our own through the broker each minute, for a broker that is there and delivers nothing.

A connection may stand, answer every ping and carry no message: a stuck broker, a session without its subscription.
Silence of the gateways would look just the same.
"""

from __future__ import annotations

import asyncio
import secrets
from datetime import datetime

import structlog
from prometheus_client import Counter

from services.broker.client import ClientStoppedError
from services.broker.door import Door
from services.broker.login import ForbiddenError
from services.broker.rights import HUB_USER

log = structlog.get_logger(__name__)
MISSED = Counter("shirase_canary_missed_total", "Messages of our own that the broker did not deliver back in time")

TOPIC = f"hub/v1/{HUB_USER}/canary"
_PUBACK_PATIENCE = 10.0  # seconds


class Canary:
    """Sends, waits, and has the connection made anew where nothing comes back. ``trouble`` is a sentence, or empty."""

    name = "canary"

    def __init__(self, door: Door, *, every: float = 60.0, patience: float = 20.0, behind: float = 600.0) -> None:
        self._door, self._every, self._patience = door, every, patience
        self._behind = behind  # seconds that a message of ours may wait behind others: more than any burst
        self._out: bytes = b""  # under way
        self._connection = 0  # that it was sent on
        self._sent_at = self._life_at = float("-inf")
        self.trouble = ""
        self.level_at: datetime | None = None  # hub time: what was published before it has arrived
        self._sent_hub = door.now()

    @property
    def pace(self) -> float:
        """Seconds between two steps."""
        return min(self._every, self._patience) / 4

    def heard(self, payload: bytes) -> None:
        """A canary arrived; perhaps an older one, or that of another hub."""
        if payload == self._out:
            self._out, self.trouble, self.level_at = b"", "", self._sent_hub

    def alive(self) -> None:
        """Some message arrived: the broker delivers, and ours waits its turn behind a backlog."""
        self._life_at = asyncio.get_running_loop().time()

    async def step(self) -> bool:
        """Send the next one where it is due, or find that the last one is missing. True where something was done."""
        state, now = self._door.state, asyncio.get_running_loop().time()
        if not state.ready or state.paused:
            self._out = b""  # that there is no connection, or no room, is told by others
            return False
        if self._out:
            if state.connection != self._connection:
                self._out = b""
            elif now - max(self._sent_at, self._life_at) > self._patience:
                self._miss()
                return True
            elif now - self._sent_at > self._behind:
                minutes = int((now - self._sent_at) // 60)
                self.trouble = f"受信が追いついていません。{minutes}分前のものを処理しています（backlog）"
        elif now - self._sent_at >= self._every:
            await self._send(state.connection, now)
            return True
        return False

    async def _send(self, connection: int, now: float) -> None:
        self._out, self._connection, self._sent_at = secrets.token_hex(8).encode(), connection, now
        self._sent_hub = self._door.now()
        try:
            async with asyncio.timeout(_PUBACK_PATIENCE):
                await self._door.publish(TOPIC, self._out)
        except TimeoutError:
            return  # it counts as missing soon
        except ClientStoppedError:
            self._out = b""
        except ForbiddenError as error:
            self._out = b""
            self.trouble = f"ブローカーを確かめられません（canary）: {error}"

    def _miss(self) -> None:
        MISSED.inc()
        self._out, self._sent_at = b"", float("-inf")  # the next one goes out on the new connection at once
        self.trouble = "ブローカーにつながっていますが、何も届きません（broker delivers nothing）。つなぎ直しています"
        log.error("canary_missing", topic=TOPIC, cure="reconnecting; see the broker's log and our rights there")
        self._door.reconnect("our own canary did not come back")
