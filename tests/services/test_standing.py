"""How the store stands, on both engines: what is behind, what waits, what is silent."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from feeds.records import Message, Rejected
from feeds.status import Status
from services.backup import kept
from services.clock import wall
from services.store import alerts, cursors, leases, polled, quarantine, records, standing
from services.store.engine import Store
from services.store.polled import Version
from services.store.standing import Behind, Drafts
from tests.services.making import NOW, alert, reading
from tests.services.test_store_outbox import issued

LATER = NOW + timedelta(minutes=3)


async def test_of_an_empty_store_nothing_is_told(store: Store) -> None:
    async with store.read() as connection:
        seen = await standing.look(connection, NOW)
    assert (seen.behind, seen.queues, seen.ended, seen.drafts, seen.feeds) == ([], {}, {}, {}, {})
    assert (seen.quarantined, seen.refused_today, seen.leases, seen.copied_at) == (0, 0, {}, None)
    assert seen.size > 0 and (seen.server_time is not None) == store.shared


async def test_what_waits_is_told_with_its_age(store: Store, tmp_path: Path) -> None:
    at = wall()
    async with store.write() as connection:
        await records.save(connection, [reading(seq=1)], NOW)
        await cursors.move(connection, "predict", await records.latest_seq(connection))
        await cursors.move(connection, "plow", 0)  # there is no fix for it to read
        await cursors.move(connection, "archive:begin", 739_000)  # a day, and no number of a row
        await records.save(connection, [reading(seq=2), reading(seq=3)], NOW + timedelta(minutes=1))
        await alerts.add_draft(connection, alert(status=Status.ACTUAL, series="Actual-waits"), {}, NOW)
        refused = Rejected(code="bad_json", message="no", at="/")
        for minutes, payload in ((0, b"new"), (60 * 30, b"old")):
            message = Message(topic="hub/v1/a/b/c", payload=payload, received_at=NOW - timedelta(minutes=minutes))
            await quarantine.keep(connection, message, refused)
        for url, ago in (("https://x.example/feed/extra.xml", 1), ("https://x.example/feed/extra_l.xml?key=secret", 2)):
            await polled.taken(connection, url, Version(), NOW - timedelta(hours=ago))
        assert await leases.take(connection, "predict", "somebody", at)
        await kept.enter(connection, tmp_path / "copy.zip", "backup", at, 30)
    await issued(store, alert(channels=("x", "log")))
    async with store.read() as connection:
        seen = await standing.look(connection, LATER)
    assert seen.behind == [
        Behind(cursor="plow", rows=0, seconds=0.0),
        Behind(cursor="predict", rows=2, seconds=120.0),
    ]
    assert {name: (one.waiting, one.unknown, one.seconds) for name, one in seen.queues.items()} == {
        "x": (1, 0, 180.0),
        "log": (1, 0, 180.0),
    }
    assert seen.drafts == {Status.ACTUAL: Drafts(waiting=1, seconds=180.0)}
    assert (seen.quarantined, seen.refused_today) == (2, 1)
    assert seen.feeds == {"extra.xml": NOW - timedelta(hours=1), "extra_l.xml": NOW - timedelta(hours=2)}
    assert seen.leases["predict"][0] == "somebody" and seen.copied_at == at


@pytest.mark.one_engine
async def test_how_many_messages_nobody_has_read_is_told_without_reading_one(store: Store) -> None:
    """Asked every few seconds; ten thousand messages of a gateway gone wrong have hundreds of megabytes."""
    asked: list[tuple[str, Any]] = []
    async with store.read() as connection:
        event.listen(connection.sync_connection, "before_cursor_execute", lambda *told: asked.append(told[2:4]))
        await standing.quarantined(connection)
        await standing.quarantined(connection, NOW)
        plans = [
            row[3]
            for sql, told in list(asked)
            for row in await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", told)
        ]
    assert len(plans) == 2 and all("COVERING INDEX quarantine_unread" in plan for plan in plans), plans
