"""The open CAP feed, from the outbox to the HTTP answer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from lxml import etree
from yarl import URL

from feeds.cap import CapAlert, read, write
from feeds.cap.schema import SCOPE, STATUS
from feeds.status import Status
from rules.alert import Alert
from rules.cap_message import to_cap
from services.channels.cap_feed import CapFeed, Config, Entry, atom
from services.channels.channel import Payload, Verdict
from services.store import alerts as alert_store
from services.store import outbox
from services.store.engine import Store
from services.web.cap import CapPages
from tests.rules.test_cap_message import flood

NOW = datetime(2026, 1, 14, 21, 15, tzinfo=UTC)
BASE = "https://shirase.example.jp"
NS = {"a": "http://www.w3.org/2005/Atom"}
CHANNEL = CapFeed(Config())


class Hub:
    """A store, the pages over it, and a clock that stands."""

    def __init__(self, store: Store) -> None:
        self.store, self.time = store, NOW

    def now(self) -> datetime:
        return self.time

    async def issue(self, alert: Alert, published: bool = True, payload: Payload | None = None) -> Alert:
        """Approve an alert and let the deliver loop's steps happen to it."""
        rendered = {CHANNEL.name: payload or CHANNEL.render(alert)}
        async with self.store.write() as connection:
            await alert_store.add_draft(connection, alert, rendered, self.time)
            await alert_store.mark_issued(connection, alert, self.time)
            await outbox.add(connection, alert, rendered, self.time, self.time)
            if published:
                delivery = await outbox.claim(connection, CHANNEL.name, self.time, self.time)
                assert delivery is not None
                outcome = await CHANNEL.send(delivery, self.time, no_progress)
                assert outcome.verdict is Verdict.ACCEPTED
                await outbox.finish(connection, delivery, outcome, self.time, self.time)
        return alert


async def no_progress(_remote_id: str) -> None:
    raise AssertionError("one part has no progress")


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    store = await Store.open(f"sqlite+aiosqlite:///{tmp_path / 'hub.db'}")
    yield Hub(store)
    await store.close()


def pages(hub: Hub, public_exercise: bool = False, base_url: str = BASE) -> TestClient[web.Request, web.Application]:
    app = web.Application()
    app.add_routes(cap_pages(hub, public_exercise, base_url).routes())
    return TestClient(TestServer(app))


def cap_pages(hub: Hub, public_exercise: bool = False, base_url: str = BASE) -> CapPages:
    return CapPages(
        store=hub.store, now=hub.now, base_url=base_url, title="盛岡市 防災情報", public_exercise=public_exercise
    )


def alert(number: int, **changes: Any) -> Alert:
    return replace(flood(), series=f"s{number}", revision=1, identifier=f"morioka-{number}", **changes)


async def listed(client: TestClient[web.Request, web.Application]) -> list[str]:
    answer = await client.get("/cap/feed.atom")
    assert answer.status == 200
    feed = etree.fromstring(await answer.read())
    return [link.rpartition("/")[2] for link in feed.xpath("a:entry/a:link/@href", namespaces=NS)]


async def test_an_empty_feed_is_valid_and_stands_still(hub: Hub) -> None:
    async with pages(hub) as client:
        first = await client.get("/cap/feed.atom")
        hub.time += timedelta(days=1)
        second = await client.get("/cap/feed.atom")
        feed = etree.fromstring(await first.read())
        assert await second.read() == await first.read()
    for path in ("a:id", "a:title", "a:updated", "a:author/a:name"):
        assert len(feed.xpath(path, namespaces=NS)) == 1, path
    assert feed.xpath("string(a:link[@rel='self']/@href)", namespaces=NS) == f"{BASE}/cap/feed.atom"
    assert not feed.xpath("a:entry", namespaces=NS)


async def test_an_alert_in_force_is_listed_and_its_bytes_are_the_approved_ones(hub: Hub) -> None:
    one = await hub.issue(alert(1))
    async with pages(hub) as client:
        answer = await client.get("/cap/feed.atom")
        assert answer.content_type == "application/atom+xml"
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.headers["Cache-Control"] == "public, max-age=60"
        (entry,) = etree.fromstring(await answer.read()).xpath("a:entry", namespaces=NS)
        assert entry.xpath("string(a:title)", namespaces=NS) == one.texts["ja"].headline
        assert entry.xpath("string(a:author/a:name)", namespaces=NS) == one.sender_name
        assert entry.xpath("string(a:link[@rel='alternate']/@type)", namespaces=NS) == "application/cap+xml"
        href = entry.xpath("string(a:link/@href)", namespaces=NS)
        assert href == entry.xpath("string(a:id)", namespaces=NS) == f"{BASE}/cap/morioka-1.xml"
        document = await client.get("/cap/morioka-1.xml")
        assert document.content_type == "application/cap+xml"
        assert await document.read() == CHANNEL.render(one).parts[0].encode()


