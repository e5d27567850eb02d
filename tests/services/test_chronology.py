"""The log is a chain: whatever is changed, taken out or slipped in afterwards shows where."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update

from feeds.status import Status
from services.store.chronology import Entry, append, first_broken
from services.store.engine import Store
from services.store.tables import chronology as log
from tests.services.making import NOW


async def written(store: Store, many: int = 4) -> None:
    """Two batches, so that the chain must reach over them."""
    entries = [
        Entry(
            at=NOW + timedelta(minutes=n), status=Status.ACTUAL, kind="note", who="sato", text=f"{n}", refs={"n": "1"}
        )
        for n in range(many)
    ]
    for half in (entries[:2], entries[2:]):
        async with store.write() as connection:
            await append(connection, half)
    async with store.read() as connection:
        assert await first_broken(connection) is None


@pytest.mark.parametrize(
    "change",
    [
        {"at": NOW - timedelta(hours=1)},
        {"status": "Exercise"},
        {"kind": "issued"},
        {"who": "suzuki"},
        {"text": "何もなかった"},
        {"refs": {"n": "2"}},
        {"hash": "f" * 64},
    ],
    ids=lambda change: next(iter(change)),
)
async def test_a_changed_row_is_found(store: Store, change: dict[str, Any]) -> None:
    await written(store)
    async with store.write() as connection:
        await connection.execute(update(log).where(log.c.seq == 2).values(change))
        assert await first_broken(connection) == 2


async def test_a_row_taken_out_is_found(store: Store) -> None:
    await written(store)
    async with store.write() as connection:
        await connection.execute(delete(log).where(log.c.seq == 2))
        assert await first_broken(connection) == 3


async def test_a_gap_that_was_closed_again_is_found(store: Store) -> None:
    await written(store)
    async with store.write() as connection:
        before = await connection.scalar(select(log.c.hash).where(log.c.seq == 1))
        await connection.execute(delete(log).where(log.c.seq == 2))
        await connection.execute(update(log).where(log.c.seq == 3).values(previous=before))
        assert await first_broken(connection) == 3


async def test_a_row_slipped_in_is_found(store: Store) -> None:
    await written(store)
    async with store.write() as connection:
        row = dict((await connection.execute(select(log).where(log.c.seq == 2))).mappings().one())
        await connection.execute(insert(log).values({**row, "seq": 9, "hash": "e" * 64}))
        assert await first_broken(connection) == 9
