"""A hub whose store is lost: minimal mode as it runs, with an alert from before, one issued, and a draft that waits."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import aiohttp

from feeds.status import Status
from services.clock import wall
from services.minimal.aside import lay
from services.minimal.journal import folder_of
from services.minimal.running import running
from services.store import alerts
from services.store.engine import Store
from services.store.users import Scope
from tests.e2e.scene import HASH
from tests.fakes.linkage import FakeLinkage
from tests.fakes.x import FakeX
from tests.services.making import alert, employ, payload
from tests.services.minimal.night import Officer, settings_of

OFFICERS = ("sato", "suzuki")


@dataclass(frozen=True)
class Afloat:
    """Where its pages are."""

    url: str


@asynccontextmanager
async def afloat(folder: Path) -> AsyncIterator[Afloat]:
    """Its officers log in as in a scene."""
    x, linkage = FakeX(), FakeLinkage()
    await x.start()
    await linkage.start()
    settings, _ = settings_of(folder, x, linkage)
    store = await Store.open(settings.database_url)
    await employ(store, *OFFICERS, password=HASH, scope=Scope(evacuation=True))
    before = alert(status=Status.EXERCISE, expires=wall() + timedelta(hours=3))
    async with store.write() as connection:
        await alerts.add_draft(connection, before, {"log": payload()}, wall())
        await alerts.mark_issued(connection, before, wall())
    await lay(store, settings, folder_of(settings), wall())
    await store.close()
    async with running(settings) as found:
        await _write(found.address)
        yield Afloat(found.address)
    await x.stop()
    await linkage.stop()


async def _write(address: str) -> None:
    """Two officers agree to a notice; another waits."""
    jars = [aiohttp.CookieJar(unsafe=True) for _ in OFFICERS]
    sessions = [aiohttp.ClientSession(address, cookie_jar=jar) for jar in jars]
    async with sessions[0] as first, sessions[1] as second:
        sato, suzuki = Officer(first), Officer(second)
        await sato.come_in(OFFICERS[0])
        await suzuki.come_in(OFFICERS[1])
        await sato.write(["x", "linkage"])
        await sato.decide("approve")
        await suzuki.decide("approve")
        await suzuki.write(["x", "linkage"], **{"t.ja.headline": "【訓練】中津川の水位が上がっています"})
