"""Readings judged by their past over a real store, and what models are given of those that were held."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import event, select

from feeds.records import Flag, Reading
from feeds.status import Status
from geo.station import Station
from services.history import History
from services.store import readings, records
from services.store.engine import Store
from services.store.tables import records as table
from services.web.pages import STATIC
from tests.services.making import NOW, reading

SUBJECT = "tatesakabashi/water_level"


def at(minute: float, value: float | None, **changes: object) -> Reading:
    return reading(measured_at=NOW + timedelta(minutes=minute), value=value, **changes)


async def came(store: Store, history: History, *batch: Reading) -> list[Reading]:
    """One batch in its own transaction, as ingest stores it."""
    draft = history.draft()
    async with store.write() as connection:
        flagged = await history.judge(connection, batch, draft)
        saved = await records.save(connection, flagged, NOW)
    history.learn(draft, saved.new)
    return [one for one in flagged if isinstance(one, Reading)]


async def seen(store: Store, status: Status = Status.ACTUAL) -> Sequence[float]:
    day = timedelta(days=1)
    async with store.read() as connection:
        found = await readings.series(connection, [SUBJECT], status, NOW - day, NOW + day)
    return [sample.value for sample in found.get(("tatesakabashi", "water_level"), [])]


async def test_a_held_reading_is_given_back_when_the_next_one_bears_it_out(store: Store) -> None:
    history = History()
    await came(store, history, at(0, 1.0))
    (jump,) = await came(store, history, at(10, 3.0))
    assert jump.flags == {Flag.SPIKE} and not jump.trusted
    assert await seen(store) == [1.0], "no model sees it yet"
    (next_one,) = await came(store, history, at(20, 3.1))
    assert next_one.flags == {Flag.STEP} and next_one.trusted
    assert await seen(store) == [1.0, 3.0, 3.1], "nothing of the rise is lost"


async def test_a_spike_that_nothing_bears_out_stays_out_and_stays_stored(store: Store) -> None:
    history = History()
    for minute, value in ((0, 1.0), (10, 3.0), (20, 1.1)):
        await came(store, history, at(minute, value))
    assert await seen(store) == [1.0, 1.1]
    async with store.read() as connection:
        rows = (await connection.execute(select(table.c.value, table.c.trusted, table.c.held))).all()
    assert (3.0, False, True) in [tuple(row) for row in rows]


async def test_what_is_barred_for_another_reason_is_never_given_back(store: Store) -> None:
    ahead = frozenset({Flag.SPIKE, Flag.CLOCK_AHEAD})
    async with store.write() as connection:
        await records.save(connection, [at(0, 1.0), at(10, 3.0, flags=ahead), at(20, 3.1)], NOW)
    assert await seen(store) == [1.0, 3.1]


async def test_a_late_reading_may_bear_out_what_is_held(store: Store) -> None:
    history = History()
    await came(store, history, at(0, 1.0))
    await came(store, history, at(60, 3.0))
    (late,) = await came(store, history, at(50, 2.9))
    assert Flag.OUT_OF_ORDER in late.flags
    assert await seen(store) == [1.0, 2.9, 3.0]


async def test_a_batch_in_any_order_and_again_changes_nothing(store: Store) -> None:
    history = History()
    batch = [at(20, 1.1), at(0, 1.0), at(10, 3.0)]
    flagged = await came(store, history, *batch)
    assert [one.flags for one in flagged] == [set(), set(), {Flag.SPIKE}]
    await came(store, history, *reversed(batch))
    async with store.read() as connection:
        assert len((await connection.execute(select(table.c.seq))).all()) == 3
    assert await seen(store) == [1.0, 1.1]


def test_the_desk_has_words_for_every_reason_to_doubt_a_value() -> None:
    doubts = json.loads((STATIC / "words.json").read_text(encoding="utf-8"))["doubts"]
    assert {flag for flag in Flag if flag.bars_alerts} <= doubts.keys() <= set(Flag)


async def test_what_another_process_took_in_is_known(store: Store) -> None:
    here, there = History(), History()
    await came(store, here, at(0, 1.0))
    (jump,) = await came(store, there, at(10, 3.0))
    assert jump.flags == {Flag.SPIKE}, "the other one was asked nothing, and knows"
    (back,) = await came(store, here, at(20, 3.1))
    assert back.flags == {Flag.STEP}
    await came(store, there, at(30, 1.0, station="another"))
    (again,) = await came(store, there, at(30, 3.2))
    assert again.flags == frozenset()


async def test_a_flat_line_is_one_after_a_restart_too(store: Store) -> None:
    await came(store, History(), *(at(10 * n, 1.23) for n in range(150)))
    (one,) = await came(store, History(), at(1500, 1.23))
    assert one.flags == {Flag.FLAT}


async def test_frost_is_known_after_a_restart_too(store: Store) -> None:
    cold = reading(station="amedas", quantity="air_temperature", unit="Cel", value=-8.0, measured_at=NOW)
    await came(store, History(), cold, *(at(-60 * n, 2.0 - 0.06 * n) for n in range(1, 9)))
    (one,) = await came(store, History(), at(5, 2.0))
    assert one.flags == {Flag.FROZEN}


async def test_a_transaction_that_fails_leaves_nothing_behind(store: Store) -> None:
    history = History()
    await came(store, history, at(0, 1.0))
    with pytest.raises(RuntimeError):
        async with store.write() as connection:
            await records.save(connection, await history.judge(connection, [at(10, 3.0)], history.draft()), NOW)
            raise RuntimeError("the disk is full")
    (jump,) = await came(store, history, at(10, 3.0))
    assert jump.flags == {Flag.SPIKE}


async def test_nobody_elses_readings_means_two_short_questions_a_transaction(store: Store) -> None:
    history = History()
    await came(store, history, *(at(0, 1.0, station=f"st{n}") for n in range(30)))
    asked: list[str] = []
    async with store.write() as connection:

        def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
            asked.append(statement)

        event.listen(connection.sync_connection, "before_cursor_execute", note)
        draft = history.draft()
        for minute in (10, 20):
            await history.judge(connection, [at(minute, 1.1, station=f"st{n}") for n in range(30)], draft)
    assert len(asked) == 2 and "FROM distrusts" in asked[0] and "max(" in asked[1]


GAUGE = Station(
    code="tatesakabashi",
    name="館坂橋",
    lon=141.13,
    lat=39.72,
    quantities=frozenset({"water_level"}),
    thresholds={"caution": 2.0, "overflow": 4.0},
)


async def test_a_gauge_has_a_range_of_its_own(store: Store) -> None:
    history = History({"tatesakabashi": GAUGE})
    found = await came(store, history, at(0, 14.1), at(10, 13.9), at(20, -18.5), at(30, 99.0, station="another"))
    assert [one.flags for one in found] == [{Flag.OUT_OF_RANGE}, set(), {Flag.OUT_OF_RANGE}, set()]
    assert await seen(store) == [13.9]
