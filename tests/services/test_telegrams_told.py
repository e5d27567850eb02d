"""Telegrams from their bytes to the outbox: one event told once whatever it comes by, a drill never real, and what
counts in seconds never by a slow way."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from feeds.jma.types import TYPES, TelegramType
from feeds.records import Telegram
from feeds.status import Status
from geo.registry import MODELS
from rules.alert import Place
from rules.conditions import Condition
from rules.engine import Sender
from rules.rule import CATALOG, load_rules
from services.bell import Bell
from services.channels import cap_feed, log
from services.channels.cap_feed import CapFeed
from services.channels.channel import Channel
from services.channels.log import Log
from services.channels.registry import CHANNELS, SECONDS_COUNT
from services.city import City
from services.evaluate import Evaluate
from services.predict import Predict
from services.store import alerts as desk
from services.store import hazards as hazard_store
from services.store import records
from services.store.alerts import Refusal
from services.store.engine import Store
from services.store.tables import alerts, hazards, outbox
from tests.feeds.jma_making import (
    MORIOKA,
    MUNICIPALITIES,
    information,
    issued,
    kind,
    quake,
    read,
    report,
    shaken,
    warning,
)
from tests.geo.making import ground
from tests.services.making import NOW, SetClock, hazard

pytestmark = pytest.mark.one_engine

CITIES = "気象警報・注意報（市町村等）"
MINUTE = timedelta(minutes=1)
ALL_STATUSES = frozenset(Status)


class Hub:
    """The part of the hub between the store's records and its outbox."""

    def __init__(self, store: Store) -> None:
        self.store, self.clock = store, SetClock()
        channels: dict[str, Channel] = {
            "log": Log(log.Config(statuses=ALL_STATUSES)),
            "cap_feed": CapFeed(cap_feed.Config(statuses=ALL_STATUSES)),
        }
        self.city = City(
            ground=ground(),
            rules=tuple(rule for rule in load_rules([CATALOG]) if rule.id.startswith("official")),
            channels=channels,
            sender=Sender(id="hub.morioka.example.jp", name="盛岡市", name_en="Morioka City"),
            place=lambda code: Place(code=code, name="盛岡市", name_en="Morioka"),
        )
        self.predict = Predict(store, Bell(), self.clock, self.city.ground, MODELS)
        self.evaluate = Evaluate(store, Bell(), self.clock, self.city)

    async def hear(self, telegrams: Iterable[Telegram]) -> None:
        """Each comes by itself, a second after the other, and the loops run in between."""
        for one in telegrams:
            self.clock.at += timedelta(seconds=1)
            async with self.store.write() as connection:
                await records.save(connection, [one], self.clock.at)
            await self.predict.step()
            await self.evaluate.step()

    async def told(self) -> list[tuple[str, str, int, str]]:
        """(status, kind, level, type) of every alert that was made, in order."""
        async with self.store.read() as connection:
            rows = await connection.execute(select(alerts).order_by(alerts.c.sent, alerts.c.kind, alerts.c.revision))
            return [(row.status, row.body["kind"], row.body["level"], row.body["msg_type"]) for row in rows]


def at(minutes: int) -> str:
    return (NOW + minutes * MINUTE).isoformat()


def rain(title: str, code: str, name: str, when: str = "", /, **more: str) -> Telegram:
    condition = f"<Condition>{more.pop('condition')}</Condition>" if "condition" in more else ""
    kinds = issued(name, code).replace("</Status>", f"</Status>{condition}")
    return read(report(title, warning(CITIES, (kinds, MORIOKA)), at=when or at(0), **more))


def special(**more: str) -> Telegram:
    headline = information("気象特別警報報知（市町村等）", kind("大雨特別警報", "33"), MUNICIPALITIES, MORIOKA)
    return read(report("気象特別警報報知", "", headline, at=at(0), **more))


def bulletin(**more: str) -> Telegram:
    body = warning("土砂災害警戒情報", (issued("警戒", "3"), MORIOKA))
    return read(report("土砂災害警戒情報", body, at=at(0), event="岩手県土砂災害警戒情報", **more))


def one_night(**more: str) -> list[Telegram]:
    """Heavy rain 5 and landslide 4, each by every type there is for it, all of one minute."""
    new = "気象警報・注意報（Ｒ０６）"
    return [
        rain("気象特別警報・警報・注意報", "33", "大雨特別警報", condition="浸水害", **more),
        rain("気象警報・注意報（Ｈ２７）", "33", "大雨特別警報", condition="浸水害", **more),
        rain(f"{new}（大雨）", "33", "レベル５大雨特別警報", **more),
        rain(f"{new}（土砂）", "49", "レベル４土砂災害危険警報", **more),
        rain(f"{new}（その他注意報）", "14", "雷注意報", **more),
        special(**more),
        bulletin(**more),
    ]


