"""The retained messages under ``hub/v1/public`` on one broker: a notice board that shows what holds and nothing else.

The board knows what hangs there by reading it: it is subscribed to what it publishes. So after a restart, of the hub or
of the broker, it takes away what is over and puts back what is missing, without remembering anything itself; and a
broker that takes a message and drops it for want of a right (MQTT 3.1.1 says nothing then) is noticed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Set
from dataclasses import replace
from datetime import datetime
from secrets import token_hex

from services.broker.client import MqttClient
from services.broker.login import Login
from services.clock import wall
from services.ending import cancelled

ROOT = "hub/v1/public"
_CONNECTED_WITHIN = 5.0  # seconds to wait for a connection that is being made
_SHOWN_WITHIN = 10.0  # seconds until the broker has acknowledged a message and shows it
_RETAINED_WITHIN = 1.0  # seconds after subscribing until all that is retained has come


class BoardAwayError(OSError):
    """There is no connection to the broker; nothing was sent."""


class NotShownError(OSError):
    """The message left the house, and the broker does not show it."""


class Board:
    """One per broker. It connects at the first use and stays connected until :meth:`close`."""

    def __init__(self, login: Login, now: Callable[[], datetime] = wall) -> None:
        # A session of its own for each process, and none that outlives it: each connection begins by reading it all.
        own = replace(login, client_id=f"shirase-out-{token_hex(8)}", durable=False)
        self._client = MqttClient(own, (f"{ROOT}/#",), now=now)
        self._shown: dict[str, bytes] = {}
        self._connection = self._read_on = 0  # that ``_shown`` is of; that has been read to the end
        self._news = asyncio.Event()
        self._reader: asyncio.Task[None] | None = None

    @property
    def shown(self) -> Mapping[str, bytes]:
        """Topic → message, as the broker told them."""
        return self._shown

    async def put(self, topic: str, message: bytes) -> None:
        """Hang up a message, QoS 1 and retained, or take it down with an empty one; return once it is shown so.

        BoardAwayError where nothing was sent, NotShownError where that is not known, ForbiddenError where an MQTT 5
        broker says that we have no right to the topic.
        """
        await self._connected()
        try:
            async with asyncio.timeout(_SHOWN_WITHIN):
                await self._client.publish(topic, message, qos=1, retain=True)
                while self._shown.get(topic, b"") != message:
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            cure = f"may its user publish and subscribe {ROOT}/#?"
            raise NotShownError(f"the broker does not show {topic}; {cure}") from None

    async def hung(self, under: str) -> frozenset[str]:
        """The topics below ``under`` at which something hangs. Raises BoardAwayError."""
        await self._read_out()
        return frozenset(topic for topic in self._shown if topic.startswith(f"{under}/"))

    async def settle(self, hung: Set[str], wanted: Mapping[str, bytes], most: int = 1000) -> bool:
        """Make those topics show what is wanted and nothing else, at most so many changes at once.

        ``hung`` was read before anybody asked what is wanted, so what has come since is left alone. True where
        something had to be done. Raises what :meth:`put` raises.
        """
        over = [(topic, b"") for topic in sorted(hung - wanted.keys())]
        wrong = [(topic, message) for topic, message in wanted.items() if self._shown.get(topic) != message]
        changes = [*over, *wrong][:most]
        for topic, message in changes:
            await self.put(topic, message)
        return bool(changes)

    async def close(self) -> None:
        """End the connection; what hangs on the board stays."""
        if self._reader:
            await cancelled([self._reader])
            await self._client.stop()
            self._reader = None

    async def _connected(self) -> None:
        if self._reader is None:
            await self._client.start()
            self._reader = asyncio.create_task(self._read(), name="mqtt-board")
        try:
            async with asyncio.timeout(_CONNECTED_WITHIN):
                while not self._client.state.ready:  # noqa: ASYNC110 - the client rings for nobody
                    await asyncio.sleep(0.02)
        except TimeoutError:
            raise BoardAwayError(self._client.state.detail or "no connection to the broker") from None

    async def _read_out(self) -> None:
        """Wait until what is retained has come, once for each connection."""
        await self._connected()
        connection = self._client.state.connection
        if self._read_on != connection:
            await asyncio.sleep(_RETAINED_WITHIN)
            self._forget_before(connection)
            self._read_on = connection

    async def _read(self) -> None:
        while True:
            for incoming in await self._client.next_batch():
                self._forget_before(incoming.connection)
                if incoming.payload:
                    self._shown[incoming.topic] = incoming.payload
                else:
                    self._shown.pop(incoming.topic, None)
                self._client.ack(incoming)
            self._news.set()

    def _forget_before(self, connection: int) -> None:
        """What another connection told may have changed since; a new one tells it anew."""
        if connection != self._connection:
            self._shown.clear()
            self._connection = connection
