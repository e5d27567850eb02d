"""Records: a repeat changes nothing, a correction stands beside the first, flagged readings stay out of series."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from feeds.records import Flag, Message, Rejected, Report
from feeds.status import Status
from services.store import cursors, quarantine, readings, records
from services.store.engine import Store
from tests.geo.models.test_weather_model import telegram
from tests.services.making import NOW, reading


async def test_a_repeat_changes_nothing(store: Store) -> None:
    batch = [reading(measured_at=NOW - timedelta(minutes=m)) for m in range(5)]
    async with store.write() as connection:
        first = await records.save(connection, batch, NOW)
    async with store.write() as connection:
        again = await records.save(connection, [replace(r, flags=frozenset({Flag.LATE})) for r in batch], NOW)
    assert (len(first.new), first.duplicates) == (5, 0)
    assert (again.new, again.duplicates, again.revisions) == ((), 5, 0)


async def test_a_repeat_within_one_batch_is_stored_once(store: Store) -> None:
    async with store.write() as connection:
        saved = await records.save(connection, [reading(), reading()], NOW)
    assert (len(saved.new), saved.duplicates) == (1, 1)


async def test_other_value_under_one_key_is_a_revision_and_the_last_received_wins(store: Store) -> None:
    async with store.write() as connection:
        await records.save(connection, [reading(value=2.1)], NOW)
        saved = await records.save(connection, [reading(value=2.2)], NOW)
    async with store.read() as connection:
        found = await readings.series(connection, ["tatesakabashi/water_level"], Status.ACTUAL, NOW, NOW)
    assert saved.revisions == 1
    assert [s.value for s in found["tatesakabashi", "water_level"]] == [2.2]


async def test_an_id_used_again_after_a_gateway_lost_its_counter_loses_nothing(store: Store) -> None:
    first = reading(message_id="gw1-000001", measured_at=NOW - timedelta(minutes=10), value=0.0)
    again = reading(message_id="gw1-000001", measured_at=NOW, value=0.0)
    async with store.write() as connection:
        await records.save(connection, [first], NOW)
        saved = await records.save(connection, [again, first], NOW)
        subjects = ["tatesakabashi/water_level"]
        found = await readings.series(connection, subjects, Status.ACTUAL, NOW - timedelta(hours=1), NOW)
    assert (len(saved.new), saved.duplicates) == (1, 1)
    assert [s.at for s in found["tatesakabashi", "water_level"]] == [first.measured_at, again.measured_at]


async def test_a_batch_larger_than_a_statement_may_be_is_stored_whole(store: Store) -> None:
    def select_limited(dbapi_connection: sqlite3.Connection) -> None:
        dbapi_connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 32_766)  # what SQLite and PostgreSQL promise

    batch = [reading(measured_at=NOW - timedelta(seconds=s)) for s in range(33_000)]
    async with store.write() as connection:
        raw = await connection.get_raw_connection()
        assert raw.driver_connection
        if not store.shared:
            await raw.driver_connection._execute(select_limited, raw.driver_connection._conn)
        saved = await records.save(connection, batch, NOW)
    assert len(saved.new) == 33_000


async def test_series_holds_trusted_readings_of_one_status_in_order(store: Store) -> None:
    batch = [
        reading(measured_at=NOW - timedelta(minutes=10), value=1.0),
        reading(measured_at=NOW - timedelta(minutes=20), value=0.9),
        reading(measured_at=NOW, value=9.0, flags=frozenset({Flag.OUT_OF_RANGE})),
        reading(measured_at=NOW - timedelta(minutes=5), value=5.0, status=Status.EXERCISE),
    ]
    async with store.write() as connection:
        await records.save(connection, batch, NOW)
        subjects = ["tatesakabashi/water_level"]
        actual = await readings.series(connection, subjects, Status.ACTUAL, NOW - timedelta(hours=1), NOW)
        drill = await readings.series(connection, subjects, Status.EXERCISE, NOW - timedelta(hours=1), NOW)
    assert [s.value for s in actual["tatesakabashi", "water_level"]] == [0.9, 1.0]
    assert [s.value for s in drill["tatesakabashi", "water_level"]] == [5.0]


async def test_reports_come_back_whole_and_newest_revision_only(store: Store) -> None:
    report = Report(gateway="police", report_id="7", kind="bear", measured_at=NOW, text="クマ1頭", place="山岸")
    async with store.write() as connection:
        await records.save(connection, [report], NOW)
        await records.save(connection, [replace(report, confirmed=True)], NOW)
        found = await records.reports(connection, Status.ACTUAL, NOW - timedelta(hours=1), NOW)
    assert found == [replace(report, confirmed=True)]


async def test_of_each_series_of_telegrams_the_newest_in_the_window_stands(store: Store) -> None:
    at = {hours: NOW - timedelta(hours=hours) for hours in (1, 2, 100)}
    batch = [
        telegram("VPWW55", at=at[2], headline="before"),
        telegram("VPWW55", at=at[1], headline="newest"),
        telegram("VPWW55", at=NOW + timedelta(hours=1), headline="not yet"),
        telegram("VXSE53", at=at[100], event_id="20261116", headline="long ago"),
        telegram("VPWW55", at=at[1], status=Status.EXERCISE, headline="drill"),
    ]
    async with store.write() as connection:
        await records.save(connection, batch, NOW)
        found = await records.standing_telegrams(connection, Status.ACTUAL, NOW - timedelta(hours=72), NOW)
    assert [one.headline for one in found] == ["newest"]


async def test_a_rolled_back_batch_leaves_nothing(store: Store) -> None:
    with pytest.raises(RuntimeError):
        async with store.write() as connection:
            await records.save(connection, [reading()], NOW)
            raise RuntimeError("the disk is full")
    async with store.read() as connection:
        assert await records.latest_seq(connection) == 0


async def test_naive_times_are_refused(store: Store) -> None:
    with pytest.raises(Exception, match="without time zone"):
        async with store.write() as connection:
            await records.save(connection, [reading()], datetime(2026, 1, 1))  # noqa: DTZ001


async def test_quarantine_keeps_bytes_once_and_counts_the_rest(store: Store) -> None:
    message = Message(topic="hub/v1/gw1/x/y", payload=b"\xff{", received_at=datetime.now(UTC), gateway="gw1")
    fault = Rejected(code="bad_json", message="not JSON", at="byte 0")
    async with store.write() as connection:
        assert await quarantine.keep(connection, message, fault)
        assert not await quarantine.keep(connection, message, fault)
        waiting = await quarantine.unanswered(connection)
        assert [(row["payload"], row["times"]) for row in waiting] == [(b"\xff{", 2)]
        await quarantine.mark_answered(connection, [row["id"] for row in waiting])
        assert await quarantine.unanswered(connection) == []


async def test_a_cursor_never_goes_back(store: Store) -> None:
    async with store.write() as connection:
        await cursors.move(connection, "predict", 7)
        await cursors.move(connection, "predict", 3)
        assert await cursors.position(connection, "predict") == 7