ORDERS = [
    *itertools.islice(itertools.permutations(range(7)), 0, 5040, 560),
    (0, 0, 1, 2, 2, 3, 6, 5, 4, 0, 1, 5, 6, 3),  # repeated
    (6, 5, 4, 3, 2, 1, 0, 6, 5, 4, 3, 2, 1, 0),
]


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: "".join(map(str, order)))
async def test_one_event_in_seven_telegrams_is_told_once_in_any_order(store: Store, order: tuple[int, ...]) -> None:
    hub, night = Hub(store), one_night()
    await hub.hear(night[place] for place in order)
    told = await hub.told()
    for series, level in (("heavy_rain", 5), ("landslide", 4)):
        mine = [one for one in told if one[1] == series]
        assert [one[2] for one in mine] == [level], "once, at its level, and never lower in between"
    assert {one[1] for one in told} == {"heavy_rain", "landslide"}


async def test_an_older_telegram_that_comes_late_takes_nothing_back(store: Store) -> None:
    hub = Hub(store)
    title = "気象警報・注意報（Ｒ０６）（大雨）"
    await hub.hear([rain(title, "03", "レベル３大雨警報"), rain(title, "10", "レベル２大雨注意報", at(-30))])
    assert await hub.told() == [("Actual", "heavy_rain", 3, "Alert")]


async def test_of_one_minute_the_correction_holds_even_where_it_came_first(store: Store) -> None:
    hub = Hub(store)
    title = "気象警報・注意報（Ｒ０６）（大雨）"
    first = rain(title, "03", "レベル３大雨警報")
    later = report(title, warning(CITIES, (issued("レベル２大雨注意報", "10"), MORIOKA)), at=at(0), info_type="訂正")
    await hub.hear([read(later.replace(b"T09:00:00Z<", b"T09:00:40Z<")), first])
    async with store.read() as connection:
        assert [one.level for one in (await hazard_store.current(connection, Status.ACTUAL)).values()] == [2]
    assert await hub.told() == []


async def test_another_observatory_stands_in_and_releases_what_the_first_issued(store: Store) -> None:
    hub = Hub(store)
    title = "気象警報・注意報（Ｒ０６）（大雨）"
    release = report(title, warning(CITIES, (issued("レベル３大雨警報", "03", "解除", "03"), MORIOKA)), at=at(0))
    release = release.replace("<EditorialOffice>盛岡地方気象台".encode(), "<EditorialOffice>仙台管区気象台".encode())
    await hub.hear([rain(title, "03", "レベル３大雨警報", at(-60)), read(release)])
    assert [one[1:] for one in await hub.told()] == [("heavy_rain", 3, "Alert"), ("heavy_rain", 0, "Update")]


def taken_back(title: str, office: str = "盛岡地方気象台", **more: str) -> Telegram:
    """取消: the frame, and a sentence in place of what was said. ``office``: who types it."""
    raw = report(title, "<Text>先に発表した電文を取り消します。</Text>", at=at(0), info_type="取消", **more)
    return read(raw.replace("<EditorialOffice>盛岡地方気象台".encode(), f"<EditorialOffice>{office}".encode()))


@pytest.mark.parametrize("office", ["盛岡地方気象台", "仙台管区気象台"])
async def test_what_was_announced_in_error_is_told_as_an_error_and_not_as_over(store: Store, office: str) -> None:
    hub = Hub(store)
    title = "気象警報・注意報（Ｒ０６）（大雨）"
    await hub.hear([rain(title, "03", "レベル３大雨警報", at(-60)), taken_back(title, office)])
    assert [one[1:] for one in await hub.told()] == [("heavy_rain", 3, "Alert"), ("heavy_rain", 0, "Cancel")]
    async with store.read() as connection:
        series = await connection.scalar(select(alerts.c.series).where(alerts.c.revision == 2))
        found = await desk.get(connection, str(series), 2)
    assert found is not None
    last = found.alert
    assert last.ends and last.response == "None"
    short = last.texts["ja"].short
    assert (
        short.startswith("【取消】")
        and "「レベル３大雨警報」の発表は誤りでした" in short
        and "機関が取り消した" in short
    )
    assert "issued in error" in last.texts["en"].short
    assert any("取り消しました" in sentence for sentence in last.evidence)


