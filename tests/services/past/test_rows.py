"""Tables as they stood at an instant: what was changed, ended or taken away, and how finely it is kept."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from feeds.status import Status
from rules.silence import Silence
from services.store import hazards, hold_offs, past
from services.store import silences as silence_store
from services.store.engine import Store
from services.store.tables import hazards as hazard_rows
from services.store.tables import hold_offs as hold_off_rows
from services.store.tables import silences as silence_rows
from services.store.tables_past import hazards_past
from tests.services.making import NOW, alert, hazard


async def at_each(store: Store, minutes: list[int], table: Any, *columns: str) -> list[Any]:
    found = []
    async with store.read() as connection:
        for minute in minutes:
            then = past.as_of(table, NOW + timedelta(minutes=minute))
            rows = await connection.execute(select(*(then.c[name] for name in columns)))
            found.append([tuple(row) for row in rows])
    return found


async def test_what_was_ended_or_taken_away_stands_as_it_stood(store: Store) -> None:
    def after(minutes: int) -> datetime:
        return NOW + timedelta(minutes=minutes)

    one = alert(hold_off_s=900)
    async with store.write() as connection:
        await hold_offs.begin(connection, one, NOW, timedelta(minutes=15), "kato")
        silence = Silence(
            status=Status.EXERCISE,
            rule="",
            kind="flood",
            area="",
            owner="kato",
            reason="点検",
            begins=NOW,
            ends=after(60),
        )
        number = await silence_store.add(connection, silence)
    async with store.write() as connection:
        await hold_offs.stay(connection, one.series, "経路がない", after(15))
        await silence_store.end(connection, number, after(20))
        await hold_offs.end(connection, one.series, after(20))
    waited = await at_each(store, [-1, 0, 14, 15, 20], hold_off_rows, "revision", "stays")
    assert waited == [[], [(1, "")], [(1, "")], [(1, "経路がない")], []]
    held = await at_each(store, [-1, 19, 20], silence_rows, "ends")
    assert held == [[], [(after(60),)], [(after(20),)]]


async def test_reasons_that_grow_fresher_by_the_minute_are_kept_in_steps_and_never_run_ahead(store: Store) -> None:
    picture: dict[str, Any] = {}
    for minute in range(13):
        now = NOW + timedelta(minutes=minute)
        fresh = hazard(valid_until=now + timedelta(hours=1), level=3 if minute < 12 else 4)
        async with store.write() as connection:
            await hazards.replace_picture(connection, picture, [fresh], now)
        picture = {fresh.key: fresh}
    told = await at_each(store, list(range(13)), hazard_rows, "current", "level", "valid_until")
    lag = []
    for minute, rows in enumerate(told):
        ((_, level, until),) = [row for row in rows if row[0]]
        lag.append(minute - (until - NOW - timedelta(hours=1)) // timedelta(minutes=1))
        assert level == (3 if minute < 12 else 4), "what people act on is exact"
    assert min(lag) == 0 and max(lag) <= 5, lag
    async with store.read() as connection:
        assert await connection.scalar(select(func.count()).select_from(hazards_past)) <= 4
