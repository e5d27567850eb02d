"""The poller inside a whole hub: a warning on the forecaster's server becomes a draft, and its release ends it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from services.app import Hub
from services.settings import load
from services.store.tables import alerts
from tests.fakes.jma import FakeJma, Trouble
from tests.services.test_poll import warning


async def states(hub: Hub) -> list[tuple[str, int, str]]:
    async with hub.store.read() as connection:
        return [tuple(row) for row in await connection.execute(select(alerts.c.kind, alerts.c.level, alerts.c.state))]


async def comes(hub: Hub, wanted: list[tuple[str, int, str]]) -> None:
    async with asyncio.timeout(20):
        while await states(hub) != wanted:
            await asyncio.sleep(0.05)


async def test_from_the_feed_to_a_draft(tmp_path: Path) -> None:
    jma = FakeJma()
    jma.now = datetime.now(UTC).replace(microsecond=0)
    await jma.start()
    jma.publish("VPWW55", warning(jma.now))
    jma.go_wrong("extra.xml", Trouble(status=304))  # a server that errs does not stop the hub
    site = tmp_path / "site.toml"
    site.write_text(
        f'data_dir = "{tmp_path}"\n[web]\nport = 0\n[poll]\nbase = "{jma.base}"\nfeeds = ["extra"]\nevery_s = 20\n',
        encoding="utf-8",
    )
    try:
        async with Hub.running(load([site], {})) as hub:
            assert hub.poll is not None
            await hub.poll.step()
            hub.poll._feeds[0].quick.due = 0.0  # do not wait twenty seconds for the next turn
            await hub.poll.step()
            await comes(hub, [("heavy_rain", 4, "draft")])
            assert hub.poll.troubles == []
    finally:
        await jma.stop()
