"""The disk under the data folder: told while there is still room, and the broker mended when there is room again.

nats-server never forgets a write that failed for want of room: until it is started again it stores nothing.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path

import structlog
from prometheus_client import Gauge

from services.broker.embedded import EmbeddedBroker

log = structlog.get_logger(__name__)
FREE = Gauge("shirase_disk_free_bytes", "Room on the disk of the data folder")
FREE.set(float("nan"))  # of a process that does not look: not none

_FULL, _LEAST, _AMPLE = 1_000_000, 16_000_000, 200_000_000  # octets
_PART = 20  # of a small disk
_NOT_AGAIN = 30.0  # seconds between two restarts of the broker


def wanted_room(total: int) -> int:
    """Octets below which a disk of this size is nearly full."""
    return max(_LEAST, min(_AMPLE, total // _PART))


class Disk:
    """``trouble`` is a sentence, or empty. The store mends itself; a broker that is not our own is not ours to mend."""

    name = "disk"
    EVERY = 2.0  # seconds

    def __init__(self, folder: Path, broker: EmbeddedBroker | None, now: Callable[[], float]) -> None:
        self._folder, self._broker, self._now = folder, broker, now
        self._was_full = False
        self._mended_at = float("-inf")
        self.trouble = ""

    async def step(self) -> bool:
        """Look once; True where the broker was started again."""
        usage = await asyncio.to_thread(shutil.disk_usage, self._folder)
        FREE.set(usage.free)
        megabytes = f"{usage.free / 1e6:.0f} MB"
        self.trouble = (
            ""
            if usage.free >= wanted_room(usage.total)
            else f"ディスクの空きが {megabytes} です。なくなると受信が止まります。空けてください（disk nearly full）"
        )
        self._was_full |= usage.free < _FULL
        return await self._mend() if usage.free >= _LEAST else False

    async def _mend(self) -> bool:
        broker, now = self._broker, self._now()
        stuck = broker is not None and (self._was_full or broker.starved)
        if broker is None or not stuck or now - self._mended_at < _NOT_AGAIN:
            return False
        log.warning("broker_restarted", reason="its disk was full, and it would store nothing any more")
        self._was_full, self._mended_at = False, now
        await broker.restart()
        return True
