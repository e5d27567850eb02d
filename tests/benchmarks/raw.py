"""The broker alone: the same broker, the same gateways, and a bare subscriber that only counts."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from paho.mqtt.client import Client, MQTTMessage, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion

from services.broker.embedded import Access, EmbeddedBroker
from tests.benchmarks.gateways import NAMES, PASSWORD, Gateways, Order
from tests.benchmarks.times import Times

_PATIENCE = 60.0


class RawBroker:
    """The least a receiver at QoS 1 can do: note the time, acknowledge, and keep nothing."""

    def __init__(self, access: Access) -> None:
        self.access = access
        self._heard: list[tuple[float, bytes]] = []
        self._granted = threading.Event()
        self._paho = Client(CallbackAPIVersion.VERSION2, "bench-bare", clean_session=False, protocol=MQTTv311)
        self._paho.username_pw_set(access.user, access.password)
        self._paho.on_message = self._count
        self._paho.on_subscribe = lambda *_: self._granted.set()

    async def open(self) -> None:
        self._paho.connect(self.access.host, self.access.port)
        self._paho.loop_start()
        self._paho.subscribe("hub/v1/#", 1)
        if not await asyncio.to_thread(self._granted.wait, 10):
            raise RuntimeError("the broker did not grant the bare subscription")

    async def close(self) -> None:
        self._paho.disconnect()
        await asyncio.to_thread(self._paho.loop_stop)

    async def take(self, gateways: Gateways, order: Order) -> Times:
        """Publish and wait until all has come: id → time published, id → time received."""
        self._heard.clear()
        sent = await gateways.publish(order)
        async with asyncio.timeout(_PATIENCE):
            while len(self._heard) < order.readings // order.batch:
                await asyncio.sleep(0.005)
        return Times(sent, {identity: at for at, payload in self._heard for identity in _identities(payload)})

    def _count(self, _client: Any, _userdata: Any, message: MQTTMessage) -> None:
        self._heard.append((time.monotonic(), message.payload))


@asynccontextmanager
async def raw_broker(data_dir: Path) -> AsyncIterator[RawBroker]:
    """A broker configured as the hub configures its own, with nobody but us on it."""
    broker = EmbeddedBroker(data_dir, gateways=dict.fromkeys(NAMES, PASSWORD))
    bare = RawBroker(await broker.start())
    try:
        await bare.open()
        yield bare
    finally:
        await bare.close()
        await broker.stop()


def _identities(payload: bytes) -> list[str]:
    found = json.loads(payload)
    return [one["id"] for one in (found if isinstance(found, list) else [found])]
