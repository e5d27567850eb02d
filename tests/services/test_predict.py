"""Predict: what is stored becomes the hazard picture; a model that fails takes nothing away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from feeds.instant import instant
from feeds.lalert.read import Lalert
from feeds.records import Report
from feeds.status import Status
from geo.hazard import Hazard
from geo.model import Ground, Inputs, Model
from geo.models.flood import Flood
from geo.models.lalert import Lalert as Neighbours
from services.adoption import Stations
from services.bell import Bell
from services.predict import Predict
from services.store import cursors, hazards, records
from services.store.engine import Store
from services.store.tables import chronology
from tests.feeds.lalert_making import ORDER, document
from tests.feeds.making import message
from tests.services.between import statements
from tests.services.making import NOW, SetClock, hazard, reading
from tests.services.web_floor import ground

HIGH, LOW = 2.5, 0.8  # metres at a gauge whose caution level is 2.0 m


class Moody:
    """A model that sees one hazard of every status, and fails for the statuses it is told to."""

    name, version = "moody", "1"
    quantities, reports = frozenset[str](), frozenset[str]()
    window, telegrams = timedelta(0), False

    def __init__(self) -> None:
        self.fails_for: frozenset[Status] = frozenset()

    def run(self, inputs: Inputs, ground: Ground) -> list[Hazard]:
        if inputs.status in self.fails_for:
            raise KeyError("surprise")
        return [hazard(status=inputs.status, model="moody@1", since=inputs.now)]


def predicting(store: Store, clock: SetClock, *models: Model, bell: Bell | None = None) -> Predict:
    return Predict(store, bell or Bell(), clock, ground(), models or [Flood()])


async def measured(store: Store, value: float, *, until: datetime = NOW, **changes: Any) -> None:
    """Four reports of one value, ten minutes apart."""
    batch = [reading(value=value, measured_at=until - timedelta(minutes=10 * back), **changes) for back in range(4)]
    async with store.write() as connection:
        await records.save(connection, batch, until)


async def picture(store: Store, status: Status) -> Sequence[tuple[str, int]]:
    async with store.read() as connection:
        return [(one.model, one.level) for one in (await hazards.current(connection, status)).values()]


async def told(store: Store) -> list[str]:
    async with store.read() as connection:
        return list(await connection.scalars(select(chronology.c.text).order_by(chronology.c.seq)))


async def test_a_reading_becomes_a_hazard_and_its_end_is_told_too(store: Store) -> None:
    clock, bell = SetClock(), Bell()
    predict = predicting(store, clock, bell=bell)
    await measured(store, HIGH)
    with bell.listen("hazards") as listener:
        assert await predict.step()
        assert await listener.wait(1)
    assert await picture(store, Status.ACTUAL) == [("flood@2", 2)]
    clock.at = NOW + timedelta(hours=1)
    await measured(store, LOW, until=clock.at)
    assert await predict.step()
    assert await picture(store, Status.ACTUAL) == []
    began, ended = await told(store)
    assert "氾濫注意水位" in began and ended.startswith("終了：") and ended.endswith("（内丸）")


@pytest.mark.parametrize("status", list(Status))
async def test_a_drills_water_never_rises_in_the_real_river(store: Store, status: Status) -> None:
    await measured(store, HIGH, status=status)
    for other in set(Status) - {status}:
        await measured(store, LOW, status=other)
    await predicting(store, SetClock()).step()
    assert {one: len(await picture(store, one)) for one in Status} == {one: int(one is status) for one in Status}


async def test_a_model_that_fails_takes_nothing_away_and_is_named_until_it_works_again(store: Store) -> None:
    clock, moody = SetClock(), Moody()
    predict = predicting(store, clock, moody, Flood())
    await predict.step()
    moody.fails_for = frozenset({Status.ACTUAL})
    clock.at += timedelta(minutes=1)
    await measured(store, HIGH, until=clock.at)
    assert await predict.step(), "the other model goes on"
    assert await picture(store, Status.ACTUAL) == [("moody@1", 3), ("flood@2", 2)]
    assert predict.failing == {"moody": "KeyError('surprise')"}, "though it works for drills"
    moody.fails_for = frozenset()
    clock.at += timedelta(minutes=1)
    await predict.step()
    assert predict.failing == {}


async def test_it_is_quiet_while_nothing_happens_and_a_new_life_tells_nothing_twice(store: Store) -> None:
    clock = SetClock()
    await measured(store, HIGH)
    predict = predicting(store, clock)
    assert await predict.step()
    async with store.read() as connection:
        assert await cursors.position(connection, predict.name) == await records.latest_seq(connection) == 4
    assert not await predict.step()
    await measured(store, LOW, until=NOW + timedelta(seconds=1))
    clock.at += timedelta(seconds=1)
    assert await predict.step(), "new records are looked at, however little time has passed"
    before = await told(store)
    assert not await predicting(store, clock).step()
    assert await told(store) == before


async def test_a_level_holds_since_it_began_however_often_it_is_seen_again(store: Store) -> None:
    clock = SetClock()
    for _ in range(3):
        await predicting(store, clock, Moody()).step()
        clock.at += timedelta(minutes=1)
    async with store.read() as connection:
        (held,) = (await hazards.current(connection, Status.ACTUAL)).values()
    assert held.since == NOW


async def test_time_alone_ends_what_nobody_renews(store: Store) -> None:
    clock = SetClock()
    await measured(store, HIGH)
    predict = predicting(store, clock)
    await predict.step()
    clock.at += timedelta(days=2)
    assert await predict.step()
    assert await picture(store, Status.ACTUAL) == []


class Bears:
    """A model that remembers what it was given of two weeks of reports; it wants no readings."""

    name, version = "bears", "1"
    quantities, reports = frozenset[str](), frozenset({"bear"})
    window, telegrams = timedelta(days=14), False

    def __init__(self) -> None:
        self.given: list[Inputs] = []

    def run(self, inputs: Inputs, ground: Ground) -> list[Hazard]:
        self.given.append(inputs)
        return []


async def test_a_long_memory_for_reports_is_none_for_readings(store: Store) -> None:
    old, bears = NOW - timedelta(days=3), Bears()
    seen = Report(gateway="police", report_id="1", kind="bear", measured_at=old, text="クマ1頭", place="山岸")
    await measured(store, HIGH, until=old)
    await measured(store, LOW)
    async with store.write() as connection:
        await records.save(connection, [seen], NOW)
    await predicting(store, SetClock(), Flood(), bears).step()
    given = bears.given[0]
    assert [sample.value for samples in given.series.values() for sample in samples] == [LOW] * 4
    assert given.reports == [seen]


class Wide:
    """What one gauge means for three districts."""

    name, version = "wide", "1"
    quantities, telegrams, reports, window = frozenset[str](), False, frozenset[str](), timedelta(hours=1)

    def run(self, inputs: Inputs, ground: Ground) -> list[Hazard]:
        names = ("内丸", "大通", "上田") if inputs.status is Status.ACTUAL else ()
        return [hazard(status=inputs.status, model="wide@1", area=name, area_name=name) for name in names]


async def test_what_one_gauge_means_for_many_districts_is_one_line_of_the_log(store: Store) -> None:
    assert await predicting(store, SetClock(), Wide()).step()
    assert await told(store) == ["館坂橋 2.60 m 避難判断水位を超過（内丸、大通、上田）"]


async def test_what_others_announce_by_the_highest_revision_of_each_status(store: Store) -> None:
    """A drill's revision replaces nothing real, a late repeat brings nothing back, what is lifted is told as over."""
    clock = SetClock(instant("2026-08-10T03:20:00+09:00"))
    lifted = ORDER.replace("発令", "解除")

    async def deliver(*payloads: bytes) -> list[Hazard]:
        found = [one for payload in payloads for one in Lalert().decode(message(payload, "")).records]
        async with store.write() as connection:
            await records.save(connection, found, clock.at)
        await predicting(store, clock, Neighbours()).step()
        async with store.read() as connection:
            return [one for status in Status for one in (await hazards.current(connection, status)).values()]

    first = document(revision="9")
    (real,) = await deliver(document(revision="8"), first)
    assert (real.kind, real.level, real.status, real.relayed) == ("evacuation", 5, Status.ACTUAL, True)
    both = await deliver(document(lifted, revision="10", status="Exercise"), document(revision="9", status="Test"))
    assert [one.status for one in both] == [Status.ACTUAL, Status.TEST]
    clock.at += timedelta(minutes=1)
    late = document(revision="9", sent="2026-08-10T03:20:30+09:00")
    assert [one.status for one in await deliver(document(lifted, revision="10"), late)] == [Status.TEST]
    began, _, ended = await told(store)
    assert began.startswith("緊急安全確保：乙部（") and ended == f"終了：{began}"


