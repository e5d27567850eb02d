"""Small web APIs, asked through a mapping: what comes of them, how often they are asked, and what goes wrong."""

from __future__ import annotations

import asyncio
import json
import shutil
import tomllib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError
from sqlalchemy import select

from feeds.mapping import read_mappings
from feeds.registry import by_name, feeds_with
from feeds.status import Status
from services.app import Hub
from services.bell import Bell
from services.city import StartError
from services.clock import Clock
from services.configuration.sources import Source as SourceSettings
from services.desks.quarantine import Reader, replay
from services.fetch import Fetcher
from services.settings import Exercise, Settings
from services.source import Source
from services.store.engine import Store
from services.store.tables import quarantine, records
from tests.fakes.web_api import FakeWebApi, Trouble
from tests.services.conftest import until

MAPPING = """
[[message]]
name = "river-office"
records = "stations"
station = "code"
time = { path = "at", format = "%Y/%m/%d %H:%M" }
missing = ["---"]
[message.values]
water_level = { path = "stage", unit = "cm" }
"""
BEGAN = datetime(2026, 1, 15, 6, 20, tzinfo=UTC)


def document(*stages: object, at: str = "2026/01/15 15:00") -> bytes:
    rows = [{"code": f"g{number}", "at": at, "stage": stage} for number, stage in enumerate(stages)]
    return json.dumps({"stations": rows}, ensure_ascii=False).encode()


class Desk:
    """A source whose time a test lets pass."""

    def __init__(self, store: Store, api: FakeWebApi, **settings: Any) -> None:
        self.store, self.bell, self.passed = store, Bell(), 0.0
        self.fetcher = Fetcher("shirase (test)", 0.5, {"X-Api-Key": "k-1"})
        self.mappings = read_mappings([("m.toml", MAPPING)])
        feed = by_name("river-office", feeds_with(self.mappings))
        assert feed is not None
        url = settings.pop("url", f"{api.base}/levels.json")
        self.source = Source(
            store=store,
            bell=self.bell,
            clock=At(self),
            settings=SourceSettings(name="river-office", url=url, every_s=600, **settings),
            feed=feed,
            fetcher=self.fetcher,
            timer=lambda: self.passed,
        )

    async def step(self, minutes: float = 0) -> bool:
        self.passed += 60 * minutes
        return await self.source.step()

    async def rows(self) -> list[Any]:
        async with self.store.read() as connection:
            return list((await connection.execute(select(records).order_by(records.c.seq))).all())

    async def refused(self) -> list[Any]:
        async with self.store.read() as connection:
            return list((await connection.execute(select(quarantine).order_by(quarantine.c.id))).all())


@dataclass
class At(Clock):
    """Hub time of the desk."""

    desk: Desk = field(repr=False)

    def now(self) -> datetime:
        return BEGAN + timedelta(seconds=self.desk.passed)


@pytest.fixture
async def api() -> AsyncIterator[FakeWebApi]:
    server = FakeWebApi()
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def desk(store: Store, api: FakeWebApi) -> AsyncIterator[Desk]:
    made = Desk(store, api)
    yield made
    await made.fetcher.close()


async def test_values_are_stored_in_the_kept_unit_under_the_sources_name(desk: Desk, api: FakeWebApi) -> None:
    api.document = document(123, "---", 'high"')
    with desk.bell.listen("records") as bell:
        assert await desk.step()
        assert await bell.wait(1)
    level, missing = await desk.rows()
    assert (level.subject, level.value, level.gateway, level.trusted) == ("g0/water_level", 1.23, "river-office", True)
    assert level.body["flags"] == [], "twenty minutes are not late for what is published hourly"
    assert (missing.value, missing.body["flags"]) == (None, ["missing"])
    (refused,) = await desk.refused()
    assert (refused.code, refused.at, refused.gateway) == ("bad_value", "/2/stage", "river-office")
    assert api.asked == [("/levels.json", "k-1")]


async def test_it_is_asked_at_its_pace_and_for_changes_only(desk: Desk, api: FakeWebApi) -> None:
    api.document = document(123)
    assert await desk.step()
    for minutes in (1, 5, 6):
        assert not await desk.step(minutes)
    assert (len(api.asked), api.unchanged) == (2, 1)
    api.document = document(150, at="2026/01/15 15:30")
    assert await desk.step(11)
    assert [row.value for row in await desk.rows()] == [1.23, 1.5]


