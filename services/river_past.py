"""The rivers' past out of the store, on the forecast's clock: real readings alone, never those of a drill."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

import numpy as np
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from geo.river.levels import STEP, Array, Levels, floor
from geo.river.observed import QUANTITIES, observed
from geo.station import Station
from services.store import readings
from services.store.span import span

_AT_ONCE = timedelta(days=28)
_BESIDE = timedelta(hours=3)  # readings beyond both ends, by which those within are checked


async def past(
    connection: AsyncConnection, stations: Mapping[str, Station], since: datetime | None, until: datetime
) -> Levels | None:
    """Levels, rain and dams of all that is known from ``since`` to ``until``; None without any level."""
    subjects = [f"{one.code}/{name}" for one in stations.values() for name in sorted(one.quantities & QUANTITIES)]
    ends = await span(connection, [one for one in subjects if one.endswith("/water_level")], Status.ACTUAL)
    if ends is None:
        return None
    begin, end = floor(max(ends[0], since or ends[0])), min(ends[1], until)
    parts = []
    for first, last in _spans(begin, end):
        wide = (first - _BESIDE, min(last + _BESIDE, until))
        series = await readings.series(connection, subjects, Status.ACTUAL, *wide)
        whole = observed(series, stations.values(), wide, {})
        assert whole is not None, "where a level was measured there is a gauge"
        parts.append(whole.between(_BESIDE // STEP, (last - wide[0]) // STEP))
    return _joined(parts) if parts else None


def _spans(begin: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    while begin <= end:
        last = min(begin + _AT_ONCE, floor(end) + STEP)
        yield begin, last
        begin = last


def _joined(parts: list[Levels]) -> Levels:
    first = parts[0]
    return Levels(
        begin=first.begin,
        gauges=first.gauges,
        values=np.concatenate([one.values for one in parts]),
        rain=_put(one.rain for one in parts),
        release=_put(one.release for one in parts),
    )


def _put(parts: Iterator[Array | None]) -> Array:
    return np.concatenate([part for part in parts if part is not None])
