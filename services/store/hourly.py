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
_REST, _NOTHING = len("2026-01-15T06:"), "00:00.000000"


async def hours_heard(
    connection: AsyncConnection, subjects: Iterable[str], status: Status, since: datetime, until: datetime
) -> int:
    """In how many clock hours that touch [since, until] at least one of the subjects was heard of, believed or not."""
    hour = func.substr(type_coerce(records.c.measured_at, Text), 1, _TO_THE_HOUR)
    begins = since.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    statement = (
        select(func.count(hour.distinct()))
        .where(records.c.type == "reading", records.c.subject.in_(sorted(subjects)), records.c.status == status)
        .where(records.c.measured_at.between(begins, until))
    )
    return int(await connection.scalar(statement) or 0)


async def hourly_means(
    connection: AsyncConnection,
    subjects: Iterable[str],
    status: Status,
    since: datetime,
    until: datetime,
    came_by: datetime | None = None,
) -> dict[tuple[str, str], list[Sample]]:
    """Mean of the trusted readings of each clock hour in (since, until], by (station, quantity), ascending.

    ``at`` is the end of the hour and ``ref`` one of its records. A value on the full hour belongs to the hour that ends
    there, as sums of rain and Japanese practice have it. ``since`` and ``until`` are full hours. With ``came_by`` only
    what had reached the hub by then counts.
    """
    text = type_coerce(records.c.measured_at, Text)
    hour, sharp = func.substr(text, 1, _TO_THE_HOUR), func.substr(text, _REST + 1, len(_NOTHING)) == _NOTHING
    statement = (
        select(records.c.subject, hour, sharp, func.avg(records.c.value), func.count(), func.min(records.c.key))
        .where(records.c.type == "reading", records.c.subject.in_(sorted(subjects)), records.c.status == status)
        .where(records.c.measured_at > since, records.c.measured_at <= until)
        .where(records.c.trusted, records.c.value.is_not(None))
        .group_by(records.c.subject, hour, sharp)
    )
    if came_by is not None:
        statement = statement.where(records.c.received_at <= came_by)
    sums: dict[tuple[str, datetime], tuple[float, int, str]] = {}
    for subject, begins, ended, mean, count, key in await connection.execute(statement):
        at = datetime.fromisoformat(f"{begins}:00").replace(tzinfo=UTC) + (timedelta(0) if ended else _HOUR)
        total, many, first = sums.get((subject, at), (0.0, 0, key))
        sums[subject, at] = total + float(mean) * count, many + count, min(first, key)
    found: dict[tuple[str, str], list[Sample]] = {}
    for (subject, at), (total, many, key) in sorted(sums.items()):
        station, _, quantity = subject.partition("/")
        found.setdefault((station, quantity), []).append(Sample(at, total / many, key))
    return found
