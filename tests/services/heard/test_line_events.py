"""Whose turn it is: of each person the oldest, and nobody waits for another's trouble."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import insert

from services.store import line_events
from services.store.engine import Store
from services.store.tables_line import line_events as events
from tests.services.making import NOW

A_WHILE = timedelta(minutes=10)


def event(number: int, talk: str, state: str = line_events.NEW, **more: object) -> dict[str, object]:
    own = {"event": f"e{number}", "talk": talk, "state": state, "key": "k", "sealed": b"-", "attempts": 0}
    return {**own, "received_at": NOW, "next_at": NOW, **more}


async def test_four_hundred_words_of_somebody_who_has_to_wait_hide_nobody(store: Store) -> None:
    stuck = [event(number, "stuck", next_at=NOW + (A_WHILE if number == 0 else -A_WHILE)) for number in range(400)]
    others = [
        event(400, "a"),
        event(401, "b", line_events.ANSWER),
        event(402, "a"),
        event(403, "c", line_events.FAILED),
    ]
    async with store.write() as connection:
        await connection.execute(insert(events), [*stuck, *others])
    async with store.read() as connection:
        assert [one.talk for one in await line_events.due(connection, NOW, 4)] == ["a", "b"], "theirs in their order"
        assert [one.talk for one in await line_events.due(connection, NOW + A_WHILE, 4)] == ["stuck", "a", "b"]
        assert [one.talk for one in await line_events.due(connection, NOW + A_WHILE, 1)] == ["stuck"]
