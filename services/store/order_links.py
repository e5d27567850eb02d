"""Links by which a contractor answers an order. The token is only in the link: the store knows its digest."""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.store.tables_orders import order_links


async def add(
    connection: AsyncConnection, order: int, token: str, until: datetime, made_by: str, now: datetime
) -> None:
    """Let this token answer the order until then; those made before go out."""
    still = (order_links.c.order == order, order_links.c.until > now)
    await connection.execute(update(order_links).where(*still).values(until=now))
    row = {"digest": _digest(token), "order": order, "until": until, "made_by": made_by, "made_at": now}
    await connection.execute(insert(order_links).values(row))


async def order_of(connection: AsyncConnection, token: str, now: datetime) -> int | None:
    """The order that this token answers; None for a stranger's, or one that has run out."""
    mine = (order_links.c.digest == _digest(token), order_links.c.until > now)
    found = await connection.scalar(select(order_links.c.order).where(*mine))
    return None if found is None else int(found)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
