"""PostgreSQL is killed, people warn the city in minimal mode, and the journal comes into the store that is back."""

from __future__ import annotations

import asyncio
from collections import Counter
from copy import copy
from pathlib import Path
from time import monotonic

import aiohttp
from sqlalchemy import func, select

from services.cli import run
from services.store import chronology
from services.store.engine import Store
from services.store.tables import outbox, records
from tests.e2e.process import HubProcess
from tests.exercise.telegrams import Warned
from tests.faults.fault import PATIENCE
from tests.faults.night import Night
from tests.faults.plant import Plant, lone
from tests.postgresql import Cluster
from tests.services.making import employ
from tests.services.minimal.night import Officer
from tests.services.web_floor import _HASH

_OUTLETS = ("x", "linkage", "cap_feed")
HEAD = "| what | from the start of minimal mode, and for the journal to be brought in |\n|---|---|"


async def a_night_on_the_journal(folder: Path, database: Cluster) -> str:
    """Seconds of each step, as a row of the table; every promise that the steps touch is held on the way."""
    more = f"[minimal]\nfolder = '{folder / 'elsewhere'}'\nevery_min = 1\n"
    async with lone(folder, "nats", database, more) as plant:
        settings = folder / "hub" / "settings.toml"
        await _people(plant)
        assert await asyncio.to_thread(run, ["minimal", "prepare", "--settings", str(settings)]) == 0
        night = Night(plant, 1.0)
        await night.open()
        await plant.kill("database")
        await plant.hubs["hub"].stop()
        began = monotonic()
        boat = _boat(plant)
        await boat.start()
        pages = monotonic() - began
        seen, told = await _warned(plant, night, boat, began)
        assert await boat.stop() == 0
        await plant.start("database")
        back = monotonic()
        assert await asyncio.to_thread(run, ["minimal", "bring-in", "--settings", str(settings)]) == 0
        brought = monotonic() - back
        await plant.start("hub")
        await _all_is_there_once(plant, night)
        await night.close()
    steps = f"pages {pages:.1f} s, telegram seen {seen:.1f} s, told {told:.1f} s, brought in {brought:.1f} s"
    return f"| the database killed | {steps} |"


async def _people(plant: Plant) -> None:
    store = await Store.open(plant.store_url)
    await employ(store, "sato", "suzuki", password=_HASH)
    await store.close()


def _boat(plant: Plant) -> HubProcess:
    """Minimal mode by the hub's own settings."""
    boat = copy(plant.hubs["hub"])
    boat.command = ("minimal", "serve")
    return boat


async def _warned(plant: Plant, night: Night, boat: HubProcess, began: float) -> tuple[float, float]:
    """Until the telegram is on the page, and until both outlets have what two people agreed to."""
    await night.warn(warned=[Warned("盛岡市", "レベル３大雨警報", "03")])
    jars = [aiohttp.CookieJar(unsafe=True) for _ in range(2)]
    async with (
        aiohttp.ClientSession(boat.address, cookie_jar=jars[0]) as one,
        aiohttp.ClientSession(boat.address, cookie_jar=jars[1]) as other,
        asyncio.timeout(PATIENCE),
    ):
        sato, suzuki = Officer(one), Officer(other)
        await sato.come_in("sato")
        while night.ledger.telegrams[-1] not in await sato.read("/ops"):
            await asyncio.sleep(0.1)
        seen = monotonic() - began
        await sato.write(_OUTLETS)
        await suzuki.come_in("suzuki")
        await suzuki.decide("approve")
        while not (plant.x.posts and plant.linkage.received):
            await asyncio.sleep(0.1)
        return seen, monotonic() - began


async def _all_is_there_once(plant: Plant, night: Night) -> None:
    """The telegram once though the hub had it from its own session too; the notice out once; the chain whole."""
    await night.warn(warned=[Warned("盛岡市", "レベル２大雨注意報", "10")])
    store = await Store.look(plant.store_url)
    async with asyncio.timeout(PATIENCE):
        while True:
            async with store.read() as connection:
                kept = await connection.scalar(select(func.count()).where(records.c.type == "telegram"))
                states = set(await connection.scalars(select(outbox.c.state).where(outbox.c.channel.in_(_OUTLETS))))
                broken = await chronology.first_broken(connection)
            if kept == len(night.ledger.telegrams) and not states & {"waiting", "sending", "unknown"}:
                break
            await asyncio.sleep(0.5)
    await store.close()
    assert broken is None
    posts = Counter(post.text for post in plant.x.posts)
    taken = Counter(one.alert.identifier for one in plant.linkage.received)
    assert set(posts.values()) == {1} and set(taken.values()) == {1}, (posts, taken)
