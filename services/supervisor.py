"""What systemd is told of a process that it started: ready, alive, ending (the datagrams of sd_notify(3)).

Started by anything else, nothing is told. A start may take long where tables are brought up to date: until the pages
answer, more time is asked for; after that each sign of life says that the event loop turns.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import structlog

from services.ending import cancelled

log = structlog.get_logger(__name__)

_PACE = 15.0  # seconds between signs of life, unless the watchdog wants more
_MORE = 120_000_000  # microseconds, from each time on that they are asked for


@dataclass(slots=True)
class Supervisor:
    """Who watches this process: where it listens, and within how many seconds it wants a sign of life (0: never)."""

    address: str = ""
    within: float = 0.0
    _ready: bool = field(default=False, init=False)

    @classmethod
    def of(cls, environment: Mapping[str, str], pid: int) -> Supervisor:
        """As systemd tells it. A watchdog that is meant for another process is none of ours."""
        meant = environment.get("WATCHDOG_PID", str(pid)) == str(pid)
        within = environment.get("WATCHDOG_USEC", "") if meant else ""
        return cls(environment.get("NOTIFY_SOCKET", ""), int(within) / 1e6 if within.isdecimal() else 0.0)

    def ready(self, status: str) -> None:
        """The pages answer."""
        self._ready = True
        self._tell(f"READY=1\nSTATUS={status}")

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """Give signs of life for as long as the block lasts."""
        telling = asyncio.create_task(self._signs()) if self.address else None
        try:
            yield
        finally:
            if telling:
                await cancelled([telling])

    def stopping(self) -> None:
        """An orderly end has begun."""
        self._tell("STOPPING=1")

    async def _signs(self) -> None:
        while True:
            self._tell("WATCHDOG=1" if self._ready else f"EXTEND_TIMEOUT_USEC={_MORE}")
            await asyncio.sleep(min(_PACE, self.within / 3) if self.within else _PACE)

    def _tell(self, text: str) -> None:
        if not self.address:
            return
        name = "\0" + self.address[1:] if self.address.startswith("@") else self.address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as door:
                door.setblocking(False)
                door.sendto(text.encode(), name)
        except OSError as error:  # it judges by what it hears; to warn people goes on
            log.warning("supervisor not told", text=text, reason=str(error))
