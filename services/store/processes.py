"""The processes on a shared store, by their own reports. Wall time, because they speak of computers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.health import Health
from services.line import Report
from services.store.engine import insert
from services.store.set_back import lately
from services.store.tables import processes

GONE = timedelta(seconds=12)  # silent for so long: dead, frozen or cut off


async def report(connection: AsyncConnection, name: str, one: Report, wall: datetime) -> None:
    """Write down that the process lives, and forget those that are long gone."""
    last_at = one.health.get("ingest_last_at")
    health = {**one.health, "ingest_last_at": last_at.isoformat() if last_at else None}
    row = {"services": list(one.services), "place": one.where, "health": health, "seen_at": wall}
    statement = insert(connection, processes).values(name=name, **row)
    await connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_=row))
    await connection.execute(delete(processes).where(processes.c.seen_at < wall - 100 * GONE))


async def others(connection: AsyncConnection, name: str, wall: datetime) -> list[Report]:
    """Every other process that was heard lately, in the order of their names."""
    alive = (processes.c.name != name, lately(processes.c.seen_at, wall - GONE, wall))
    rows = await connection.execute(select(processes).where(*alive).order_by(processes.c.name))
    return [_report(row) for row in rows.mappings()]


async def leave(connection: AsyncConnection, name: str) -> None:
    """The process ends in order."""
    await connection.execute(delete(processes).where(processes.c.name == name))


def _report(row: Mapping[Any, Any]) -> Report:
    health: dict[str, Any] = dict(row["health"])
    last_at = health.pop("ingest_last_at", None)
    known = Health(**health)  # type: ignore[typeddict-item]  # written by report() above
    if last_at:
        known["ingest_last_at"] = datetime.fromisoformat(last_at)
    return Report(services=tuple(row["services"]), health=known, where=row["place"])
