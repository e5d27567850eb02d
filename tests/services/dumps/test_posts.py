"""Posts about plowing and dumps, from what people press to the outbox: one for many sections; a drill is a drill."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from feeds.japan import JAPAN
from feeds.status import Status
from geo.area import Area, Areas
from geo.models.plow_orders import PlowOrders
from geo.models.snow_dumps import SnowDumps
from rules.alert import Place
from rules.dumps.life import Act as Said
from rules.dumps.life import Event as Word
from rules.engine import Sender
from rules.orders.decision import Kind
from rules.orders.life import Act, Event, How, Order
from rules.rule import CATALOG, load_rules
from rules.wording.languages import LANGUAGES
from services.bell import Bell
from services.channels import cap_feed, log
from services.channels.cap_feed import CapFeed
from services.channels.log import Log
from services.city import City
from services.dumps import desk
from services.dumps.announced import Announced
from services.dumps.desk import Aim
from services.evaluate import Evaluate
from services.predict import Predict
from services.store import orders
from services.store.engine import Store
from services.store.tables import alerts, outbox
from tests.services.dumps.test_dumps import known
from tests.services.making import SetClock
from tests.services.web_floor import DISTRICT, ground

pytestmark = pytest.mark.one_engine
MIDNIGHT = datetime(2027, 1, 26, 0, 1, tzinfo=JAPAN)
NAMES = {"plow-1": "玉山工区", "plow-2": "松園工区", "plow-3": "中央工区"}
RULES = [one for one in load_rules([CATALOG]) if one.id in {"plow-ordered", "plow-done", "snow-dumps"}]
EVERY = frozenset(Status)


class Hub:
    """The part of the hub between what people press and its outbox."""

    def __init__(self, store: Store, at: datetime = MIDNIGHT) -> None:
        sections = [Area(code=code, name=name, kind="plow_section", geometry=DISTRICT) for code, name in NAMES.items()]
        there = replace(ground(), areas=Areas([*ground().areas, *sections]))
        city = City(
            ground=there,
            rules=tuple(RULES),
            channels={
                "log": Log(log.Config(statuses=EVERY)),
                "cap_feed": CapFeed(cap_feed.Config(statuses=EVERY)),
            },
            sender=Sender(id="hub.morioka.example.jp", name="盛岡市", name_en="Morioka", languages=tuple(LANGUAGES)),
            place=lambda code: Place(code=code, name=NAMES.get(code, "盛岡市"), name_en=code),
        )
        self.store, self.clock = store, SetClock(at)
        self.predict = Predict(store, Bell(), self.clock, there, [PlowOrders(), SnowDumps()])
        self.predict.announced = Announced(known().sites)
        self.evaluate = Evaluate(store, Bell(), self.clock, city)

    async def at(self, when: datetime) -> list[Any]:
        """What has been made by then, the newest last."""
        self.clock.at = when
        await self.predict.step()
        await self.evaluate.step()
        async with self.store.read() as connection:
            return list(await connection.execute(select(alerts).order_by(alerts.c.sent, alerts.c.revision)))

    async def act(self, section: str, act: Act, status: Status = Status.ACTUAL) -> None:
        how = How.HUB if act is Act.PROPOSE else How.DESK
        event = Event(act=act, at=self.clock.at, how=how, who="kato")
        async with self.store.write() as connection:
            standing = await orders.still_open_in(connection, status, section)
            if standing:
                await orders.act(connection, standing[0], event)
                return
            new = Order(id=0, status=status, section=section, section_name=NAMES[section], kind=Kind.PLOW, rule="r")
            await orders.begin(connection, new, event)

    async def say(self, dump: str, act: Said, seen: int) -> None:
        word = Word(act=act, at=self.clock.at, who="kato")
        await desk.do(self.store, known(), Aim(Status.ACTUAL, dump, seen), word)


def short(row: Any) -> str:
    return str(row.body["texts"]["ja"]["short"])


async def test_an_area_wide_order_is_one_post_and_its_end_another(store: Store) -> None:
    hub, minute = Hub(store), timedelta(minutes=1)
    for section in NAMES:
        await hub.act(section, Act.PROPOSE)
    assert await hub.at(MIDNIGHT + 14 * minute) == [], "a proposal is nobody's business but the desk's"
    hub.clock.at = MIDNIGHT + 15 * minute
    for section in NAMES:
        await hub.act(section, Act.ORDER)
    assert await hub.at(MIDNIGHT + 16 * minute) == [], "others may follow within the quarter of an hour"
    (post,) = await hub.at(MIDNIGHT + 29 * minute)
    assert (post.rule, post.state, post.status) == ("plow-ordered", "issued", "Actual")
    assert all(name in short(post) for name in NAMES.values()) and short(post).startswith("【一斉除雪】")
    assert any("指示 1：玉山工区 除雪を指示" in line for line in post.body["evidence"])
    assert set(post.body["texts"]) == set(LANGUAGES)

    hub.clock.at = MIDNIGHT + 5 * 60 * minute
    for section in ("plow-1", "plow-2"):
        await hub.act(section, Act.FINISH)
    assert len(await hub.at(MIDNIGHT + 5 * 60 * minute + minute)) == 1, "in the night nobody is told section by section"
    _, done = await hub.at(MIDNIGHT + 6 * 60 * minute + 29 * minute)
    assert done.rule == "plow-done" and "玉山工区、松園工区の除雪が終わりました" in short(done)
    await hub.act("plow-3", Act.FINISH)
    found = await hub.at(MIDNIGHT + 7 * 60 * minute)
    assert [one.rule for one in found] == ["plow-ordered", "plow-done"], "it settles for five minutes"
    end = (await hub.at(MIDNIGHT + 7 * 60 * minute + 6 * minute))[-1]
    assert (end.rule, end.state) == ("plow-ordered", "ended") and short(end).startswith("【解除】一斉除雪のお知らせ：")
    assert len(await hub.at(MIDNIGHT + 16 * 60 * minute)) == 3


async def test_a_drill_is_told_as_a_drill_and_nothing_of_it_as_real(store: Store) -> None:
    hub = Hub(store)
    await hub.act("plow-1", Act.ORDER, Status.EXERCISE)
    (post,) = await hub.at(MIDNIGHT + timedelta(minutes=14))
    assert post.status == "Exercise" and post.payloads["log"]["parts"][0].startswith("【訓練】")
    async with store.read() as connection:
        rows = list(await connection.execute(select(outbox)))
    assert rows and {row.status for row in rows} == {"Exercise"}


async def test_a_dump_that_fills_up_five_times_in_an_hour_is_two_posts_and_none_twice_after_a_restart(
    store: Store,
) -> None:
    hub, minute = Hub(store), timedelta(minutes=1)
    hub.clock.at = MIDNIGHT + timedelta(hours=12)
    await hub.say("d1", Said.OPEN, 0)
    for time in range(5):
        for half, said in enumerate((Said.FULL, Said.OPEN)):
            hub.clock.at += 6 * minute
            await hub.say("d1", said, 1 + 2 * time + half)
            found = await hub.at(hub.clock.at + minute)
            hub = Hub(store, hub.clock.at)
    assert [one.rule for one in found] == ["snow-dumps"] and "満杯" in short(found[0])
    for _ in range(3):
        hub.clock.at += 8 * minute
        found = await hub.at(hub.clock.at)
    assert len(found) == 2 and "d1は再開" in short(found[-1])


async def test_what_is_called_off_is_not_told_as_done_and_what_is_ordered_again_goes_on(store: Store) -> None:
    hub, minute = Hub(store), timedelta(minutes=1)
    for section in NAMES:
        await hub.act(section, Act.ORDER)
    assert len(await hub.at(MIDNIGHT + 14 * minute)) == 1
    await hub.act("plow-1", Act.FINISH)
    await hub.at(MIDNIGHT + 30 * minute)
    await hub.act("plow-1", Act.ORDER)
    assert len(await hub.at(MIDNIGHT + 44 * minute)) == 1, "it was ordered, and is"
    await hub.act("plow-2", Act.CANCEL)
    await hub.at(MIDNIGHT + 45 * minute)
    part = (await hub.at(MIDNIGHT + 59 * minute))[-1]
    assert part.revision == 2 and "松園工区は取りやめました" in short(part)
    assert "Called off: plow-2" in part.body["texts"]["en"]["short"]
    for section in ("plow-1", "plow-3"):
        await hub.act(section, Act.CANCEL)
    await hub.at(MIDNIGHT + 61 * minute)
    end = (await hub.at(MIDNIGHT + 70 * minute))[-1]
    assert end.state == "ended" and "終わったか、取りやめました" in short(end), "nobody had come"


async def test_a_dump_that_is_full_is_posted_within_a_minute_and_so_is_its_opening(store: Store) -> None:
    hub, minute = Hub(store), timedelta(minutes=1)
    noon = MIDNIGHT + timedelta(hours=12)
    assert await hub.at(noon) == []
    for dump in ("d1", "d2", "yard"):
        await hub.say(dump, Said.OPEN, 0)
    assert await hub.at(noon + minute) == [], "that it is open is no news"
    await hub.say("yard", Said.FULL, 1)
    assert await hub.at(noon + 2 * minute) == [], "a contractor's own is no news for residents"
    await hub.say("d1", Said.FULL, 1)
    (full,) = await hub.at(noon + 2 * minute + timedelta(seconds=20))
    assert full.state == "issued" and "d1は満杯（代わりにd2）" in short(full)
    hub.clock.at = noon + timedelta(hours=21)
    await hub.say("d1", Said.OPEN, 2)
    assert len(await hub.at(hub.clock.at + 14 * minute)) == 1, "it may be full again in a moment"
    opened = (await hub.at(hub.clock.at + minute))[-1]
    assert opened.revision == full.revision + 1 and "d1は再開" in short(opened)
    assert len(await hub.at(hub.clock.at + timedelta(days=3))) == 2, "and then it runs out"
    hub.clock.at += timedelta(days=30)
    await hub.say("d1", Said.OPEN, 3)
    assert len(await hub.at(hub.clock.at + minute)) == 2, "that it is open still is no news"
