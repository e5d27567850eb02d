"""The clock of the hub was two hours ahead, and is right again: nothing that was due waits for these hours to pass."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import JSON, Boolean, Column, Integer, LargeBinary, Table, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.store import (
    call_sends,
    leases,
    line_events,
    muster_people,
    muster_sends,
    presences,
    processes,
    second_factors,
    subscribers,
    tables,
    tables_accounts,
    tables_calls,
    tables_line,
    tables_muster,
    tables_presence,
    tables_subscribers,
    tables_watch,
    watch_sends,
)
from services.store.columns import Instant
from services.store.engine import Store
from tests.services.making import NOW

AHEAD_BY = timedelta(hours=2)
AHEAD = NOW + AHEAD_BY
LONGER = timedelta(minutes=15)
Asked = Callable[[AsyncConnection, datetime], Awaitable[object]]
Rows = tuple[tuple[Table, Mapping[str, object]], ...]

_CALL = (tables_calls.calls, {"id": 1, "state": "calling", "status": "Actual"})
_MUSTER = (tables_muster.musters, {"id": 1, "state": "open", "status": "Actual"})
_USER = (tables.users, {"name": "kato", "role": "viewer"})


async def _letters(connection: AsyncConnection, now: datetime) -> object:
    return await subscribers.take_letters(connection, now, now)


async def _reminders(connection: AsyncConnection, now: datetime) -> object:
    return await muster_people.due(connection, now, LONGER, 1)


async def _events(connection: AsyncConnection, now: datetime) -> object:
    return await line_events.due(connection, now, 1)


async def _a_code_may_be_tried(connection: AsyncConnection, now: datetime) -> object:
    return await second_factors.count_try(connection, "kato", now, 5, LONGER)


async def _nobody_has_it(connection: AsyncConnection, now: datetime) -> object:
    return not await leases.holders(connection, ["verb"], now)


async def _nobody_else_is_there(connection: AsyncConnection, now: datetime) -> object:
    return not await processes.others(connection, "mine", now)


async def _nobody_is_at_it(connection: AsyncConnection, now: datetime) -> object:
    return not await presences.here(connection, now)


# What was written, with the moment in it; who asks; and a moment by a right clock at which it still has to wait.
WAITS: Mapping[str, tuple[Rows, str, Asked, timedelta]] = {
    "a call whose sender died": (
        (_CALL, (tables_calls.call_sends, {"call": 1, "state": "sending"})),
        "started_at",
        call_sends.needs_work,
        timedelta(),
    ),
    "a muster's message whose sender died": (
        (_MUSTER, (tables_muster.muster_sends, {"muster": 1, "state": "sending"})),
        "started_at",
        muster_sends.needs_work,
        timedelta(),
    ),
    "the next message of a muster": (
        (_MUSTER, (tables_muster.muster_people, {"muster": 1, "want": "come"})),
        "next_at",
        _reminders,
        LONGER,
    ),
    "a watch's message whose sender died": (
        ((tables_watch.sends, {"id": 1, "kind": "ask", "status": "Actual", "state": "sending", "due_at": NOW}),),
        "started_at",
        watch_sends.needs_work,
        timedelta(),
    ),
    "a neighbour who is to be asked": (
        ((tables_watch.sends, {"id": 1, "kind": "ask", "status": "Actual", "state": "due"}),),
        "due_at",
        watch_sends.needs_work,
        timedelta(seconds=30),
    ),
    "an answer by LINE": (
        ((tables_line.line_events, {"id": 1, "state": "new"}),),
        "next_at",
        _events,
        LONGER,
    ),
    "a letter": (
        (
            (tables_subscribers.subscribers, {"id": 1, "state": "asked", "wish": {}}),
            (tables_subscribers.letters, {"id": 1, "subscriber": 1, "purpose": "confirm", "expires": AHEAD + AHEAD_BY}),
        ),
        "next_at",
        _letters,
        LONGER,
    ),
    "somebody who typed too many wrong codes": (
        (_USER, (tables_accounts.second_factors, {"user": "kato", "misses": 9})),
        "tried_at",
        _a_code_may_be_tried,
        timedelta(),
    ),
    "a lease": (((tables.leases, {"name": "verb", "holder": "dead"}),), "until", _nobody_has_it, leases.LEASE),
    "a process": (
        ((tables.processes, {"name": "dead", "services": [], "health": {}}),),
        "seen_at",
        _nobody_else_is_there,
        timedelta(),
    ),
    "somebody at a draft": (
        ((tables_presence.presences, {"person": "kato", "doing": "taken"}),),
        "until",
        _nobody_is_at_it,
        presences.LASTS,
    ),
}


@pytest.mark.parametrize("what", WAITS)
async def test_what_a_clock_that_ran_ahead_wrote_waits_no_longer(store: Store, what: str) -> None:
    rows, moment, asked, longest = WAITS[what]
    *before, (table, values) = rows
    for at, comes in ((NOW + longest, False), (AHEAD, True)):
        async with store.write() as connection:
            for one, its in before:
                await connection.execute(insert(one), _filled(one, its))
            await connection.execute(insert(table), _filled(table, {**values, moment: at}))
            assert bool(await asked(connection, NOW)) is comes, at
            await connection.rollback()


def _filled(table: Table, values: Mapping[str, object]) -> dict[str, object]:
    """A whole row: what is not given, and must be there, says nothing."""
    needed = [one for one in table.c if not one.nullable and one.name not in values and one.autoincrement is not True]
    return {**{one.name: _nothing(one) for one in needed}, **values}


def _nothing(column: Column[Any]) -> object:
    empty: Mapping[type, object] = {Instant: NOW, JSON: [], Boolean: False, LargeBinary: b"", Integer: 0}
    return next((value for kind, value in empty.items() if isinstance(column.type, kind)), "")
