"""The whole way, in a running hub: an alert is issued, its mandatory channel does not answer, and a telephone rings."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from time import monotonic

from services.app import Hub
from services.callout.desk import acknowledge
from services.clock import wall
from services.desks.review import issue
from services.settings import load
from services.store import alerts, calls
from services.store.calls import Call
from services.store.engine import Store
from tests.fakes.phones import FakeChat
from tests.services.callout.scene import real
from tests.services.making import alert, payload

PROFILE = Path(__file__).parents[3] / "config/morioka"
SITE = """
[channels.linkage]
url = "http://127.0.0.1:9/"
token = "none"
[callout]
mandatory_seconds = {patience}
[callout.people.sato]
name = "佐藤"
urls = ["json://{chat}/sato"]
[callout.groups]
"宿直" = ["sato"]
[[callout.chains]]
groups = ["宿直"]
"""


async def rings_after(tmp_path: Path, patience: int) -> float:
    """Seconds from the issue to the message in the chat; takes the call and stops."""
    chat = FakeChat()
    await chat.start()
    (tmp_path / "site.toml").write_text(SITE.format(chat=chat.host, patience=patience), encoding="utf-8")
    environment = {"SHIRASE_PROFILE": str(PROFILE), "SHIRASE_DATA_DIR": str(tmp_path / "var"), "SHIRASE_PORT": "0"}
    settings, now = load([tmp_path / "site.toml"], environment), wall()
    one = alert(**real(sent=now.replace(microsecond=0), effective=now, expires=now + timedelta(hours=1)))
    async with Hub.running(settings, services=("deliver",)) as hub, asyncio.timeout(30):
        async with hub.store.write() as connection:
            await alerts.add_draft(connection, one, {"linkage": payload(), "cap_feed": payload()}, now)
            draft = await alerts.get(connection, one.series, 1)
            assert draft is not None
            await issue(connection, draft, wall(), who="班長")
        issued = monotonic()
        while not chat.inbox:
            await asyncio.sleep(0.02)
        took = monotonic() - issued
        assert "linkage" in chat.inbox[0]["message"]
        (call,) = await _open(hub.store)
        await acknowledge(hub.store, call.id, by="佐藤", how="command", now=wall())
    await chat.stop()
    return took


async def test_from_the_issue_to_the_telephone_within_ten_seconds(tmp_path: Path) -> None:
    took = await rings_after(tmp_path, patience=1)
    assert took < 10


async def _open(store: Store) -> list[Call]:
    async with store.read() as connection:
        return await calls.still_open(connection)