async def test_what_is_still_on_its_way_is_not_public(hub: Hub) -> None:
    await hub.issue(alert(1), published=False)
    async with pages(hub) as client:
        assert await listed(client) == []
        assert (await client.get("/cap/morioka-1.xml")).status == 404


async def test_the_newest_comes_first(hub: Hub) -> None:
    for number in (1, 2, 3):
        await hub.issue(alert(number))
        hub.time += timedelta(minutes=1)
    async with pages(hub) as client:
        assert await listed(client) == ["morioka-3.xml", "morioka-2.xml", "morioka-1.xml"]


async def test_an_update_takes_the_place_of_what_it_replaces(hub: Hub) -> None:
    first = await hub.issue(alert(1))
    hub.time += timedelta(minutes=20)
    sent = first.sent + timedelta(minutes=20)
    update = replace(first, revision=2, identifier="morioka-1b", sent=sent, references=(first.reference,))
    await hub.issue(update)
    async with pages(hub) as client:
        assert await listed(client) == ["morioka-1b.xml"]
        assert (await client.get("/cap/morioka-1.xml")).status == 200, "others quote the earlier document"


async def test_until_the_update_is_out_the_earlier_one_stays(hub: Hub) -> None:
    first = await hub.issue(alert(1))
    await hub.issue(replace(first, revision=2, identifier="morioka-1b"), published=False)
    async with pages(hub) as client:
        assert await listed(client) == ["morioka-1.xml"]


async def test_a_cancel_stays_visible_for_a_day(hub: Hub) -> None:
    first = await hub.issue(alert(1))
    cancel = replace(
        first,
        revision=2,
        identifier="morioka-1c",
        sent=first.sent + timedelta(minutes=4),
        msg_type="Cancel",
        references=(first.reference,),
        ends=True,
        expires=NOW + timedelta(minutes=30),
    )
    await hub.issue(cancel)
    async with pages(hub) as client:
        hub.time = NOW + timedelta(hours=23)
        assert await listed(client) == ["morioka-1c.xml"]
        hub.time = NOW + timedelta(hours=25)
        assert await listed(client) == []


async def test_what_has_expired_is_gone_from_the_list_but_not_from_its_address(hub: Hub) -> None:
    await hub.issue(alert(1))
    async with pages(hub) as client:
        hub.time = flood().expires
        assert await listed(client) == []
        assert (await client.get("/cap/morioka-1.xml")).status == 200


async def test_updated_moves_exactly_when_the_list_changes(hub: Hub) -> None:
    async def updated() -> str:
        feed = etree.fromstring(await (await client.get("/cap/feed.atom")).read())
        return str(feed.xpath("string(a:updated)", namespaces=NS))

    async with pages(hub) as client:
        hub.time = NOW
        await hub.issue(alert(1))
        hub.time = NOW + timedelta(hours=1)
        assert await updated() == "2026-01-14T21:15:00Z"
        hub.time = flood().expires + timedelta(hours=2)
        assert await updated() == "2026-01-15T03:00:00Z", "when it ran out"


@pytest.mark.parametrize("status", [Status.EXERCISE, Status.TEST])
async def test_drills_are_not_public(hub: Hub, status: Status) -> None:
    takes_all = CapFeed(Config(statuses=frozenset(Status)))
    one = alert(1, status=status)
    async with hub.store.write() as connection:
        rendered = {takes_all.name: takes_all.render(one)}
        await alert_store.add_draft(connection, one, rendered, NOW)
        await outbox.add(connection, one, rendered, NOW, NOW)
        delivery = await outbox.claim(connection, takes_all.name, NOW, NOW)
        assert delivery is not None
        await outbox.finish(connection, delivery, await takes_all.send(delivery, NOW, no_progress), NOW, NOW)
    async with pages(hub) as client:
        assert await listed(client) == []
        assert (await client.get("/cap/morioka-1.xml")).status == 404
    async with pages(hub, public_exercise=True) as demonstration:
        shown = await listed(demonstration)
        assert shown == (["morioka-1.xml"] if status is Status.EXERCISE else [])


