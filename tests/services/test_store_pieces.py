"""A catchment that was renamed: nobody waits for the old one for ever."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from services.clock import wall
from services.store import cursors, leases, pieces, records, standing
from services.store.engine import Store
from services.store.tables import leases as table
from tests.services.making import reading


async def test_what_is_left_of_pieces_that_are_no_more_is_forgotten(store: Store) -> None:
    now = wall()
    async with store.write() as connection:
        for name in ("predict", "predict:kitakami", "predict:old", "predictor", "plow"):
            await cursors.move(connection, name, 1)
        for name, before in {"predict:old": 60, "predict:kitakami": 60, "predict:lives": 0, "evaluate": 60}.items():
            await leases.take(connection, name, "somebody", now - timedelta(seconds=before))
        await records.save(connection, [reading(), reading(station="yuu")], now - timedelta(hours=1))
        await pieces.forget(connection, "predict", ["predict:kitakami"], now)
        behind = {one.cursor for one in await standing.behind(connection, now)}
        assert behind == {"predict:kitakami", "plow"}, "the others would be told as an hour late"
        assert await cursors.position(connection, "predictor") == 1, "another stage"
        held = set(await connection.scalars(select(table.c.name)))
    assert held == {"predict:kitakami", "predict:lives", "evaluate"}, "what somebody holds is theirs"
