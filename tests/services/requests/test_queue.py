"""The desk's queue: its order, its pages, and that nothing closed is read for it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, text

from feeds.status import Status
from rules.requests.state import State
from rules.requests.turn import Turn
from services.store import decided, request_changes, request_queue, requests
from services.store.engine import Store
from services.store.request_queue import Key, Wanted
from tests.services.making import NOW
from tests.services.requests.making import asked, found

HOUR = timedelta(hours=1)
QUEUE = Wanted(status=Status.ACTUAL)


async def numbers(store: Store, wanted: Wanted = QUEUE, after: Key | None = None, at_most: int = 50) -> list[int]:
    async with store.read() as connection:
        return [one.id for one in await request_queue.page(connection, wanted, after, at_most)]


async def answer(store: Store, number: int, state: State = State.SCHEDULED) -> None:
    async with store.write() as connection:
        await request_changes.change(connection, number, state, "sato", "今夜", NOW)


async def test_first_what_waits_and_is_urgent_then_age_and_those_behind_a_first_one_are_folded(store: Store) -> None:
    old, answered, urgent, young = [
        await asked(store, NOW - 9 * HOUR),
        await asked(store, NOW - 8 * HOUR),
        await asked(store, NOW - HOUR, urgent=True),
        await asked(store, NOW - HOUR, service="SNOW_RUT", section=""),
    ]
    over, same = await asked(store, NOW - 7 * HOUR), await asked(store, same_as=old)
    await asked(store, status=Status.EXERCISE)
    await answer(store, answered)
    await answer(store, over, State.FIXED)
    assert await numbers(store) == [urgent, old, young, answered]
    first = (await found(store, old))[0]
    after = int(first.turn), first.asked_at, first.id
    assert await numbers(store, after=after) == [young, answered] and await numbers(store, at_most=1) == [urgent]
    for more, wanted in (
        ([urgent, old, young], {"scope": "waits"}),
        ([over], {"scope": "closed"}),
        ([over], {"scope": State.FIXED}),
        ([answered], {"scope": State.SCHEDULED}),
        ([young], {"service": "SNOW_RUT"}),
        ([young], {"section": request_queue.NOWHERE}),
        ([old, answered], {"before": NOW - 2 * HOUR}),
        ([urgent, old, young, answered, same], {"folded": True}),
        ([same, young, urgent, over, answered, old], {"scope": "all"}),
    ):
        assert await numbers(store, Wanted(status=Status.ACTUAL, **wanted)) == more, wanted
    async with store.read() as connection:
        told = await request_queue.tally(connection, Status.ACTUAL, NOW - 2 * HOUR)
        count, some = (await request_queue.behind(connection, [old, young], 5))[old]
        lately = await request_queue.asked_lately(connection, Status.ACTUAL, NOW - 2 * HOUR)
    assert (count, [one.id for one in some], lately) == (1, [same], {"plow-1": 2})
    waits = {(one.section, one.turn): (one.count, one.late) for one in told}
    assert waits[("plow-1", Turn.WAITS)] == (1, 1) and waits[("", Turn.WAITS)] == (1, 0)


async def test_a_first_one_is_as_urgent_as_those_behind_it_and_nothing_open_is_folded_behind_what_is_closed(
    store: Store,
) -> None:
    first = await asked(store, NOW - 9 * HOUR)
    await answer(store, first)
    second = await asked(store, NOW - 3 * HOUR, same_as=first, urgent=True)
    third = await asked(store, NOW - 2 * HOUR, same_as=first)
    one, two = await found(store, first, second)
    assert (one.turn, one.urgent, one.reasons) == (Turn.URGENT, True, ("same_urgent",)) and two.turn is Turn.FOLDED
    async with store.write() as connection:
        assert await request_changes.settle(connection, first, "requests", "除雪しました", NOW)
        assert not await request_changes.settle(connection, first, "requests", "除雪しました", NOW)
    one, two, three = await found(store, first, second, third)
    assert (one.turn, two.turn, two.same_as, three.same_as) == (Turn.OVER, Turn.URGENT, None, second)
    await answer(store, second, State.CLOSED)  # and with it the third, which is opened again alone
    await answer(store, third, State.OPEN)
    assert [one.turn for one in await found(store, second, third)] == [Turn.OVER, Turn.ANSWERED]
    assert (await found(store, third))[0].same_as is None


async def test_a_machine_turns_no_ambulance_away(store: Store) -> None:
    elsewhere = {"state": State.ELSEWHERE}
    plain, urgent = await asked(store, **elsewhere), await asked(store, urgent=True, **elsewhere)
    assert [one.turn for one in await found(store, plain, urgent)] == [Turn.OVER, Turn.URGENT]


CLOSED = text(
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50000) "
    "INSERT INTO requests (status, service, state, urgent, reasons, client, address, description, released, media_url, "
    "attributes, known, segment, section, asked_at, changed_at) SELECT status, service, 'fixed', urgent, reasons, "
    "client, address, description, released, media_url, attributes, known, segment, section, asked_at, changed_at "
    "FROM requests, n WHERE id = 1"
)


@pytest.mark.one_engine
async def test_fifty_thousand_closed_ones_are_not_read_for_the_queue(store: Store) -> None:
    await asked(store)
    async with store.write() as connection:
        await connection.execute(CLOSED)
    later = await asked(store, NOW + HOUR)
    asked_for: list[tuple[str, Any]] = []
    async with store.read() as connection:
        raw = connection.sync_connection
        event.listen(raw, "before_cursor_execute", lambda _, cursor, sql, told, *__: asked_for.append((sql, told)))
        assert [one.id for one in await request_queue.page(connection, QUEUE, None, 26)] == [1, later]
        await request_queue.page(connection, QUEUE, (1, NOW, 1), 26)
        await request_queue.tally(connection, Status.ACTUAL, NOW)
        waiting = await requests.open_since(connection, ["SNOW_NOT_PLOWED"], NOW)
        assert [one.id for one in waiting] == [1, later]
        await decided.asked_of_roads(connection, ["SNOW_NOT_PLOWED"], Status.ACTUAL, NOW - 90 * 24 * HOUR)
        newest = await request_queue.page(connection, Wanted(status=Status.ACTUAL, scope="closed"), None, 26)
        plans = [
            row[3]
            for sql, told in [one for one in asked_for if "FROM requests" in one[0]]
            for row in await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", told)
        ]
    assert len(newest) == 26 and all(one.state is State.FIXED for one in newest)
    read = [plan for plan in plans if plan.startswith(("SCAN", "SEARCH"))]
    assert len(read) == 6, read
    assert all("requests_in_turn (status=?" in plan and ("turn<?" in plan or "turn=?" in plan) for plan in read), read