async def test_the_document_has_the_last_word_on_what_is_public(hub: Hub) -> None:
    """A row that says Actual over a document that says Draft must not leak it."""
    secret = write(replace(to_cap(alert(1)), status="Draft")).decode()
    await hub.issue(alert(1), payload=Payload(media_type="application/cap+xml", parts=(secret,)))
    async with pages(hub, public_exercise=True) as client:
        assert await listed(client) == []
        assert (await client.get("/cap/morioka-1.xml")).status == 404


@pytest.mark.parametrize("status", STATUS.words)
@pytest.mark.parametrize("scope", SCOPE.words)
def test_of_fifteen_combinations_one_is_public(status: str, scope: str) -> None:
    message: CapAlert = replace(
        to_cap(flood()), status=status, scope=scope, restriction="staff", addresses=("a@example.jp",)
    )
    assert read(write(message)).is_public is ((status, scope) == ("Actual", "Public"))


@pytest.mark.parametrize("path", ["/cap/feed.atom", "/cap/morioka-1.xml"])
async def test_a_reader_who_has_it_gets_304(hub: Hub, path: str) -> None:
    await hub.issue(alert(1))
    async with pages(hub) as client:
        first = await client.get(path)
        tag, changed = first.headers["ETag"], first.headers["Last-Modified"]
        for condition in (
            {"If-None-Match": tag},
            {"If-None-Match": f'"other", W/{tag}'},
            {"If-None-Match": "*"},
            {"If-Modified-Since": changed},
        ):
            again = await client.get(path, headers=condition)
            assert (again.status, await again.read()) == (304, b""), condition
            assert again.headers["ETag"] == tag
            assert again.headers["Cache-Control"] == "public, max-age=60"
        for condition in (
            {"If-None-Match": '"other"'},
            {"If-None-Match": '"other"', "If-Modified-Since": changed},
            {"If-Modified-Since": "Thu, 01 Jan 2015 00:00:00 GMT"},
        ):
            assert (await client.get(path, headers=condition)).status == 200, condition
        assert (await client.head(path)).status == 200


async def test_an_identifier_with_odd_characters_has_a_working_address(hub: Hub) -> None:
    await hub.issue(replace(alert(1), identifier="urn:oid:2.49/é?#%41"))
    async with pages(hub) as client:
        (name,) = await listed(client)
        answer = await client.get(URL(f"/cap/{name}", encoded=True))
        assert read(await answer.read()).identifier == "urn:oid:2.49/é?#%41"


async def test_without_a_configured_address_links_follow_names_of_the_house_and_no_strangers(hub: Hub) -> None:
    await hub.issue(alert(1))
    async with pages(hub, base_url="") as client:
        answer = await client.get("/cap/feed.atom", headers={"Host": "shirase.lan:8443"})
        assert b'href="http://shirase.lan:8443/cap/morioka-1.xml"' in await answer.read()
        answer = await client.get("/cap/feed.atom", headers={"Host": "evil.example"})
        assert f'href="http://127.0.0.1:{client.port}/cap/morioka-1.xml"'.encode() in await answer.read()
        for host in ("a b", "[", "<x>"):
            answer = await client.get("/cap/feed.atom", headers={"Host": host})
            assert answer.status in (200, 400), host
            assert b"<x>" not in await answer.read()


@pytest.mark.parametrize("name", ["nothing", "%00", "%ed%a0%80", "..%2f..", "%25", "a" * 3000])
async def test_what_is_not_there_is_404(hub: Hub, name: str) -> None:
    async with pages(hub) as client:
        assert (await client.get(URL(f"/cap/{name}.xml", encoded=True))).status == 404


def test_entries_are_sorted_and_text_is_escaped() -> None:
    entries = [
        Entry(identifier=f"i{n}", title="a < b & c", author="盛岡市", updated=NOW + timedelta(minutes=n))
        for n in (1, 3, 2)
    ]
    feed = etree.fromstring(atom(entries, f"{BASE}/", "t", NOW))
    ids = feed.xpath("a:entry/a:id/text()", namespaces=NS)
    assert ids == [f"{BASE}/cap/i{n}.xml" for n in (3, 2, 1)]
    assert feed.xpath("string(a:entry/a:title)", namespaces=NS) == "a < b & c"
