"""What is laid aside in good times: who may come in and decide, who may publish, and what was in force.

A copy of a few tables as ``shirase backup`` writes them, and a list to read; in a folder of its owner alone. Nobody's
password is in it, only the hashes that the store has too, and secrets of second factors stay sealed.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

import structlog
from sqlalchemy import select

from rules.alert import Alert, State
from services.backup.archive import ArchiveError
from services.backup.taking import take
from services.clock import Clock
from services.settings import Settings
from services.store.codec import from_json
from services.store.engine import Store
from services.store.tables import alerts

TABLES = frozenset({"users", "second_factors", "recovery_codes", "identities", "gateways", "stations"})
_COPY, _LIST = "aside.zip", "in-force.json"
JOURNAL = "journal.db"
_LEFT = "最小運転の記録がまだ取り込まれていません。最小運転を止め、`shirase minimal bring-in` を打ってください"
log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """One alert that was in force when the list was written."""

    series: str
    headline: str
    status: str
    level: int
    sent: str  # ISO 8601
    expires: str
    channels: Sequence[str]


def copy_in(folder: Path) -> Path:
    """The copy that a journal begins with."""
    return folder / _COPY


async def lay(store: Store, settings: Settings, folder: Path, now: datetime) -> None:
    """Write both anew, each whole or not at all. Raises ArchiveError, OSError."""
    fresh = await asyncio.to_thread(_room, folder)
    await take(store, settings, fresh, now, only=TABLES)
    found = [asdict(one) for one in await _in_force(store, now)]
    await asyncio.to_thread(_put, folder, fresh, json.dumps({"at": now.isoformat(), "alerts": found}))


def was_in_force(folder: Path) -> tuple[datetime, list[InForce]] | None:
    """When the list was written, and what stands in it; None where there is none that can be read."""
    try:
        told = json.loads((folder / _LIST).read_text(encoding="utf-8"))
        return datetime.fromisoformat(told["at"]), [InForce(**one) for one in told["alerts"]]
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _room(folder: Path) -> Path:
    """Where the next copy grows; nothing lies there from a life that was cut off."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = folder / f"{_COPY}.new"
    fresh.unlink(missing_ok=True)
    return fresh


def _put(folder: Path, fresh: Path, text: str) -> None:
    fresh.replace(folder / _COPY)
    half = folder / f"{_LIST}.new"
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    half.replace(folder / _LIST)


async def _in_force(store: Store, now: datetime) -> list[InForce]:
    standing = select(alerts.c.body).where(alerts.c.state == State.ISSUED.value, alerts.c.expires > now)
    async with store.read() as connection:
        found = [from_json(Alert, body) for (body,) in await connection.execute(standing.order_by(alerts.c.sent))]
    return [
        InForce(
            series=one.series,
            headline=one.texts["ja"].headline,
            status=one.status.value,
            level=one.level,
            sent=one.sent.isoformat(),
            expires=one.expires.isoformat(),
            channels=one.channels,
        )
        for one in found
        if not one.ends
    ]


class Aside:
    """The loop that keeps it fresh, in the process of the pages. Where the folder is away, or a journal lies in it that
    nobody has brought in, staff are told."""

    name = "minimal:aside"

    def __init__(self, store: Store, clock: Clock, settings: Settings, folder: Path) -> None:
        self._store, self._clock, self._settings, self._folder = store, clock, settings, folder
        self.trouble = ""

    async def step(self) -> bool:
        """Lay everything aside anew. That it fails is told, and the next time tries again."""
        try:
            await lay(self._store, self._settings, self._folder, self._clock.now())
        except (ArchiveError, OSError) as error:
            self.trouble = f"最小運転の控えを {self._folder} に書けません：{error}"
            log.warning("nothing laid aside for minimal mode", error=str(error))
            return False
        # Nobody else would notice: what was sent that night is in no chronology, and the next night goes on with it.
        left = await asyncio.to_thread((self._folder / JOURNAL).exists)
        self.trouble = _LEFT if left else ""
        return True
