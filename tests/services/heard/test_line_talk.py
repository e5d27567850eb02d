"""LINE's deliveries, played by a stand-in that signs them: once, across restarts, sealed, and answered."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import func, select, update

from feeds.records import Report
from feeds.status import Status
from services.bell import Bell
from services.clock import wall
from services.configuration.line_talk import LineTalk
from services.configuration.reports import Reports
from services.heard.door import Door
from services.keyring import Keyring
from services.line_talk.client import Client
from services.line_talk.loop import USE, Talks
from services.line_talk.telling import Desk
from services.requests.desk import Requests
from services.requests.street import Streets
from services.store import line_events as events_store
from services.store.codec import from_json
from services.store.engine import Store
from services.store.tables import photos, records
from services.store.tables_heard import heard
from services.store.tables_line import line_events, line_talks
from services.store.tables_reports import photo_pairs, report_photos
from services.store.tables_requests import requests
from tests.fakes.line import FakeLine
from tests.services.making import NOW, SetClock
from tests.services.pictures import telling_jpeg
from tests.services.requests.making import CATALOG
from tests.services.web_floor import Floor, floor, ground

pytestmark = pytest.mark.one_engine
USER = "U4af4980629ec2c2a4f9d3b8d1f0e7a11"
OPEN = Reports(public=True, per_client=1000, in_all=1000)


@dataclass
class City:
    """The city's account: LINE's side, the pages, and the loop, which can be started anew."""

    line: FakeLine
    hub: Floor
    settings: LineTalk
    status: Status
    talks: list[Talks] = field(default_factory=list)
    clients: list[Client] = field(default_factory=list)

    @property
    def webhook(self) -> str:
        return self.hub.url + self.settings.path

    def restart(self) -> Talks:
        desk = Desk(
            door=Door(Requests(Streets(None)), 30),
            catalog=CATALOG,
            areas=ground().areas,
            city=("盛岡市", "Morioka"),
            status=self.status,
            base_url="https://hub.example.jp",
            photos_kept=timedelta(days=30),
            photo_likeness=OPEN.photo_likeness,
        )
        self.clients.append(Client(self.settings))
        self.talks.append(Talks(self.hub.store, (Bell(), SetClock(NOW)), self.settings, self.clients[-1], desk))
        return self.talks[-1]

    async def say(self, *events: dict[str, Any], user: str = USER) -> None:
        """Each delivered by itself and answered."""
        for one in events:
            assert await self.line.deliver(self.webhook, self.line.said(user, one)) == 200
            await self.work()

    async def work(self) -> None:
        while await self.talks[-1].step():
            pass

    async def due(self) -> None:
        """What waits for its next try is due now."""
        async with self.hub.store.write() as connection:
            await connection.execute(update(line_events).values(next_at=wall() - timedelta(seconds=1)))

    async def count(self, table: Any) -> int:
        async with self.hub.store.read() as connection:
            return await connection.scalar(select(func.count()).select_from(table)) or 0

    async def reports(self) -> list[Report]:
        async with self.hub.store.read() as connection:
            rows = await connection.scalars(select(records.c.body).where(records.c.type == "report"))
            return [from_json(Report, body) for body in rows]

    def answered(self) -> str:
        return "\n".join(one["text"] for one in self.line.replies[-1])


@asynccontextmanager
async def city(store: Store, status: Status = Status.ACTUAL, **changes: Any) -> AsyncIterator[City]:
    line = FakeLine()
    await line.start()
    settings = LineTalk(
        channel_secret=SecretStr(line.secret), token=SecretStr(line.token), url=line.url, data_url=line.url, **changes
    )
    async with floor(store, reports=OPEN, line_talk=settings) as hub:
        made = City(line, hub, settings, status)
        made.restart()
        try:
            yield made
        finally:
            for client in made.clients:
                await client.close()
            await line.stop()


def text(words: str) -> dict[str, Any]:
    return {"type": "message", "message": {"type": "text", "id": "1", "text": words}}


def press(data: str) -> dict[str, Any]:
    return {"type": "postback", "postback": {"data": data}}


def place(lon: float = 141.11, lat: float = 39.71) -> dict[str, Any]:
    where = {"type": "location", "id": "2", "address": "岩手県盛岡市内丸", "latitude": lat, "longitude": lon}
    return {"type": "message", "message": where}


def photo(name: str) -> dict[str, Any]:
    return {"type": "message", "message": {"type": "image", "id": name, "contentProvider": {"type": "line"}}}


async def test_a_bear_is_told_with_place_and_photo_and_followed_by_the_link(store: Store) -> None:
    async with city(store) as one:
        one.line.contents["555"] = telling_jpeg()
        await one.say(
            {"type": "follow"}, press("kind=bear"), place(), photo("555"), text("２頭、北へ"), press("do=send")
        )
        (report,) = await one.reports()
        assert (report.gateway, report.kind, report.confirmed, report.text) == ("@line", "bear", False, "２頭、北へ")
        assert (report.place, report.lon, report.measured_at) == ("岩手県盛岡市内丸", 141.11, NOW)
        async with store.read() as connection:
            row = (await connection.execute(select(photos))).mappings().one()
        assert row["sha256"] == report.photos[0] and b"SecretCam" not in row["data"]
        assert row["expires"] > wall() + timedelta(days=29), "as long as those of any report"
        said = one.answered()
        assert "受付番号 1" in said and "近づかない" in said and "https://hub.example.jp/report/" in said
        token = said.rpartition("/report/")[2][:43]
        _, page = await (await one.hub.visitor()).get(f"/report/{token}")
        assert 'data-state="received"' in page
        assert len(one.line.replies) == 6 and not one.line.pushes


async def test_a_photo_that_was_sent_before_is_seen_to_be_the_same(store: Store) -> None:
    async with city(store) as one:
        one.line.contents["5"] = telling_jpeg()
        for user in (USER, "U" + "9" * 32):
            await one.say(press("kind=bear"), text("内丸"), photo("5"), press("do=send"), user=user)
        assert await one.count(report_photos) == 2 and await one.count(photo_pairs) == 2


async def test_what_is_asked_of_the_snow_desk_is_answered_at_once(store: Store) -> None:
    async with city(store, Status.EXERCISE) as one:
        await one.say(
            press("list=snow"), press("kind=SNOW_RUT"), text("内丸1の2"), press("a=STUCK=yes"), press("do=send")
        )
        async with store.read() as connection:
            row = (await connection.execute(select(requests))).mappings().one()
        assert (row["client"], row["urgent"], row["status"]) == ("@line", True, "Exercise")
        assert "道路の位置を職員が確認します" in one.answered()
        assert all(message["text"].startswith("【訓練】") for reply in one.line.replies for message in reply)


async def test_a_signature_decides_and_strangers_leave_no_trace(store: Store) -> None:
    async with city(store) as one:
        event = one.line.said(USER, text("クマ"))
        for wrong in ("", "AAAA", "あ"):
            assert await one.line.deliver(one.webhook, event, signature=wrong.encode().decode("latin-1")) == 401
        assert await one.count(line_events) == 0
        assert await one.line.deliver(one.webhook) == 200, "trying the address delivers nothing"
        assert (
            await one.line.deliver(one.webhook, {"type": "new-thing"}, one.line.said(USER, {"type": "beacon"})) == 200
        )
        one.line.secret = "f" * 32
        assert await one.line.deliver(one.webhook, event) == 401
    async with floor(store, reports=OPEN) as hub:
        assert await FakeLine().deliver(f"{hub.url}/line/webhook") in {401, 404}, "off without a channel secret"


async def test_what_comes_again_does_nothing_twice_even_after_a_restart(store: Store) -> None:
    async with city(store) as one:
        await one.say(press("kind=bear"), text("中津川"))
        send = one.line.said(USER, press("do=send"))
        assert await one.line.deliver(one.webhook, send, send) == 200
        assert await one.count(heard) == 0, "the webhook answers before anything is done"
        one.restart()
        await one.work()
        again = send | {"deliveryContext": {"isRedelivery": True}}
        assert await one.line.deliver(one.webhook, again) == 200
        one.restart()
        await one.work()
        assert await one.count(heard) == 1 and len(one.line.replies) == 3


async def test_killed_between_understanding_and_answering_it_goes_on_there(store: Store) -> None:
    async with city(store) as one:
        await one.say(press("kind=bear"), text("中津川"))
        await one.line.deliver(one.webhook, one.line.said(USER, press("do=send")))
        assert await one.talks[-1].step()  # understood and written down; then killed
        assert await one.count(heard) == 1 and len(one.line.replies) == 2
        one.restart()
        await one.work()
        assert "受付番号 1" in one.answered() and await one.count(heard) == 1
        one.line.fails = [500]
        await one.say(press("kind=bear"))
        assert one.talks[-1].trouble and len(one.line.replies) == 3
        await one.due()
        await one.work()
        assert len(one.line.replies) == 4 and not one.talks[-1].trouble


async def test_nobody_reads_in_the_store_who_wrote_or_what(store: Store) -> None:
    async with city(store) as one:
        await one.say(press("kind=bear"))
        await one.line.deliver(one.webhook, one.line.said(USER, text("ひみつの場所")))
        async with store.read() as connection:
            rows = [*(await connection.execute(select(line_events))), *(await connection.execute(select(line_talks)))]
        assert USER not in repr(rows) and "ひみつ" not in repr(rows) and "ひみつ".encode() not in repr(rows).encode()
        await one.work()
        await one.say(press("do=send"))
        async with store.read() as connection:
            rows = list(await connection.execute(select(line_events.c.state, line_events.c.sealed)))
        assert {tuple(row) for row in rows} == {("done", b"")} and await one.count(line_talks) == 0
        async with store.write() as connection:
            await events_store.forget(connection, wall() + timedelta(days=31))
        assert await one.count(line_events) == 0


@pytest.mark.parametrize(("push", "out"), [(True, 1), (False, 0)])
async def test_an_answer_too_late_for_its_token_goes_as_a_message_where_that_is_wanted(
    store: Store, push: bool, out: int
) -> None:
    async with city(store, push=push) as one:
        await one.line.deliver(one.webhook, one.line.said(USER, press("kind=bear"), stale=True))
        await one.work()
        assert [user for user, _ in one.line.pushes] == [USER] * out and not one.line.replies
        assert await one.count(line_talks) == 1, "what was said is kept all the same"


async def test_photos_that_cannot_be_had_stop_nobody(store: Store) -> None:
    async with city(store) as one:
        one.line.contents["7"] = b"no picture"
        await one.say(press("kind=bear"), text("内丸"), photo("7"))
        assert "写真を受け取れませんでした" in one.answered()
        await one.say(photo("404"))
        assert "写真を受け取れませんでした" in one.answered()
        one.line.fails = [500] * 4
        await one.say(photo("8"))
        for _ in range(4):
            await one.due()
            await one.work()
        assert len(one.line.replies) == 5 and "写真を受け取れませんでした" in one.answered()
        await one.say(press("do=send"))
        assert [report.photos for report in await one.reports()] == [()]


async def test_a_place_outside_of_the_city_is_told_kindly_and_a_flood_is_bounded(store: Store) -> None:
    async with city(store, reports_per_user=1, per_user=8) as one:
        await one.say(press("kind=bear"), place(139.7, 35.7))
        assert "盛岡市の外です" in one.answered()
        await one.say(place(), press("do=send"), press("kind=deer"), place(), press("do=send"))
        assert "110番" in one.answered() and "10分" in one.answered()
        assert await one.count(heard) == 1
        before = await one.count(line_events)
        await one.say(*[text("a")] * 4)
        assert await one.count(line_events) == before + 1
        await one.say(text("b"), user="U" + "9" * 32)
        assert await one.count(line_events) == before + 2, "one who writes without end bars nobody else"


async def test_what_the_hub_cannot_serve_holds_up_nobody_and_staff_are_told(store: Store) -> None:
    async with city(store) as one:
        seal = Keyring(USE, one.settings.channel_secret)
        talk = seal.lookup("user", USER)
        async with store.write() as connection:  # as another version of the hub would have kept it
            await events_store.add(connection, "x", talk, seal.close(talk, '{"said": {"of": 2030}, "at": ""}'), wall())
        await one.work()
        for _ in range(6):
            await one.due()
            await one.work()
        await one.say(text("クマ"))
        assert len(one.line.replies) == 1, "the next one is answered"
        assert "1件" in one.talks[-1].trouble


async def test_two_people_talk_at_once(store: Store) -> None:
    async with city(store) as one:
        other = "U" + "9" * 32
        await one.say(press("kind=bear"))
        await one.say(press("kind=other"), user=other)
        both = [
            one.line.said(USER, text("内丸")),
            one.line.said(other, text("本町")),
            one.line.said(other, text("倒木")),
        ]
        assert await one.line.deliver(one.webhook, *both) == 200
        await one.work()
        await one.say(press("do=send"))
        await one.say(press("do=send"), user=other)
        assert [(one.kind, one.place, one.text) for one in await one.reports()] == [
            ("bear", "内丸", "クマを見た"), ("other", "本町", "倒木"),
        ]  # fmt: skip


async def test_a_secret_that_was_changed_leaves_nobody_waiting(store: Store) -> None:
    async with city(store) as one:
        await one.line.deliver(one.webhook, one.line.said(USER, text("クマ")))
        one.settings = one.settings.model_copy(update={"channel_secret": SecretStr("f" * 32)})
        one.restart()
        await one.work()
        async with store.read() as connection:
            assert await events_store.due(connection, wall() + timedelta(days=1), 10) == []