class Watched(Moody):
    """Remembers which statuses it was asked about; it reads one quantity."""

    def __init__(self, quantity: str = "water_level") -> None:
        super().__init__()
        self.quantities = frozenset({quantity})
        self.asked: list[Status] = []

    def run(self, inputs: Inputs, ground: Ground) -> list[Hazard]:
        self.asked.append(inputs.status)
        return super().run(inputs, ground)


async def test_only_what_has_news_is_looked_at_until_ten_seconds_have_passed(store: Store) -> None:
    clock, model = SetClock(), Watched()
    predict = predicting(store, clock, model)
    await predict.step()
    assert model.asked == list(Status), "at first all"
    model.asked.clear()
    for seconds in (1, 9):
        clock.at = NOW + timedelta(seconds=seconds)
        await measured(store, HIGH + seconds, until=clock.at, status=Status.EXERCISE)
        await predict.step()
    assert model.asked == [Status.EXERCISE, Status.EXERCISE]
    assert len(await picture(store, Status.ACTUAL)) == 1, "what is not looked at stands"
    model.asked.clear()
    clock.at = NOW + timedelta(seconds=10)
    await measured(store, HIGH, until=clock.at, status=Status.EXERCISE)
    await predict.step()
    assert model.asked == list(Status), "looks in between put nothing off"
    model.asked.clear()
    clock.at = NOW
    await predict.step()
    assert model.asked == list(Status), "the clock went back"


