"""What plows did on roads in the last day. Staff are told all of it, the public what is old enough."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from geo.plow.coverage import coverage
from services.requests.shares import DAY
from services.store import plowed


@dataclass(frozen=True, slots=True)
class Passed:
    """The last pass over a road, whole or in part, when it was last done as a whole, and how much of it (0 to 1)."""

    last_at: datetime
    done_at: datetime | None
    share: float


async def passed(
    connection: AsyncConnection, status: Status, segments: Collection[str], until: datetime
) -> dict[str, Passed]:
    """Segment → what passes of the day before then came to; those that none came by are missing."""
    passes = await plowed.passes_within(connection, status, sorted(segments), until - DAY, until)
    return {
        segment: Passed(plowed.at(one.last_at), None if one.done_at is None else plowed.at(one.done_at), one.share)
        for segment, one in coverage(passes).items()
    }
