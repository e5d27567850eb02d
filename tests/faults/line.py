"""A line that can be cut: bytes between the hub and one of its neighbours, over a port of this machine.

Cut means that whoever calls is refused; dead, that nothing comes through and nobody is told, as when a cable is pulled;
late, that every byte takes so long each way; lossy, that of each handful of bytes, and of the word that it has come,
so many are lost on the way, and come when TCP sends them again: after 0.2 s, then twice as long each time (RFC 6298
with Linux' least time). What waits in a dead line goes on when it lives again, as what TCP sends again does.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress

Far = Callable[[], Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]
_AGAIN, _LONGEST = 0.2, 30.0  # seconds
_HANDFUL = 65_536


class Line:
    """``port`` is where the hub calls; ``far`` opens the other end, and may be changed while it runs."""

    def __init__(self, far: Far, chance: random.Random) -> None:
        self.far, self._chance = far, chance
        self.port = 0
        self.late_s, self.loss = 0.0, 0.0
        self._alive = asyncio.Event()
        self._alive.set()
        self._server: asyncio.Server | None = None
        self._calls: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._called, "127.0.0.1", self.port)
        self.port = int(self._server.sockets[0].getsockname()[1])

    async def cut(self) -> None:
        """Every call ends at once, and nobody is let in."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for call in self._calls:
            call.cancel()
        await asyncio.gather(*self._calls, return_exceptions=True)

    def die(self) -> None:
        self._alive.clear()

    async def mend(self) -> None:
        """As on the first day."""
        self.late_s, self.loss = 0.0, 0.0
        self._alive.set()
        if self._server is None:
            await self.start()

    async def _called(self, near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        call = asyncio.current_task()
        assert call is not None
        self._calls.add(call)
        ends = [back]
        with suppress(OSError, asyncio.CancelledError):  # nobody there, or it is cut
            await self._under_way()
            far, out = await self.far()
            ends.append(out)
            await _both(self._carry(near, out), self._carry(far, back))
        self._calls.discard(call)
        for end in ends:
            end.transport.abort()

    async def _carry(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        """Handfuls in their order, each not before its time; the end of what is said is told, too."""
        waiting: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(maxsize=64)

        async def listen() -> None:
            due = 0.0
            while data := await source.read(_HANDFUL):
                due = max(due, asyncio.get_running_loop().time() + self._time_of_travel())
                await waiting.put((due, data))
            await waiting.put((due, b""))

        async def speak() -> None:
            while True:
                due, data = await waiting.get()
                await asyncio.sleep(due - asyncio.get_running_loop().time())
                await self._alive.wait()
                if not data:
                    break
                sink.write(data)
                await sink.drain()
            sink.write_eof()

        await _both(listen(), speak())

    async def _under_way(self) -> None:
        """The first word of a call."""
        await asyncio.sleep(self._time_of_travel())
        await self._alive.wait()

    def _time_of_travel(self) -> float:
        waited, again = self.late_s, _AGAIN
        while self.loss and self._chance.random() < 1 - (1 - self.loss) ** 2 and waited < _LONGEST:
            waited, again = waited + again, 2 * again
        return waited


async def _both(*ways: Coroutine[None, None, None]) -> None:
    """Until all are done, or one of them cannot go on: whoever has hung up hears no more."""
    tasks = [asyncio.create_task(way) for way in ways]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        for one in done:
            one.result()  # or what ended it
    finally:
        for one in tasks:
            one.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def to_port(port: int) -> Far:
    return lambda: asyncio.open_connection("127.0.0.1", port)


def to_socket(path: str) -> Far:
    return lambda: asyncio.open_unix_connection(path)