async def test_a_sensor_that_is_adopted_is_read_at_the_next_whole_look(store: Store) -> None:
    known, clock = Stations({}), SetClock()
    predict = Predict(store, Bell(), clock, replace(ground(), stations=known), [Flood()])
    await measured(store, HIGH)
    assert not await predict.step()
    known.adopt(ground().stations)
    clock.at += timedelta(seconds=10)
    assert await predict.step()
    assert await picture(store, Status.ACTUAL) == [("flood@2", 2)]


async def test_where_nothing_was_found_and_nothing_stood_nobodys_turn_is_taken(store: Store) -> None:
    clock = SetClock()
    await measured(store, LOW)
    predict = predicting(store, clock)
    await predict.step()
    clock.at += timedelta(seconds=0.4)
    await measured(store, LOW, until=clock.at)
    with statements(store) as asked:
        assert not await predict.step()
    assert asked and not [one for one in asked if one.startswith(("INSERT", "UPDATE"))], asked
    clock.at += timedelta(seconds=0.7)
    assert not await predict.step()
    async with store.read() as connection:
        newest = await records.latest_seq(connection)
        assert await cursors.position(connection, predict.name) == newest, "how far it has come, within a second"


async def test_readings_move_the_models_that_read_them_and_anything_else_moves_all(store: Store) -> None:
    clock, level, snow = SetClock(), Watched(), Watched("snow_depth")
    level.name, snow.name = "level", "snow"
    predict = predicting(store, clock, level, snow)
    await predict.step()
    stood = await picture(store, Status.ACTUAL)
    level.asked, snow.asked = [], []
    clock.at += timedelta(seconds=1)
    snow.fails_for = frozenset({Status.ACTUAL})
    await measured(store, HIGH, until=clock.at)
    await predict.step()
    assert (level.asked, snow.asked) == ([Status.ACTUAL], [])
    assert await picture(store, Status.ACTUAL) == stood, "what was not asked stands"
    clock.at += timedelta(seconds=1)
    await measured(store, HIGH, until=clock.at, quantity="humidity", unit="%")
    assert not await predict.step()
    async with store.read() as connection:
        assert await cursors.position(connection, predict.name) == await records.latest_seq(connection), "it was seen"
    async with store.write() as connection:
        seen = Report(gateway="police", report_id="1", kind="bear", measured_at=clock.at, text="クマ1頭", place="山岸")
        await records.save(connection, [seen], clock.at)
    await predict.step()
    assert (level.asked, snow.asked) == ([Status.ACTUAL] * 2, [Status.ACTUAL])
    assert list(predict.failing) == ["snow"]
    clock.at += timedelta(seconds=1)
    await measured(store, LOW, until=clock.at)
    await predict.step()
    assert list(predict.failing) == ["snow"], "who was not asked has not recovered"


async def test_a_model_that_failed_for_a_status_is_named_until_that_is_looked_at_again(store: Store) -> None:
    clock, moody = SetClock(), Moody()
    predict = predicting(store, clock, moody)
    moody.fails_for = frozenset({Status.ACTUAL})
    await predict.step()
    moody.fails_for = frozenset()
    clock.at += timedelta(seconds=1)
    await measured(store, HIGH, until=clock.at, status=Status.EXERCISE)
    await predict.step()
    assert predict.failing == {"moody": "KeyError('surprise')"}
    clock.at = NOW + timedelta(seconds=10)
    await predict.step()
    assert predict.failing == {}


async def test_what_a_clock_ahead_of_ours_measured_is_looked_at_when_its_time_has_come(store: Store) -> None:
    clock = SetClock()
    predict = predicting(store, clock)
    await predict.step()
    clock.at += timedelta(seconds=1)
    async with store.write() as connection:
        await records.save(connection, [reading(value=HIGH, measured_at=clock.at + timedelta(seconds=2))], clock.at)
    assert not await predict.step()
    clock.at += timedelta(seconds=1)
    assert not await predict.step()
    clock.at += timedelta(seconds=1)
    assert await predict.step(), "nothing came in, and no whole look is due"
    assert await picture(store, Status.ACTUAL) == [("flood@2", 1)]
    with statements(store) as asked:
        assert not await predict.step()
    assert len(asked) <= 3, "and once"


async def test_now_is_no_earlier_than_what_is_seen(store: Store) -> None:
    class Noting(SetClock):
        def now(self) -> datetime:
            seen.append(len(asked))
            return super().now()

    clock, seen = Noting(), list[int]()
    with statements(store) as asked:
        await predicting(store, clock).step()
    assert seen and seen[0] > 0, "the state of the store was fixed before the clock was read"
