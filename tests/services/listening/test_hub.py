"""Listening inside a whole hub: from three providers to leads, and an orderly stop; settings that cannot be."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from feeds.status import Status
from geo.heard.lead import Lead
from services.app import Hub
from services.settings import SettingsError, load
from services.store import leads
from tests.fakes.jetstream import FakeJetstream
from tests.fakes.mastodon_stream import FakeMastodonStream
from tests.fakes.x_search import FakeXSearch


async def kept(hub: Hub) -> list[Lead]:
    async with hub.store.read() as connection:
        return await leads.since(connection, Status.ACTUAL, datetime.now(UTC) - timedelta(days=1), 100)


async def comes(hub: Hub, count: int) -> list[Lead]:
    async with asyncio.timeout(20):
        while len(found := await kept(hub)) < count:
            await asyncio.sleep(0.05)
    return found


async def until(condition: object) -> None:
    async with asyncio.timeout(20):
        while not condition():  # type: ignore[operator]
            await asyncio.sleep(0.02)


async def test_from_three_providers_to_leads(
    tmp_path: Path, x: FakeXSearch, mastodon: FakeMastodonStream, jetstream: FakeJetstream
) -> None:
    now = datetime.now(UTC)
    x.now, x.longest = now, 512
    site = tmp_path / "site.toml"
    site.write_text(
        f'data_dir = "{tmp_path}"\n[web]\nport = 0\n'
        f'[listening.x]\nbearer = "{x.bearer}"\nreads_a_month = 1000\nbase_url = "{x.url}"\n'
        f'[listening.mastodon]\nurl = "{mastodon.url}"\ntoken = "{mastodon.token}"\ntags = ["盛岡"]\n'
        f'[listening.bluesky]\nurl = "{jetstream.address}"\n',
        encoding="utf-8",
    )
    x.say("盛岡の内丸で冠水", now - timedelta(minutes=1))
    async with Hub.running(load([site], {}), services=("poll",)) as hub:
        await until(lambda: mastodon.open and jetstream.open)
        await mastodon.say("#盛岡 の開運橋で停電", datetime.now(UTC))
        await jetstream.say("盛岡の青山で断水", datetime.now(UTC))
        found = await comes(hub, 3)
        assert {one.provider for one in found} == {"x", "mastodon", "bluesky"}
        assert "listen" not in str(hub.report().health), "it is no business of readiness"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[listening.x]\nbearer = "b"\n', "reads_a_month"),
        ('[listening.x]\nbearer = "b"\nreads_a_month = 100\nquery_length = 600\n', "query_length"),
        ('[listening.mastodon]\nurl = "http://mastodon.example"\ntoken = "t"\n', "http:// is only for this machine"),
        ('[listening.mastodon]\nurl = "https://m.example"\ntoken = "t"\ntags = ["#盛岡"]\n', "without #"),
        ('[listening.bluesky]\nurl = "ws://jetstream.example/subscribe"\n', "http:// is only for this machine"),
        ('[listening.bluesky]\nurl = "https://jetstream.example/subscribe"\n', "wss://"),
        ("[listening]\nx_kept_hours = 25\n", "x_kept_hours"),
    ],
)
def test_settings_that_cannot_be_are_named(text: str, told: str, tmp_path: Path) -> None:
    site = tmp_path / "site.toml"
    site.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=told):
        load([site], {})


def test_what_people_really_see_is_no_part_of_a_drill(tmp_path: Path) -> None:
    site = tmp_path / "site.toml"
    drill = "[exercise]\nstart = 2026-03-14T15:00:00+09:00\nbegan = 2026-11-22T00:00:00+09:00\nspeed = 1\n"
    site.write_text(f"{drill}[listening.bluesky]\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="listening and exercise exclude each other"):
        load([site], {})
