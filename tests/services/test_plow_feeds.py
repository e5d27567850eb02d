"""Other cities' plow services, polled from a played server by the example mappings of ``config/mappings``."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from feeds.mapping import read_mappings
from feeds.records import Fix
from feeds.registry import by_name, feeds_with
from services.bell import Bell
from services.configuration.sources import Source as SourceSettings
from services.fetch import Fetcher
from services.source import Source
from services.store.engine import Store
from services.store.tables import quarantine, records
from tests.fakes.plow_services import BROKEN, PAGE, TOO_FREQUENT, FakePlowServices, Seen
from tests.feeds.making import message
from tests.services.making import SetClock

pytestmark = pytest.mark.one_engine
EXAMPLES = Path(__file__).resolve().parents[2] / "config" / "mappings"
BEGAN = datetime(2026, 1, 15, 3, 0, tzinfo=UTC)
FLEET = [
    Seen("7", BEGAN, 24.94, 60.17, ("su", "au")),
    Seen("8", BEGAN - timedelta(minutes=1), 24.95, 60.18, ("siirtoajo",)),
    Seen("9", BEGAN - timedelta(hours=3), 24.96, 60.19, ("hi",)),
]


def mappings() -> Any:
    return read_mappings([(file.name, file.read_text(encoding="utf-8")) for file in sorted(EXAMPLES.glob("*.toml"))])


@pytest.fixture
async def city() -> AsyncIterator[FakePlowServices]:
    server = FakePlowServices()
    server.fleet = list(FLEET)
    await server.start()
    yield server
    await server.stop()


class Poller:
    """A source whose time a test lets pass."""

    def __init__(self, store: Store, name: str, url: str) -> None:
        self.store, self.passed, self.clock = store, 0.0, SetClock(BEGAN)
        feed = by_name(name, feeds_with(mappings()))
        assert feed is not None
        self.fetcher = Fetcher("shirase (test)", 0.5)
        self.source = Source(
            store=store,
            bell=Bell(),
            clock=self.clock,
            settings=SourceSettings(name=name, url=url, every_s=30),
            feed=feed,
            fetcher=self.fetcher,
            timer=lambda: self.passed,
        )

    async def poll(self) -> bool:
        self.passed += 2000  # whatever pause it has taken
        return await self.source.step()

    async def fixes(self) -> list[tuple[str, str | None, str]]:
        async with self.store.read() as connection:
            rows = (await connection.execute(select(records).order_by(records.c.subject, records.c.seq))).all()
        return [(row.subject, row.body["activity"], row.body["activity_name"]) for row in rows]

    async def refused(self) -> int:
        async with self.store.read() as connection:
            return len((await connection.execute(select(quarantine.c.id))).all())


@asynccontextmanager
async def polled(store: Store, name: str, url: str) -> AsyncIterator[Poller]:
    one = Poller(store, name, url)
    yield one
    await one.fetcher.close()


async def test_a_finnish_list_is_asked_since_when_and_an_empty_one_is_no_fault(
    store: Store, city: FakePlowServices
) -> None:
    async with polled(store, "plows-finnish", f"{city.base}/snowplow/?since=2026-01-15T04:00:00&limit=100") as one:
        assert await one.poll()
        assert await one.fixes() == [("7", "plow", "su, au"), ("8", "none", "siirtoajo")]
        city.fleet = city.fleet[2:]
        for _ in range(4):
            assert not await one.poll()
        assert (await one.refused(), one.source.trouble) == (0, "")
        assert city.asked[-1] == "/snowplow/?since=2026-01-15T04:00:00&limit=100"


async def test_chicago_repeats_whoever_is_silent(store: Store, city: FakePlowServices) -> None:
    async with polled(store, "plows-chicago", f"{city.base}/TrackingDataServlet") as one:
        await one.poll()
        city.fleet[0] = replace(city.fleet[0], at=BEGAN + timedelta(seconds=30), lat=60.171)
        assert await one.poll()
        assert not await one.poll(), "everybody stands still"
        assert [vehicle for vehicle, _, _ in await one.fixes()] == ["7", "7", "8", "9"]


async def test_turku_s_contractors_have_words_of_their_own(store: Store, city: FakePlowServices) -> None:
    said = ("Auraus ja sohjonpoisto", "PUHTAANAPITO", "Siirtymäajo")
    city.fleet = [replace(seen, doing=(word,)) for seen, word in zip(FLEET, said, strict=True)]
    city.fleet.append(Seen("10", BEGAN, 24.9, 60.1, ("Uusi sana",)))
    async with polled(store, "plows-turku", f"{city.base}/maintenance_works/?page_size=1000") as one:
        await one.poll()
        assert await one.fixes() == [
            ("10", "other", "Uusi sana"),
            ("7", "plow", "Auraus ja sohjonpoisto"),
            ("8", "sweep", "PUHTAANAPITO"),
            ("9", "none", "Siirtymäajo"),
        ]


@pytest.mark.parametrize("refusal", [TOO_FREQUENT, PAGE, BROKEN])
async def test_a_service_that_refuses_is_left_alone_for_longer_and_staff_are_told(
    store: Store, city: FakePlowServices, refusal: tuple[int, str, str]
) -> None:
    """ "Too frequent" and a page of HTML come with status 200: to ask on at the old pace would be the wrong answer."""
    async with polled(store, "plows-chicago", f"{city.base}/TrackingDataServlet") as one:
        city.refusals.extend([refusal] * 3)
        paces = []
        for _ in range(3):
            assert not await one.poll()
            paces.append(one.source.pace())
        assert paces[0] < 40 < 85 < paces[2] and "plows-chicago" in one.source.trouble
        assert await one.refused() == (0 if refusal is BROKEN else 1), "the same page is kept once"
        assert await one.poll() and one.source.trouble == ""


@pytest.mark.parametrize(
    ("blade", "spreader", "activity"), [(1, 0, "plow"), (0, 1, "deice"), (1, 1, "plow"), (0, 0, "none")]
)
def test_a_tracker_tells_blade_and_spreader_by_its_switches(blade: int, spreader: int, activity: str) -> None:
    body = {"imei": "8612", "utc": "20260115030000", "lon": 141.15, "lat": 39.7, "spd": 18.5, "azi": 90, "ign": 1}
    feed = by_name("trackers-queclink", feeds_with(mappings()))
    assert feed is not None and feed.accepts("trackers/grader-3/position")
    sent = json.dumps(body | {"din1": blade, "din2": spreader, "odometer": 4711.2})
    (fix,) = feed.decode(message(sent.encode(), "trackers/grader-3/position")).records
    assert isinstance(fix, Fix)
    assert (fix.vehicle, fix.activity, fix.speed_kmh, fix.measured_at) == ("grader-3", activity, 18.5, BEGAN)
