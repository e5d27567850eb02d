"""The hub as one process: alone on its data directory, and heir to what the last life left half done."""

from __future__ import annotations

import asyncio
import os
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from services.alone import AlreadyRunningError
from services.app import Hub
from services.clock import wall
from services.photos import clean
from services.settings import Settings, load
from services.store import alerts, outbox, photos
from services.store.engine import Store
from tests.services.making import alert, payload
from tests.services.pictures import png

PROFILE = Path(__file__).parents[2] / "config/morioka"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    environment = {"SHIRASE_PROFILE": str(PROFILE), "SHIRASE_DATA_DIR": str(tmp_path), "SHIRASE_PORT": "0"}
    return load(environment=environment)


async def test_a_second_hub_on_one_data_directory_is_refused_and_the_next_life_is_not(settings: Settings) -> None:
    """Two would send everything twice."""
    async with Hub.running(settings) as hub:
        assert hub.address and hub._house.login
        assert hub._house.login.client_id == (settings.data_dir / "broker" / "hub.session").read_text(), "its own name"
        with pytest.raises(AlreadyRunningError, match=f"process {os.getpid()}"):
            async with Hub.running(settings):
                pytest.fail("two hubs run")
    async with Hub.running(settings):
        pass


async def test_what_the_last_life_was_sending_is_taken_up_at_once(settings: Settings) -> None:
    store, now = await Store.open(settings.database_url), wall()
    one = alert(expires=now + timedelta(hours=1))
    async with store.write() as connection:
        await alerts.add_draft(connection, one, {"log": payload("【訓練】しらせ【訓練】")}, now)
        await alerts.mark_issued(connection, one, now)
        await outbox.add(connection, one, {"log": payload("【訓練】しらせ【訓練】")}, now, now)
        assert await outbox.claim(connection, "log", now, now)
    async with Hub.running(settings), asyncio.timeout(10):  # long before the dead one's lease would end
        state = "sending"
        while state in ("sending", "unknown"):  # a lost lease is an unknown outcome until the next try has looked
            await asyncio.sleep(0.05)
            async with store.read() as connection:
                state = str(await connection.scalar(select(outbox.outbox.c.state)))
    await store.close()
    assert state == "accepted"


async def test_a_photo_whose_time_is_over_is_swept_away(settings: Settings) -> None:
    store, now = await Store.open(settings.database_url), wall()
    async with store.write() as connection:
        for width, expires in ((40, now - timedelta(seconds=1)), (41, now + timedelta(days=1))):
            await photos.keep(connection, clean(png(width)), now - timedelta(days=30), expires)
    async with Hub.running(settings), asyncio.timeout(10):
        left = [40, 41]
        while 40 in left:
            await asyncio.sleep(0.05)
            async with store.read() as connection:
                left = list(await connection.scalars(select(photos.photos.c.width)))
    await store.close()
    assert left == [41]
