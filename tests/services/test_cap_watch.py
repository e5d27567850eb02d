"""The watch over a CAP feed, against our own pages and a line in between that loses, holds back and forges."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from feeds.cap.atom import read_atom
from feeds.cap.types import CapError
from services.cap_watch import SILENCE, CapWatch
from services.channels.registry import build
from services.cli import run
from services.fetch import Fetcher
from services.store.engine import Store
from services.web.heartbeat import Heartbeat
from tests.feeds.cap.keys import pair, signer
from tests.feeds.cap.test_codec import REAL, real
from tests.services.test_cap_feed import Hub, alert, cap_pages

NOW = datetime(2026, 1, 14, 21, 15, 20, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class Line:
    """Our pages behind a line that does to them what it is told."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.lost: set[str] = set()  # path ends that are not found
        self.hidden: set[str] = set()  # identifiers that the feed does not show
        self.instead: dict[str, bytes] = {}  # path → what is answered
        self.frozen = False
        self.asked: list[str] = []
        self.watch: CapWatch
        self.server: TestServer

    async def open(self) -> None:
        @web.middleware
        async def bend(request: web.Request, handler: Any) -> web.StreamResponse:
            self.asked.append(request.path)
            if any(request.path.endswith(end) for end in self.lost):
                raise web.HTTPNotFound
            if request.path in self.instead:
                return web.Response(body=self.instead[request.path])
            answer = await handler(request)
            assert isinstance(answer, web.Response) and isinstance(answer.body, bytes)
            body = answer.body
            if request.path.endswith(".atom"):
                for name in self.hidden:
                    body = body.replace(name.encode() + b'.xml"', b'"')
            if self.frozen:
                self.instead[request.path] = body
            return web.Response(body=body)

        pages = cap_pages(self.hub, base_url="")
        app = web.Application(middlewares=[bend])
        app.add_routes(Heartbeat(pages=pages, sender="bousai@city.example.jp", signer=signer()).routes())
        app.add_routes(pages.routes())
        self.server = TestServer(app)
        await self.server.start_server()
        self.watch = CapWatch(url=self.url, fetcher=Fetcher("tests", 5.0), trusted=signer().chain)

    @property
    def url(self) -> str:
        return str(self.server.make_url("/cap/feed.atom"))

    async def close(self) -> None:
        await self.watch.fetcher.close()
        await self.server.close()

    async def look(self) -> list[tuple[str, str]]:
        """What a look tells, as (event, identifier or message)."""
        events = await self.watch.look(self.hub.time)
        json.dumps(events)
        return [(one["event"], one.get("identifier") or one.get("code") or "") for one in events]


@pytest.fixture
async def line(tmp_path: Path) -> AsyncIterator[Line]:
    store = await Store.open(f"sqlite+aiosqlite:///{tmp_path / 'hub.db'}")
    hub = SigningHub(store)
    hub.time = NOW
    one = Line(hub)
    await one.open()
    yield one
    await one.close()
    await store.close()


class SigningHub(Hub):
    async def send(self, number: int) -> None:
        one = alert(number)
        await self.issue(one, payload=build("cap_feed", {}, signer()).render(one))


async def test_what_comes_is_told_once_and_all_is_well(line: Line) -> None:
    await line.hub.send(1)
    assert await line.look() == [("alert", "morioka-1")]
    line.hub.time += MINUTE
    await line.hub.send(2)
    assert await line.look() == [("alert", "morioka-2")]
    line.hub.time += MINUTE
    assert await line.look() == []
    assert line.watch.well
    assert line.asked.count("/cap/morioka-1.xml") == 1


async def test_an_alert_that_the_feed_does_not_show_is_fetched_by_its_name(line: Line) -> None:
    line.hidden = {"morioka-1"}
    await line.hub.send(1)
    assert await line.look() == []
    line.hub.time += MINUTE
    (event,) = await line.watch.look(line.hub.time)
    assert (event["event"], event["via"], event["identifier"]) == ("alert", "heartbeat", "morioka-1")
    assert line.watch.well


async def test_an_alert_that_cannot_be_had_is_told_as_lost_once_and_may_come_later(line: Line) -> None:
    line.hidden, line.lost = {"morioka-1"}, {"morioka-1.xml"}
    await line.hub.send(1)
    line.hub.time += MINUTE
    assert await line.look() == [("lost", "morioka-1")]
    line.hub.time += MINUTE
    assert await line.look() == []
    assert not line.watch.well
    line.lost.clear()
    assert await line.look() == [("alert", "morioka-1")]
    assert line.watch.well


async def test_a_heartbeat_that_stays_behind_is_silence(line: Line) -> None:
    assert await line.look() == []
    line.frozen = True
    for _ in range(3):
        assert await line.look() == []
        line.hub.time += MINUTE
    line.hub.time += MINUTE
    assert await line.look() == [("silent", "")]
    assert await line.look() == []
    assert not line.watch.well
    line.frozen = False
    line.instead.clear()
    assert await line.look() == [("alive", "")]


