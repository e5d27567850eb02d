"""The machine of a single hub on SQLite is gone: another begins with the newest copy, at the same broker."""

from __future__ import annotations

import asyncio
from pathlib import Path
from time import monotonic

from sqlalchemy import select

from services.cli import run
from services.store import chronology
from services.store.engine import Store
from services.store.tables import records
from tests.e2e.process import HubProcess
from tests.faults.fault import PATIENCE
from tests.faults.night import Night
from tests.faults.plant import GATEWAYS, Plant, plant
from tests.faults.watch import until_has, watching

HEAD = (
    "| what | restored | pages | first reading stored | readings that only the dead store had |\n|---|---|---|---|---|"
)
_BEFORE, _BETWEEN = 20.0, 10.0  # seconds of a busy night before the copy, and from it to the end of the machine


async def a_cold_standby(folder: Path) -> str:
    """Seconds from the moment at which the machine was gone; the row of the table."""
    async with plant(folder, "nats", None) as running, watching(running) as watch:
        night = Night(running, 0.2)
        await night.open()
        async with night.busy():
            await asyncio.sleep(_BEFORE)
            copy = folder / "copy.zip"
            assert await _shirase("backup", str(copy), "--settings", str(folder / "hub" / "settings.toml")) == 0
            await asyncio.sleep(_BETWEEN)
            await running.kill("hub")
            began = monotonic()
            heir = _heir(running, folder)
            assert await _shirase("restore", str(copy), "--settings", str(folder / "heir" / "settings.toml")) == 0
            restored = monotonic() - began
            running.hubs["hub"], running.store_url = heir, heir.database_url
            await heir.start()
            pages = monotonic() - began
            key = await asyncio.wait_for(night.measure("gw1", "after"), PATIENCE)
            await until_has(watch, key, PATIENCE)
            stored = monotonic() - began
        await asyncio.sleep(5)
        lost = await _missing(running, night)
        await night.close()
        await heir.stop()
    return f"| SQLite, nats-server elsewhere | {restored:.1f} s | {pages:.1f} s | {stored:.1f} s | {lost} |"


async def _shirase(*words: str) -> int:
    return await asyncio.to_thread(run, [*words])


def _heir(running: Plant, folder: Path) -> HubProcess:
    """The same settings on another machine; the broker, which is elsewhere, knows it by the same name."""
    (folder / "heir").mkdir()
    heir = HubProcess(folder / "heir", running.x, running.linkage, GATEWAYS)
    settings = (folder / "hub" / "settings.toml").read_text(encoding="utf-8")
    theirs = settings.replace(str(folder / "hub"), str(folder / "heir"))
    (folder / "heir" / "settings.toml").write_text(theirs, encoding="utf-8")
    return heir


async def _missing(running: Plant, night: Night) -> int:
    """What had a PUBACK and is not in the new store; its chain is whole."""
    store = await Store.look(running.store_url)
    async with store.read() as connection:
        kept = set(await connection.scalars(select(records.c.key).where(records.c.type == "reading")))
        assert await chronology.first_broken(connection) is None
    await store.close()
    return len(night.ledger.acknowledged.keys() - kept)
