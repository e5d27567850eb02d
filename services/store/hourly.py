"""Hourly means of readings: what a winter is remembered by."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from sqlalchemy import Text, func, select, type_coerce
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from geo.model import Sample
from services.store.tables import records

_HOUR = timedelta(hours=1)
_TO_THE_HOUR = len("2026-01-15T06")  # times are text of fixed width


async def hourly_means(
    connection: AsyncConnection, subjects: Iterable[str], status: Status, since: datetime, until: datetime
) -> dict[tuple[str, str], list[Sample]]:
    """Mean of the trusted readings of each clock hour in [since, until), by (station, quantity), ascending.

    ``at`` is the end of the hour and ``ref`` the first of its records. ``since`` and ``until`` are full hours.
    """
    hour = func.substr(type_coerce(records.c.measured_at, Text), 1, _TO_THE_HOUR)
    statement = (
        select(records.c.subject, hour.label("hour"), func.avg(records.c.value), func.min(records.c.key))
        .where(records.c.type == "reading", records.c.subject.in_(sorted(subjects)), records.c.status == status)
        .where(records.c.measured_at >= since, records.c.measured_at < until)
        .where(records.c.trusted, records.c.value.is_not(None))
        .group_by(records.c.subject, hour)
        .order_by(records.c.subject, hour)
    )
    found: dict[tuple[str, str], list[Sample]] = {}
    for subject, begins, mean, key in await connection.execute(statement):
        station, _, quantity = subject.partition("/")
        ends = datetime.fromisoformat(f"{begins}:00").replace(tzinfo=UTC) + _HOUR
        found.setdefault((station, quantity), []).append(Sample(ends, float(mean), key))
    return found