@pytest.mark.parametrize("end", ["feed.atom", "heartbeat.xml"])
async def test_a_feed_that_is_not_there_falls_silent(line: Line, end: str) -> None:
    assert await line.look() == []
    line.lost = {end}
    line.hub.time += SILENCE - MINUTE
    assert await line.look() == []
    line.hub.time += 2 * MINUTE
    (event,) = await line.watch.look(line.hub.time)
    assert event["event"] == "silent" and "404" in event["message"]
    assert event["since"] == "2026-01-15T06:15:00+09:00"


async def test_a_heartbeat_of_another_signer_counts_for_nothing(line: Line) -> None:
    pages = cap_pages(line.hub)
    other = Heartbeat(pages=pages, sender="bousai@city.example.jp", signer=signer("other.example"))
    app = web.Application()
    app.add_routes(other.routes())
    async with TestServer(app) as server:
        fetched = await line.watch.fetcher.get(str(server.make_url("/cap/heartbeat.xml")), 10**6)
    assert fetched.body
    line.instead["/cap/heartbeat.xml"] = fetched.body
    (event,) = await line.watch.look(line.hub.time)
    assert event["event"] == "silent" and "trusted" in event["message"]


async def test_an_alert_does_not_pass_for_a_heartbeat(line: Line) -> None:
    line.instead["/cap/heartbeat.xml"] = signer().sign((build("cap_feed", {}).render(alert(1))).parts[0].encode())
    (event,) = await line.watch.look(line.hub.time)
    assert event["event"] == "silent" and "heartbeat" in event["message"]


async def test_a_forged_alert_is_refused_once_and_read_when_the_true_one_comes(line: Line) -> None:
    await line.hub.send(1)
    line.instead["/cap/morioka-1.xml"] = build("cap_feed", {}).render(alert(1)).parts[0].encode()
    assert await line.look() == [("refused", "not_signed")]
    assert await line.look() == []
    assert not line.watch.well
    line.instead.clear()
    assert await line.look() == [("alert", "morioka-1")]
    assert line.watch.well


async def test_another_alert_under_the_name_of_a_lost_one_does_not_hide_the_loss(line: Line) -> None:
    line.hidden = {"morioka-1"}
    await line.hub.send(1)
    line.instead["/cap/morioka-1.xml"] = build("cap_feed", {}, signer()).render(alert(2)).parts[0].encode()
    line.hub.time += MINUTE
    assert await line.look() == [("refused", "other_alert"), ("lost", "morioka-1")]


async def test_without_certificates_everything_is_read_and_nothing_believed(line: Line) -> None:
    await line.hub.send(1)
    watch = CapWatch(url=line.url, fetcher=line.watch.fetcher)
    assert [one["event"] for one in await watch.look(line.hub.time)] == ["alert"]


# The command, and what a feed may be


def test_wrong_usage_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["cap", "watch", "ftp://example.jp/feed"]) == 2
    assert run(["cap", "watch", "http://example.jp/feed", "--every", "1"]) == 2
    (tmp_path / "no.pem").write_text(pair()[0])
    assert run(["cap", "watch", "http://example.jp/feed", "--trust", str(tmp_path / "no.pem")]) == 2
    assert "BEGIN CERTIFICATE" in capsys.readouterr().err


def test_a_feed_that_cannot_be_reached_is_silence(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["cap", "watch", "--once", "http://127.0.0.1:9/feed.atom"]) == 1
    (event,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert (event["event"], event["since"]) == ("silent", None)


@real
@pytest.mark.real
@pytest.mark.parametrize(("name", "documents"), [("nws-index-thin", True), ("no-id", False), ("no-link", False)])
def test_real_feeds_are_read(name: str, documents: bool) -> None:
    index = read_atom((REAL / "feeds" / f"{name}.atom").read_bytes(), "https://example.org/feeds/index.atom")
    assert (len(index.documents) > 0, index.heartbeat) == (documents, "")
    assert all(one.startswith("http") for one in index.documents)


FEED = '<feed xmlns="http://www.w3.org/2005/Atom">{}</feed>'
LINK = '<entry><link type="application/cap+xml" href="{}"/></entry>'


@pytest.mark.parametrize("href", ["file:///etc/passwd", "javascript:1", "http://[", "", "ftp://a/b"])
def test_only_addresses_of_the_web_are_followed(href: str) -> None:
    documents = read_atom(FEED.format(LINK.format(href)).encode(), "http://a.jp/f").documents
    assert documents == (("http://a.jp/f",) if not href else ())


MANY = FEED.format("".join(LINK.format(f"/{number}") for number in range(1001)))


@pytest.mark.parametrize(
    ("data", "code"), [("<rss/>", "not_atom"), ("<!DOCTYPE x><feed/>", "doctype"), (MANY, "too_many")]
)
def test_what_is_no_feed_is_refused(data: str, code: str) -> None:
    with pytest.raises(CapError) as refusal:
        read_atom(data.encode(), "http://a.jp/f")
    assert refusal.value.code == code
