"""How grave things are by the hub's own picture: while they are, listening may cost more."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from services.store.tables import hazards


async def highest(connection: AsyncConnection, status: Status, now: datetime) -> int:
    """The highest level of any hazard that holds; 0 where none does."""
    holds = (hazards.c.current, hazards.c.status == status.value, hazards.c.valid_until > now)
    return int(await connection.scalar(select(func.max(hazards.c.level)).where(*holds)) or 0)
