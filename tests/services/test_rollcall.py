"""Roll call: who is there, and who has fallen silent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from services.clock import wall
from services.health import Health
from services.line import Report
from services.rollcall import RollCall
from services.store.engine import Store
from services.store.processes import GONE
from services.store.tables import processes

AT = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
NEEDED = ("ingest", "web")
shared = pytest.mark.parametrize("store", ["postgresql"], indirect=True)


def ingest(*reasons: str) -> Report:
    health = Health(broker=True, ingest=True, ingest_last_at=AT, stale=False, reasons=list(reasons))
    return Report(services=("ingest",), health=health, where="a:1")


def pages() -> Report:
    return Report(services=("web",), health=Health(reasons=[]), where="b:2")


async def pass_time(store: Store, by: timedelta) -> None:
    async with store.write() as connection:
        await connection.execute(update(processes).values(seen_at=wall() - by))


@shared
async def test_each_learns_what_the_other_says_of_itself(store: Store) -> None:
    one, two = RollCall(store, "1", NEEDED, ingest), RollCall(store, "2", NEEDED, pages)
    assert two.line()["reasons"] == ["ingest がどこでも動いていません（no process runs ingest）"]
    await one.step()
    await two.step()
    assert two.line() == {**ingest().health, "reasons": []}
    assert one.line()["reasons"] != []  # it has not heard the second yet
    await one.step()
    assert one.line()["reasons"] == []


@shared
async def test_silence_counts_as_gone_and_a_goodbye_at_once(store: Store) -> None:
    one, two = RollCall(store, "1", NEEDED, ingest), RollCall(store, "2", NEEDED, pages)
    await one.step()
    await two.step()
    await pass_time(store, GONE)
    await two.step()
    assert len(two.line()["reasons"]) == 1
    await one.step()
    await two.step()
    assert two.line()["reasons"] == []
    await one.leave()
    await two.step()
    assert len(two.line()["reasons"]) == 1


@shared
async def test_what_was_heard_long_ago_does_not_count(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store that does not answer keeps nobody alive."""
    one, two = RollCall(store, "1", NEEDED, ingest), RollCall(store, "2", NEEDED, pages)
    await one.step()
    await two.step()
    monkeypatch.setattr("services.rollcall.wall", lambda: wall() + GONE)
    assert len(two.line()["reasons"]) == 1


@shared
async def test_the_long_dead_are_forgotten(store: Store) -> None:
    one, two = RollCall(store, "1", NEEDED, ingest), RollCall(store, "2", NEEDED, pages)
    await one.step()
    await pass_time(store, 101 * GONE)
    await two.step()
    async with store.read() as connection:
        assert await connection.scalar(select(func.count()).select_from(processes)) == 1


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
async def test_where_there_can_be_one_process_only_nothing_is_written(store: Store) -> None:
    alone = RollCall(store, "1", ("ingest",), ingest)
    assert await alone.step() is False
    await alone.leave()
    assert alone.line() == ingest().health
    async with store.read() as connection:
        assert await connection.scalar(select(func.count()).select_from(processes)) == 0
