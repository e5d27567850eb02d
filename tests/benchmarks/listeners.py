"""Clients of a live stream in a process of their own: thousands of open sockets, each waiting for the next event.

``python -m tests.benchmarks.listeners HOST PORT PATH HOW_MANY`` prints ``ready`` once every stream is open and quiet.
After that, for each line it reads (the seconds it may take), it waits for the next event and prints a JSON array: the
monotonic times at which each client had the whole of it, and the event itself. The clock is one for all processes.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time

_AT_ONCE = 100  # connections being opened: more would overrun the server's backlog
_EVENT = b"event: change"
_QUIET = 1.5  # seconds without any event: what a client is told on arrival is over


class Listener(asyncio.Protocol):
    """One client. It keeps the end of what came, and tells the crowd when an event is whole."""

    def __init__(self, crowd: Crowd, request: bytes) -> None:
        self._crowd, self._request = crowd, request
        self._held = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        self._held += data
        while (end := self._held.find(b"\n\n")) >= 0:
            block, self._held = self._held[: end + 2], self._held[end + 2 :]
            if _EVENT in block:
                self._crowd.told(block)

    def connection_lost(self, error: Exception | None) -> None:
        self._crowd.lost += 1


class Crowd:
    """All clients together."""

    def __init__(self, size: int) -> None:
        self.size, self.lost = size, 0
        self.times: list[float] = []
        self.event = b""
        self.last = time.monotonic()

    def told(self, event: bytes) -> None:
        self.last = time.monotonic()
        self.times.append(self.last)
        self.event = event

    async def settle(self) -> None:
        """Until each has been told what there was on arrival, and then nothing for a moment."""
        while len(self.times) < self.size or time.monotonic() - self.last < _QUIET:
            await asyncio.sleep(0.1)
        self.times = []

    async def next(self, patience: float) -> list[float]:
        """The times of the next event at every client. Raises RuntimeError where some never have it."""
        until = time.monotonic() + patience
        while len(self.times) < self.size:
            if self.lost or time.monotonic() > until:
                raise RuntimeError(f"{len(self.times)} of {self.size} clients were told, {self.lost} lost their stream")
            await asyncio.sleep(0.02)
        times, self.times = self.times, []
        return times


async def listen(host: str, port: int, path: str, size: int) -> None:
    loop, crowd, door = asyncio.get_running_loop(), Crowd(size), asyncio.Semaphore(_AT_ONCE)
    request = f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nAccept: text/event-stream\r\n\r\n".encode()

    async def join() -> None:
        async with door:
            await loop.create_connection(lambda: Listener(crowd, request), host, port)

    await asyncio.gather(*(join() for _ in range(size)))
    await crowd.settle()
    print("ready", flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        times = await crowd.next(float(line))
        print(json.dumps([times, crowd.event.decode()]), flush=True)


if __name__ == "__main__":
    asyncio.run(listen(sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4])))
