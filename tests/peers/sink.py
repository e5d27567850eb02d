"""The played receiver of both sides' posts: a process of its own that writes down what it took, and when.

Bare on purpose: it shall not cost what is measured. ``POST /refuse/SECONDS`` has it answer 503 for so long.
"""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path
from typing import BinaryIO

_ANSWERS = {code: b"HTTP/1.1 %s\r\ncontent-length: 0\r\n\r\n" % words for code, words in {
    202: b"202 Accepted", 400: b"400 Bad Request", 503: b"503 Service Unavailable"}.items()}  # fmt: skip


class Sink(asyncio.Protocol):
    """One connection. A line a post that was taken: monotonic seconds, a tab, the body."""

    refuses_until = 0.0
    taken: BinaryIO

    def __init__(self) -> None:
        self._held = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._held += data
        while (end := self._held.find(b"\r\n\r\n")) >= 0:
            head = bytes(self._held[:end]).lower()
            length = _length(head)
            if length is None:
                self._answer(400)
                self._transport.close()
                return
            if len(self._held) < end + 4 + length:
                return
            body = bytes(self._held[end + 4 : end + 4 + length])
            del self._held[: end + 4 + length]
            self._answer(self._take(head, body))

    def _take(self, head: bytes, body: bytes) -> int:
        path = head.split(b" ", 2)[1]
        if path.startswith(b"/refuse/"):
            Sink.refuses_until = time.monotonic() + float(path[8:])
            return 202
        at = time.monotonic()
        if at < Sink.refuses_until:
            return 503
        self.taken.write(b"%.6f\t%s\n" % (at, body.replace(b"\n", b" ")))
        return 202

    def _answer(self, code: int) -> None:
        assert isinstance(self._transport, asyncio.Transport)
        self._transport.write(_ANSWERS[code])


def _length(head: bytes) -> int | None:
    """Of the body; None where the head does not tell it."""
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name == b"content-length":
            return int(value)
    return None


async def _serve(path: str) -> None:
    with Path(path).open("ab", buffering=0) as taken:
        Sink.taken = taken
        server = await asyncio.get_running_loop().create_server(Sink, "127.0.0.1", 0, backlog=4096)
        print(server.sockets[0].getsockname()[1], flush=True)
        await asyncio.to_thread(sys.stdin.read)  # until whoever started it lets go
        server.close()


if __name__ == "__main__":
    asyncio.run(_serve(sys.argv[1]))
