"""What the ingest asks of whatever brings messages in, so that it need not know how they came."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from services.broker.client import ClientState
from services.broker.link import Incoming


class Door(Protocol):
    """Messages in, each acknowledged after its commit, and the few that we publish. One task takes the batches."""

    now: Callable[[], datetime]

    @property
    def state(self) -> ClientState:
        """A snapshot."""

    async def start(self) -> None:
        """Begin to connect, and go on for ever; does not wait for the broker."""

    def stop_reading(self) -> None:
        """Take nothing more in. :meth:`next_batch` hands out what is buffered, then an empty list."""

    async def stop(self) -> None:
        """Send the acknowledgements still queued, and end."""

    async def next_batch(self, limit: int = 500) -> list[Incoming]:
        """Wait for at least one message and take up to ``limit``; empty only when draining is done."""

    def ack(self, incoming: Incoming) -> bool:
        """Tell the broker that the message is safe; False where that cannot be said and it will come again."""

    async def publish(self, topic: str, payload: bytes, qos: int = 1, retain: bool = False) -> None:
        """Return once the broker has it; as :meth:`MqttClient.publish`."""

    def reconnect(self, reason: str) -> None:
        """End the present connection, if there is one, and make another."""