async def test_a_withdrawal_takes_back_what_it_followed_and_nothing_that_came_after_it(store: Store) -> None:
    hub = Hub(store)
    title = "気象警報・注意報（Ｒ０６）（大雨）"
    release = report(title, warning(CITIES, (issued("レベル３大雨警報", "03", "解除", "03"), MORIOKA)), at=at(8))
    first = [rain(title, "03", "レベル３大雨警報", at(-60)), taken_back(title)]
    await hub.hear(first)
    hub.clock.at += 10 * MINUTE
    await hub.hear([rain(title, "03", "レベル３大雨警報", at(5)), read(release)])
    assert [one[2:] for one in await hub.told()] == [(3, "Alert"), (0, "Cancel"), (3, "Alert"), (0, "Update")]


async def test_the_withdrawal_of_another_kind_or_of_a_drill_takes_nothing_back(store: Store) -> None:
    hub = Hub(store)
    title = "気象警報・注意報（Ｒ０６）（大雨）"
    others = [taken_back("気象警報・注意報（Ｒ０６）（土砂）"), taken_back(title, status="訓練")]
    await hub.hear([rain(title, "03", "レベル３大雨警報", at(-60)), *others])
    assert await hub.told() == [("Actual", "heavy_rain", 3, "Alert")]


async def test_the_other_advisories_clear_no_rain(store: Store) -> None:
    hub = Hub(store)
    none = issued("雷注意報", "14", "解除", "14")
    other = read(report("気象警報・注意報（Ｒ０６）（その他注意報）", warning(CITIES, (none, MORIOKA)), at=at(0)))
    await hub.hear([rain("気象警報・注意報（Ｒ０６）（大雨）", "03", "レベル３大雨警報", at(-10)), other])
    assert await hub.told() == [("Actual", "heavy_rain", 3, "Alert")]


@pytest.mark.parametrize(("word", "status"), [("訓練", "Exercise"), ("試験", "Test")])
async def test_a_drill_is_a_drill_through_to_the_outbox(store: Store, word: str, status: str) -> None:
    hub = Hub(store)
    await hub.hear(one_night(status=word))
    assert {one[0] for one in await hub.told()} == {status}
    async with store.read() as connection:
        for table in (hazards, alerts, outbox):
            assert set(await connection.scalars(select(table.c.status))) <= {status}, table.name


SHAKEN = shaken("<Area><Name>岩手県内陸北部</Name><Code>212</Code><MaxInt>6-</MaxInt></Area>")
WAVE = (
    "<Tsunami><Forecast><Item><Area><Name>岩手県</Name><Code>210</Code></Area><Category><Kind><Name>大津波警報</Name>"
    "<Code>53</Code></Kind></Category></Item></Forecast></Tsunami>"
)


@pytest.mark.parametrize("row", [row for row in TYPES if row.hazard in SECONDS_COUNT], ids=lambda row: str(row.code))
async def test_early_warnings_and_tsunami_are_read_and_raise_nothing(store: Store, row: TelegramType) -> None:
    hub = Hub(store)
    got = read(report(row.title, quake() + SHAKEN + WAVE, at=at(0), event="20261120175800", family="seismology"))
    assert got.hazard in SECONDS_COUNT
    await hub.hear([got])
    assert await hub.told() == []


@pytest.mark.parametrize("what", sorted(SECONDS_COUNT))
async def test_no_slow_channel_ever_takes_them_whatever_a_model_or_a_rule_says(store: Store, what: str) -> None:
    hub = Hub(store)
    told = hazard(kind=what, model="weather@1", status=Status.ACTUAL, level=3, valid_until=NOW + 60 * MINUTE)
    rules = tuple(load_rules([CATALOG]))
    careless = replace(
        next(rule for rule in rules if rule.id == "official-warning"),
        when=Condition(what, what, lambda one, _: one.kind == what, lambda *_: ""),
        channels=("cap_feed", "x", "log"),
    )
    async with store.write() as connection:
        await hazard_store.replace_picture(connection, {}, [told], NOW)
    hub.evaluate = Evaluate(store, Bell(), hub.clock, replace(hub.city, rules=(careless,)))
    await hub.evaluate.step()
    (made,) = await hub.told()
    assert made[1] == what
    async with store.read() as connection:
        rows = await connection.execute(select(outbox.c.channel, outbox.c.state))
        sent = {channel for channel, state in rows if state != "refused"}
        (row,) = (await connection.execute(select(alerts))).all()
        draft = await desk.get(connection, row.series, row.revision)
    assert draft is not None
    refused = {name for name, one in draft.payloads.items() if isinstance(one, Refusal)}
    slow = {name for name in careless.channels if CHANNELS[name].slow}
    assert (slow, refused, sent) == ({"cap_feed", "x"}, {"cap_feed", "x"}, {"log"})
    assert all(CHANNELS[name].slow for name in CHANNELS if name != "log")
