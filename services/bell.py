"""The wake-up bell between the loops. A lost ring costs seconds, never work: every loop also polls.

A name may be told apart further, as ``outbox:webhook``: who listens to ``outbox`` hears it, who listens to
``outbox:mail`` does not, and a ring of ``outbox`` is heard by all three. So what concerns one channel does not send all
of them to the store at once.

It rings in its own process; on PostgreSQL :mod:`services.relay` carries each ring to the others.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable


class Bell:
    """Named bells; a ring wakes everyone who waits for that name now or asks next."""

    def __init__(self) -> None:
        self._waiters: defaultdict[str, set[asyncio.Event]] = defaultdict(set)
        self.pass_on: Callable[[str], None] = lambda _name: None  # tells other processes

    def ring(self, name: str) -> None:
        """Wake all who listen to ``name``, wherever they are."""
        self.ring_here(name)
        self.pass_on(name)

    def ring_here(self, name: str) -> None:
        """Wake all who listen to ``name`` in this process."""
        for heard, events in self._waiters.items():
            if f"{name}:".startswith(f"{heard}:") or heard.startswith(f"{name}:"):
                for event in events:
                    event.set()

    def ring_all(self) -> None:
        """Wake everyone in this process: a ring may have been missed."""
        for events in self._waiters.values():
            for event in events:
                event.set()

    def listen(self, *names: str) -> Listener:
        """A listener that misses no ring between two of its waits."""
        event = asyncio.Event()
        for name in names:
            self._waiters[name].add(event)
        return Listener(self, names, event)

    async def wait(self, name: str, timeout: float) -> bool:  # noqa: ASYNC109 - polling is the point
        """Wait for one ring at most ``timeout`` seconds; True if it rang."""
        with self.listen(name) as listener:
            return await listener.wait(timeout)

    def _forget(self, names: tuple[str, ...], event: asyncio.Event) -> None:
        for name in names:
            self._waiters[name].discard(event)


class Listener:
    """Remembers a ring that came while nobody waited."""

    def __init__(self, bell: Bell, names: tuple[str, ...], event: asyncio.Event) -> None:
        self._bell, self._names, self._event = bell, names, event
        self.rang = False  # and that ended the last wait

    async def wait(self, timeout: float) -> bool:  # noqa: ASYNC109
        """True if it rang since the last wait, or rings within ``timeout`` seconds."""
        self.rang = False
        try:
            async with asyncio.timeout(timeout):  # wait_for would lose a cancellation that comes with the ring
                await self._event.wait()
        except TimeoutError:
            return False
        self.rang = True
        self._event.clear()
        return True

    @property
    def called(self) -> bool:
        """It rang, and nobody has waited since."""
        return self._event.is_set()

    def close(self) -> None:
        self._bell._forget(self._names, self._event)

    def __enter__(self) -> Listener:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
