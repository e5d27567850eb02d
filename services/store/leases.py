"""Leases: which process runs what only one may run. Wall time, because they speak of computers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.store.engine import insert
from services.store.set_back import come, to_come
from services.store.tables import leases

LEASE = timedelta(seconds=15)
_HOLDER = select(leases.c.holder).where(leases.c.name == bindparam("name"))


async def take(connection: AsyncConnection, name: str, holder: str, wall: datetime) -> bool:
    """Take or renew the lease; False where another holds it and it has not run out. Call inside ``store.write()``."""
    statement = insert(connection, leases).values(name=name, holder=holder, until=wall + LEASE)
    free = or_(leases.c.holder == holder, come(leases.c.until, wall, LEASE))
    taken = statement.on_conflict_do_update(
        index_elements=["name"], set_={"holder": holder, "until": wall + LEASE}, where=free
    )
    await connection.execute(taken)
    return await is_held(connection, name, holder)


async def is_held(connection: AsyncConnection, name: str, holder: str) -> bool:
    """True where nobody has taken the lease since ``holder`` did. In ``store.write()`` it stays so to the commit."""
    return bool(await connection.scalar(_HOLDER, {"name": name}) == holder)


async def holders(connection: AsyncConnection, names: Iterable[str], wall: datetime) -> dict[str, str]:
    """Who holds each of these leases; those that are free to take are not named."""
    mine = (leases.c.name.in_(sorted(names)), to_come(leases.c.until, wall, LEASE))
    held = select(leases.c.name, leases.c.holder).where(*mine)
    return {row.name: row.holder for row in await connection.execute(held)}


async def give_back(connection: AsyncConnection, name: str, holder: str) -> None:
    """Let the next one in at once."""
    await connection.execute(delete(leases).where(leases.c.name == name, leases.c.holder == holder))


async def clear(connection: AsyncConnection) -> None:
    """End every lease. Only for a hub that has just proved that it is alone: whoever held them is dead."""
    await connection.execute(delete(leases))
