"""What was done of the roads as it stood a while ago: what everybody may be told, lest they learn where a plow is.

What came later is not only left out: of a road that was plowed again meanwhile the pass before it is told, or the road
that falls silent would give the plow away.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from services.store import plowed
from services.store.last_done import last_done


async def done_by(
    connection: AsyncConnection, status: Status, segments: Sequence[str], since: datetime, until: datetime
) -> dict[str, float]:
    """When each of the segments was last done in [since, until], as far as it was; seconds since 1970."""
    return await as_it_stood(
        connection, status, await plowed.done_at(connection, status, segments, since), since, until
    )


async def as_it_stood(
    connection: AsyncConnection, status: Status, done: Mapping[str, float], since: datetime, until: datetime
) -> dict[str, float]:
    """The same out of what is done by now. Only roads that were done later cost a look at their passes."""
    later = [one for one, at in done.items() if at > until.timestamp()]
    before = await last_done(connection, status, later, (since, until))
    stood = {one: at for one, at in done.items() if at <= until.timestamp()}
    return stood | before
