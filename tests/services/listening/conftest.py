"""Listeners whose time a test lets pass, and the stand-ins that they listen to."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from feeds.social.post import Ourselves
from feeds.status import Status
from geo.heard.lead import Lead
from geo.heard.queries import queries
from services.clock import Clock
from services.configuration.listening import BlueskyStream, MastodonStream, XSearch
from services.listening.asking import Door, open_session
from services.listening.bluesky import Bluesky
from services.listening.keeper import Keeper
from services.listening.mastodon import Mastodon
from services.listening.stream import StreamListener
from services.listening.xsearch import XListener
from services.store import leads, listened
from services.store.engine import Store
from services.store.listened import Source
from tests.fakes.jetstream import FakeJetstream
from tests.fakes.mastodon_stream import FakeMastodonStream
from tests.fakes.x_search import FakeXSearch
from tests.geo.heard.making import NOW, book, matcher


@dataclass
class Time(Clock):
    """Hub time and running time, both at the test's word."""

    passed: float = 0.0

    def now(self) -> datetime:
        return NOW + timedelta(seconds=self.passed)

    def timer(self) -> float:
        return self.passed

    def ago(self, minutes: float) -> datetime:
        return self.now() - timedelta(minutes=minutes)


@dataclass
class Desk:
    """A store, its time, and whatever listens into it."""

    store: Store
    time: Time = field(default_factory=Time)
    sessions: list[Any] = field(default_factory=list)

    @property
    def keeper(self) -> Keeper:
        return Keeper(matcher(), Status.ACTUAL, timedelta(hours=48))

    def door(self, title: str, secret: str = "") -> Door:
        self.sessions.append(open_session("shirase (test)", 0.5))
        return Door(self.sessions[-1], title, secret)

    def x(self, fake: FakeXSearch, **more: Any) -> XListener:
        told = {"bearer": SecretStr(fake.bearer), "reads_a_month": 1000, "base_url": fake.url, **more}
        settings = XSearch(**told)
        return XListener(
            store=self.store,
            clock=self.time,
            settings=settings,
            keeper=self.keeper,
            door=self.door("X", settings.bearer.get_secret_value()),
            queries=queries(book(), 4096),
            urgent_level=2,
            ours=Ourselves.of(["1403201"]),
            timer=self.time.timer,
        )

    def mastodon(self, fake: FakeMastodonStream, tag: str = "", token: str = "") -> StreamListener:
        settings = MastodonStream(url=fake.url, token=SecretStr(token or fake.token), own=("city@here",))
        door = self.door("Mastodon", settings.token.get_secret_value())
        return self._stream(Mastodon(settings=settings, door=door, ours=Ourselves.of(settings.own), tag=tag))

    def bluesky(self, fake: FakeJetstream) -> StreamListener:
        settings = BlueskyStream(url=fake.address, own=("did:plc:city",))
        return self._stream(Bluesky(url=settings.url, door=self.door("Bluesky"), ours=Ourselves.of(settings.own)))

    def _stream(self, provider: Any) -> StreamListener:
        return StreamListener(
            store=self.store,
            clock=self.time,
            keeper=self.keeper,
            provider=provider,
            timer=self.time.timer,
            patience=0.03,
        )

    async def leads(self) -> list[Lead]:
        async with self.store.read() as connection:
            return await leads.since(connection, Status.ACTUAL, NOW - timedelta(days=30), 1000)

    async def source(self, name: str) -> Source:
        async with self.store.read() as connection:
            found = await listened.find(connection, name)
        assert found is not None
        return found

    async def reads(self) -> int:
        async with self.store.read() as connection:
            return await listened.charged(connection, "x", NOW - timedelta(days=40))


@pytest.fixture
async def desk(store: Store) -> AsyncIterator[Desk]:
    one = Desk(store)
    yield one
    for session in one.sessions:
        await session.close()


@pytest.fixture
async def x() -> AsyncIterator[FakeXSearch]:
    fake = FakeXSearch(now=NOW)
    fake.longest = 4096
    await fake.start()
    yield fake
    await fake.stop()


@pytest.fixture
async def mastodon() -> AsyncIterator[FakeMastodonStream]:
    fake = FakeMastodonStream()
    await fake.start()
    yield fake
    await fake.stop()


@pytest.fixture
async def jetstream() -> AsyncIterator[FakeJetstream]:
    fake = FakeJetstream()
    await fake.start()
    yield fake
    await fake.stop()
