"""The hub's MQTT client on the day it takes another name: what waits under the former one is read, and none of it lost.

First the new session stands, so that from then on nothing goes past it. Then the former one is met and read beside it,
each message acknowledged after its commit, as ever. A message of our own, published once the new session stood, comes
out of the former behind all that waited there. When all of that is stored, the former session is ended, so that
whoever comes by its name finds nothing. What is published in between comes by both, and is stored once.

Killed at any moment, it begins again: only the end of the former session is written down.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import structlog

from services.broker.client import Limits, MqttClient
from services.broker.link import Incoming, Link
from services.broker.login import LinkError, Login
from services.broker.named import mark
from services.canary import TOPIC
from services.clock import wall
from services.ending import cancelled

log = structlog.get_logger(__name__)
_LOOK = 0.1  # seconds between two looks
_AGAIN = 5.0  # seconds until an end that failed is tried again


class Heir(MqttClient):
    """``former``: who we were. ``marker`` names the former session, and from its end on the new one.

    What goes out behind all that waited is a canary, which both sessions hear and we have the right to publish.
    """

    def __init__(
        self,
        login: Login,
        filters: Sequence[str],
        *,
        former: Login,
        limits: Limits | None = None,
        marker: Path,
        now: Callable[[], datetime] = wall,
    ) -> None:
        super().__init__(login, filters, limits=limits, now=now)  # the marker speaks of the former, until it is ended
        self._left, self._former_marker = former, marker
        self._former = MqttClient(former, limits=limits, now=now)  # asks for nothing anew: what it had, it still has
        self._mark, self._met = secrets.token_hex(16).encode(), asyncio.Event()
        self._owed: dict[int, Incoming] = {}  # of the former session, handed on and not stored yet
        self._many = 0
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        await super().start()
        self._tasks.append(asyncio.create_task(self._inherit(), name="mqtt-former"))

    def ack(self, incoming: Incoming) -> bool:
        if self._owed.pop(id(incoming), None) is not None:
            return self._former.ack(incoming)
        return super().ack(incoming)

    def stop_reading(self) -> None:
        self._former.stop_reading()
        super().stop_reading()

    async def stop(self) -> None:
        await cancelled(self._tasks)
        await self._former.stop()
        await super().stop()

    async def _inherit(self) -> None:
        await _until(lambda: self.state.ready)
        await self._former.start()
        reading = asyncio.create_task(self._read(), name="mqtt-former-read")
        self._tasks.append(reading)
        await self.publish(TOPIC, self._mark)
        await self._met.wait()
        await asyncio.sleep(self._limits.grace)
        await _until(lambda: not self._owed)
        self._former.stop_reading()
        await reading
        await _until(lambda: not self._owed)
        await self._former.stop()
        await self._end()
        log.info("mqtt_session_moved", messages=self._many)
        mark(self._former_marker, self._login.client_id)

    async def _read(self) -> None:
        """Into the one buffer, as far as it has room."""
        while batch := await self._former.next_batch():
            for one in batch:
                if one.topic == TOPIC and one.payload == self._mark:
                    self._former.ack(one)
                    self._met.set()
                else:
                    self._many += 1
                    self._owed[id(one)] = one
                    self._take(one)
            await self._buffer.room.wait()

    async def _end(self) -> None:
        """A session that is begun clean ends the one of that name, and itself when it goes."""
        while True:
            link = Link(replace(self._left, durable=False), 1, self.now, lambda _: None, lambda *_: None)
            try:
                await link.open()
            except LinkError as error:
                log.warning("mqtt_former_session_stays", reason=str(error))
                await asyncio.sleep(_AGAIN)
            else:
                return await link.close()


async def _until(true: Callable[[], bool]) -> None:
    while not true():  # noqa: ASYNC110 - the clients ring for nobody
        await asyncio.sleep(_LOOK)