async def test_old_values_recompute_and_do_not_alert(desk: Desk, api: FakeWebApi) -> None:
    api.document = document(123, at="2026/01/15 13:00")
    await desk.step()
    (row,) = await desk.rows()
    assert row.body["flags"] == ["late"]


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "trouble", [Trouble(), Trouble(status=404), Trouble(hang_s=1), Trouble(cut=True), Trouble(moved_to="/elsewhere")]
)
async def test_what_the_server_does_wrong_costs_patience_only(desk: Desk, api: FakeWebApi, trouble: Trouble) -> None:
    api.document = document(123)
    api.troubles.extend([trouble] * 3)
    for _ in range(3):
        assert desk.source.trouble == ""
        assert not await desk.step(31)
    assert "river-office" in desk.source.trouble and "since" in desk.source.trouble
    assert await desk.step(31)
    assert desk.source.trouble == "" and len(await desk.rows()) == 1


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
async def test_it_waits_longer_each_time_and_as_long_as_the_server_asks(desk: Desk, api: FakeWebApi) -> None:
    api.troubles.extend([Trouble(), Trouble(), Trouble(status=429, retry_after="1700"), Trouble()])
    paces = []
    for _ in range(3):
        await desk.step(31)
        paces.append(desk.source.pace())
    assert 450 <= paces[0] <= 750 and 900 <= paces[1] <= 1500 and 1700 <= paces[2] <= 1800


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
async def test_a_page_instead_of_values_is_kept_for_staff_and_can_be_read_again(desk: Desk, api: FakeWebApi) -> None:
    api.document = b"<html>maintenance</html>"
    assert not await desk.step()
    (refused,) = await desk.refused()
    assert (refused.code, refused.topic) == ("bad_json", "source:river-office/Actual")
    async with desk.store.write() as connection:
        await connection.execute(quarantine.update().values(payload=document(123)))
    assert await replay(desk.store, Reader(mappings=desk.mappings), refused.id, "sato", BEGAN) == 1
    assert [(row.gateway, row.value) for row in await desk.rows()] == [("river-office", 1.23)]


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
async def test_what_a_test_source_brought_stays_a_test_when_it_is_read_again(store: Store, api: FakeWebApi) -> None:
    desk = Desk(store, api, status=Status.TEST)
    api.document = b"{}"
    await desk.step()
    await desk.fetcher.close()
    (refused,) = await desk.refused()
    async with store.write() as connection:
        await connection.execute(quarantine.update().values(payload=document(123)))
    await replay(store, Reader(mappings=desk.mappings), refused.id, "sato", BEGAN)
    assert [row.status for row in await desk.rows()] == ["Test"]


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
async def test_the_address_may_hold_the_time_in_japan(store: Store, api: FakeWebApi) -> None:
    desk = Desk(store, api, url=f"{api.base}/{{now:%Y%m%d/%H}}00.json", behind_s=1800, status=Status.TEST)
    api.document = document(123)
    await desk.step()
    await desk.fetcher.close()
    assert [path for path, _ in api.asked] == ["/20260115/1400.json"]
    assert [row.status for row in await desk.rows()] == ["Test"]


@pytest.mark.parametrize(
    "url", ["ftp://x/y", "https://x", "https://user@x/y", "https://x/{now.__class__}", "https://x/{x}"]
)
def test_addresses_that_cannot_be_asked(url: str) -> None:
    with pytest.raises(ValidationError):
        SourceSettings(name="x", url=url)


def settings_of(profile: Path, data: Path, api: FakeWebApi, **more: Any) -> Settings:
    city = tomllib.loads((profile / "profile.toml").read_text(encoding="utf-8"))
    source = {"name": "river-office", "url": f"{api.base}/levels.json", "every_s": 10}
    return Settings.model_validate(
        {**city, "profile": profile, "data_dir": data, "web": {"port": 0}, "sources": [source], **more}
    )


async def test_a_hub_asks_and_says_when_it_cannot(tmp_path: Path, api: FakeWebApi) -> None:
    profile = tmp_path / "profile"
    shutil.copytree(Path(__file__).parents[2] / "config/morioka", profile)
    with pytest.raises(StartError, match=r"needs a \[\[message\]\]"):
        async with Hub.running(settings_of(profile, tmp_path / "var0", api), services=("poll",)):
            pass
    (profile / "mappings").mkdir()
    (profile / "mappings" / "office.toml").write_text(MAPPING)
    api.document = document(123, at=f"{datetime.now(UTC) + timedelta(hours=9):%Y/%m/%d %H:%M}")
    async with Hub.running(settings_of(profile, tmp_path / "var", api), services=("poll",)) as hub:
        await until(lambda: api.asked)

        async def stored() -> bool:
            async with hub.store.read() as connection:
                return bool((await connection.execute(select(records.c.seq))).all())

        async with asyncio.timeout(10):
            while not await stored():
                await asyncio.sleep(0.05)


def test_real_values_have_no_place_in_a_drill(tmp_path: Path) -> None:
    api = FakeWebApi()
    api.base = "http://127.0.0.1:9"
    drill = Exercise(start=BEGAN, began=BEGAN, speed=1).model_dump()
    with pytest.raises(ValidationError, match="no place in a drill"):
        settings_of(Path(__file__).parents[2] / "config/morioka", tmp_path, api, exercise=drill)


def test_keys_are_never_shown(tmp_path: Path) -> None:
    source = SourceSettings(name="x", url="https://x/y", headers={"X-Api-Key": SecretStr("k-1")})
    assert "k-1" not in repr(source) and "k-1" not in source.model_dump_json()
