"""The last look at each gateway, written by the way in and read by the models."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from geo.gateway import GatewayState
from services.store.engine import insert
from services.store.tables import vitals


async def put(connection: AsyncConnection, states: Iterable[GatewayState]) -> None:
    """Overwrite what was known of these."""
    for one in states:
        row = {**asdict(one), "status": one.status.value}
        statement = insert(connection, vitals).values(row)
        await connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_=row))


async def everyone(connection: AsyncConnection, status: Status | None = None) -> list[GatewayState]:
    """All gateways ever seen, by name."""
    statement = select(vitals).order_by(vitals.c.name)
    if status is not None:
        statement = statement.where(vitals.c.status == status.value)
    return [_state(dict(row)) for row in (await connection.execute(statement)).mappings()]


async def forget(connection: AsyncConnection, names: Iterable[str]) -> None:
    """They are no gateways any more."""
    await connection.execute(delete(vitals).where(vitals.c.name.in_(sorted(names))))


def _state(row: dict[str, Any]) -> GatewayState:
    return GatewayState(**{**row, "status": Status(row["status"])})
