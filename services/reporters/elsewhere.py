"""Registers of people that have a door of their own: who asks for what is held of them has to be sent there, too."""

from __future__ import annotations

from sqlalchemy import Table, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.store.tables_muster import staff
from services.store.tables_watch import wards

_DOORS: tuple[tuple[str, Table, str], ...] = (
    ("staff", staff, "shirase staff list; shirase staff export CODE; shirase staff remove CODE"),
    (
        "watch",
        wards,
        "shirase watch list --by NAME; shirase watch export UID --by NAME; shirase watch remove UID --by NAME --yes",
    ),
)


async def registers(connection: AsyncConnection) -> list[dict[str, str | int]]:
    """Those in which somebody is, with how many, and the commands that answer there."""
    found: list[dict[str, str | int]] = []
    for name, table, command in _DOORS:
        people = await connection.scalar(select(func.count()).select_from(table)) or 0
        if people:
            found.append({"register": name, "people": people, "ask": command})
    return found
