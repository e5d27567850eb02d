"""Which official telegrams were withdrawn (取消) by who issued them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.records import Telegram
from feeds.status import Status
from geo.official.telegrams import WITHDRAWAL, takes_back
from services.store.codec import from_json
from services.store.tables import records


async def withdrawn(
    connection: AsyncConnection,
    status: Status,
    keys: Collection[str],
    now: datetime,
    came_by: datetime | None = None,
) -> frozenset[str]:
    """Those of these records that are telegrams and were taken back, as far as it is known at ``now``.

    ``came_by``: no word that came later is heard, for a look at another time than now.
    """
    ours = select(records.c.body).where(records.c.type == "telegram", records.c.status == status)
    rows = (await connection.execute(ours.where(records.c.key.in_(sorted(keys))))).scalars()
    named = [from_json(Telegram, body) for body in rows]
    if not named:
        return frozenset()
    since = min(one.measured_at for one in named)
    later = ours.where(records.c.measured_at.between(since, now), records.c.body["info_type"].as_string() == WITHDRAWAL)
    if came_by is not None:
        later = later.where(records.c.received_at <= came_by)
    back = [from_json(Telegram, body) for body in (await connection.execute(later)).scalars()]
    return frozenset(one.key for one in named if any(takes_back(word, one) for word in back))
