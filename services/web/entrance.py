"""The entrance: how long a connection may be of no use, and how many there may be at once.

Nobody needs a password to open connections. One that never ends its head, one that asks for much and reads none of it,
and ten thousand that only stand there would each hold memory and descriptors which the hub needs for its store, its
broker and its channels.
"""

from __future__ import annotations

import asyncio
import resource
import socket
from typing import Any

import structlog
from aiohttp import web

# Seconds from the connection, or the last answer, to the end of the next head, however it trickles. Longer than nginx
# (60) and Caddy (120) keep a connection to us, or they would now and then send into one that we just ended.
IDLE = 150.0
UNREAD = 60_000  # milliseconds that what we sent may wait for the other side to take it
_log = structlog.get_logger("web.entrance")


def most_connections() -> int:
    """Half of the descriptors that this process may have; the other half is for everything else."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return 32_768 if soft == resource.RLIM_INFINITY else max(1, soft // 2)


class Runner(web.AppRunner):
    """Runs the application behind the entrance."""

    def __init__(self, app: web.Application, **options: Any) -> None:
        super().__init__(app, keepalive_timeout=IDLE, auto_decompress=False, **options)

    async def _make_server(self) -> Any:
        return _Doors(await super()._make_server(), most_connections())


class _Doors:
    """Stands where aiohttp's server stands for the sites: makes a protocol for each connection."""

    def __init__(self, server: web.Server, most: int) -> None:
        self._server, self._most = server, most
        self._full = False
        self.pre_shutdown, self.shutdown = server.pre_shutdown, server.shutdown

    @property
    def connections(self) -> list[web.RequestHandler]:
        return self._server.connections

    def __call__(self) -> asyncio.Protocol:
        return _Arrival(self)

    def admit(self, transport: asyncio.Transport) -> asyncio.Protocol | None:
        """Who speaks with them; None where there are too many already, which is told once."""
        full = len(self._server.connections) >= self._most
        if full and not self._full:
            _log.warning("too many connections; new ones are turned away", most=self._most)
        self._full = full
        if full:
            return None
        sock = transport.get_extra_info("socket")
        if sock is not None and hasattr(socket, "TCP_USER_TIMEOUT"):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNREAD)
        return self._server()


class _Arrival(asyncio.Protocol):
    """A connection that has just come."""

    def __init__(self, doors: _Doors) -> None:
        self._doors = doors

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        speaks = self._doors.admit(transport)
        if speaks is None:
            transport.abort()
            return
        transport.set_protocol(speaks)
        speaks.connection_made(transport)
