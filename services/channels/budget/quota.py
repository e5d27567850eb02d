"""Asking a provider what is left, every hour: a count of our own knows nothing of what others send by the account."""

from __future__ import annotations

from services.channels.channel import Metered
from services.clock import wall
from services.store import spending
from services.store.engine import Store


class Quota:
    """The loop for one channel that can be asked."""

    EVERY = 3600.0  # seconds

    def __init__(self, store: Store, channel: Metered, name: str) -> None:
        self._store, self._channel, self._of = store, channel, name

    @property
    def name(self) -> str:
        return f"quota:{self._of}"

    async def step(self) -> bool:
        """Keep the answer, where there is one. What was known stays otherwise."""
        told = await self._channel.limits()
        if told:
            async with self._store.write() as connection:
                await spending.hear(connection, self._of, told, wall())
        return bool(told)
