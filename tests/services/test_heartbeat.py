"""The heartbeat beside the feed: it lists what went out, for a whole minute the same, and is signed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from lxml import etree

from feeds.cap import CapReference, read, write
from feeds.cap.lint import lint
from feeds.cap.verify import read_verified
from feeds.status import Status
from rules.heartbeat import MOST, heartbeat
from services.channels.registry import build
from services.store.engine import Store
from services.web.heartbeat import Heartbeat
from tests.feeds.cap.keys import pair, signer
from tests.rules.test_cap_message import flood
from tests.services.test_cap_feed import BASE, NS, Hub, alert, cap_pages

NOW = datetime(2026, 1, 14, 21, 15, 20, tzinfo=UTC)
SENDER = "bousai@city.example.jp"


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    store = await Store.open(f"sqlite+aiosqlite:///{tmp_path / 'hub.db'}")
    one = Hub(store)
    one.time = NOW
    yield one
    await store.close()


def served(hub: Hub, signed: bool = True, public_exercise: bool = False) -> TestClient[web.Request, web.Application]:
    pages = cap_pages(hub, public_exercise=public_exercise)
    app = web.Application()
    app.add_routes(Heartbeat(pages=pages, sender=SENDER, signer=signer() if signed else None).routes())
    app.add_routes(pages.routes())
    return TestClient(TestServer(app))


async def beat(client: TestClient[web.Request, web.Application]) -> bytes:
    answer = await client.get("/cap/heartbeat.xml")
    assert (answer.status, answer.content_type) == (200, "application/cap+xml")
    return await answer.read()


async def test_it_lists_what_was_published_before_its_minute_and_is_signed(hub: Hub) -> None:
    async with served(hub) as client:
        first, second = await hub.issue(alert(1)), None
        assert read_verified(await beat(client), signer().chain).references == (), "published within this minute"
        hub.time += timedelta(minutes=1)
        second = await hub.issue(alert(2))
        told = read_verified(await beat(client), signer().chain, hub.time)
        assert [one.identifier for one in told.references] == [first.identifier]
        hub.time += timedelta(minutes=1)
        told = read_verified(await beat(client), signer().chain, hub.time)
        assert [one.identifier for one in told.references] == [first.identifier, second.identifier]
        assert told.references[0] == CapReference(sender=first.sender, identifier=first.identifier, sent=first.sent)
    assert (told.status, told.sender, told.sent) == ("System", SENDER, hub.time.replace(second=0))
    assert not told.is_public


async def test_a_minute_has_one_heartbeat_whoever_asks(hub: Hub) -> None:
    await hub.issue(alert(1))
    hub.time += timedelta(minutes=5)
    async with served(hub) as one, served(hub) as other:
        before = await beat(one)
        await hub.issue(alert(2))
        hub.time += timedelta(seconds=30)
        assert await beat(one) == before == await beat(other)
        hub.time += timedelta(minutes=1)
        assert await beat(one) != before


async def test_the_feed_says_where_it_is_and_does_not_count_it_as_an_alert(hub: Hub) -> None:
    async with served(hub) as client:
        feed = etree.fromstring(await (await client.get("/cap/feed.atom")).read())
        (link,) = feed.xpath("a:link[@rel='related']", namespaces=NS)
        assert link.get("href") == f"{BASE}/cap/heartbeat.xml"
        assert not feed.xpath("a:entry", namespaces=NS)


@pytest.mark.parametrize(("shown", "listed"), [(False, []), (True, ["morioka-1"])])
async def test_a_drill_is_listed_only_where_it_is_shown(hub: Hub, shown: bool, listed: list[str]) -> None:
    await hub.issue(alert(1, status=Status.EXERCISE))
    hub.time += timedelta(minutes=1)
    async with served(hub, public_exercise=shown) as client:
        assert [one.identifier for one in read(await beat(client)).references] == listed


async def test_what_is_not_published_is_not_listed(hub: Hub) -> None:
    await hub.issue(alert(1), published=False)
    hub.time += timedelta(minutes=1)
    async with served(hub, signed=False) as client:
        assert read(await beat(client)).references == ()


def test_only_the_last_are_listed_and_the_linter_finds_no_fault() -> None:
    many = [CapReference(sender=SENDER, identifier=f"i{n}", sent=NOW.replace(microsecond=0)) for n in range(MOST + 5)]
    written = write(heartbeat(SENDER, NOW.replace(second=0) + timedelta(minutes=1), many))
    assert [one.identifier for one in read(written).references] == [f"i{n}" for n in range(5, MOST + 5)]
    assert {one.rule for one in lint(written, NOW + timedelta(minutes=1))} == {"not_public"}


# The channels sign what they render


@pytest.mark.parametrize(("name", "options"), [("linkage", {"url": "https://a.jp/", "token": "t"}), ("cap_feed", {})])
def test_channels_sign_where_a_key_is_set(name: str, options: dict[str, str]) -> None:
    signed = build(name, options, signer()).render(flood())
    assert signed == build(name, options, signer()).render(flood()), "rendering is pure, signed or not"
    assert read_verified(signed.parts[0].encode(), signer().chain) == read(signed.parts[0].encode())
    assert signed.parts[0].encode() == signer().sign(build(name, options).render(flood()).parts[0].encode())


def test_both_channels_send_the_same_bytes() -> None:
    linkage = build("linkage", {"url": "https://a.jp/", "token": "t"}, signer())
    assert linkage.render(flood()) == build("cap_feed", {}, signer()).render(flood())


async def test_a_drill_is_signed_as_a_drill(hub: Hub) -> None:
    drill = build("cap_feed", {}, signer()).render(replace(flood(), status=Status.EXERCISE))
    told = read_verified(drill.parts[0].encode(), signer().chain)
    assert (told.status, told.is_public) == ("Exercise", False)
    assert pair()[0].splitlines()[1] not in drill.parts[0]
