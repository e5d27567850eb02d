"""When streets were last done, read backwards and no farther than it takes.

On a storm's evening a street has been passed a hundred times, and what was before a pass over the whole of it says
nothing about when it was last done.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from geo.plow.coverage import coverage, settles
from geo.plow.passes import Pass
from services.store import plowed

_FIRST, _FARTHER = timedelta(minutes=20), 3  # how far is looked first, and how many times as far each time after it


@dataclass(frozen=True, slots=True)
class Change:
    """What a step is about to write: numbers of passes that go, and passes that come."""

    gone: Collection[int] = ()
    new: Collection[Pass] = ()


NOTHING = Change()


async def last_done(
    connection: AsyncConnection,
    status: Status,
    segments: Collection[str],
    span: tuple[datetime, datetime],
    change: Change = NOTHING,
) -> dict[str, float]:
    """When each of the segments was last done by passes that ended within the span, seconds since 1970; of one that was
    not, nothing. As if the change had been written."""
    since, until = span
    found, rest, back = dict[str, float](), frozenset(segments), _FIRST
    while rest:
        begin = max(since, until - back)
        stored = await plowed.passes_over(connection, status, rest, begin)
        passes = [one for number, one in stored.items() if number not in change.gone]
        passes += [one for one in change.new if one.segment in rest and one.ended >= begin.timestamp()]
        passes = [one for one in passes if one.ended <= until.timestamp()]
        settled = rest if begin == since else frozenset(one.segment for one in passes if settles(one))
        covered = coverage(one for one in passes if one.segment in settled)
        found |= {segment: one.done_at for segment, one in covered.items() if one.done_at is not None}
        rest, back = rest - settled, back * _FARTHER
    return found
