"""Readings as models look back on them: trusted ones, and those that are held until another bears them out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from geo.model import Sample
from geo.series.heard import Heard, believed
from services.store.tables import records

Row = tuple[str, int, Heard]  # ``station/quantity``, its number in the order of commits, what it says
_COLUMNS = (
    records.c.subject,
    records.c.seq,
    records.c.measured_at,
    records.c.value,
    records.c.key,
    records.c.held,
    records.c.late,
)


def _heard() -> tuple[ColumnElement[bool], ...]:
    return records.c.value.is_not(None), or_(records.c.trusted, records.c.held)


_FRESH = (
    records.c.seq > bindparam("number"),
    records.c.type.concat("") == "reading",
    records.c.status == bindparam("status"),
)
_AFTER = select(*_COLUMNS).where(*_FRESH, *_heard()).order_by(records.c.seq)


async def told(
    connection: AsyncConnection,
    subjects: Iterable[str],
    status: Status,
    since: datetime,
    until: datetime | None = None,
) -> Iterator[Row]:
    """Those of the window, or of all that was measured since; by subject, ascending by time and then by arrival."""
    window = records.c.measured_at >= since
    if until is not None:
        window = records.c.measured_at.between(since, until)
    statement = (
        select(*_COLUMNS)
        .where(records.c.type == "reading", records.c.subject.in_(sorted(subjects)), records.c.status == status)
        .where(window, *_heard())
        .order_by(records.c.subject, records.c.measured_at, records.c.seq)
    )
    return _rows(await connection.execute(statement))


async def after(connection: AsyncConnection, number: int, status: Status) -> Iterator[Row]:
    """Those that came after the record of this number, of any subject, in the order in which they came.

    By the number alone: few have come, and an index by type would lead through all readings there ever were.
    """
    return _rows(await connection.execute(_AFTER, {"number": number, "status": status.value}))


async def series(
    connection: AsyncConnection, subjects: Iterable[str], status: Status, since: datetime, until: datetime
) -> dict[tuple[str, str], list[Sample]]:
    """What is to be believed now, by (station, quantity), ascending; of several revisions of one the last received."""
    found: dict[tuple[str, str], list[Heard]] = {}
    for subject, _, heard in await told(connection, subjects, status, since, until):
        station, _, quantity = subject.partition("/")
        found.setdefault((station, quantity), []).append(heard)
    return {subject: believed(subject[1], some) for subject, some in found.items()}


def _rows(found: Iterable[Any]) -> Iterator[Row]:
    return ((subject, number, Heard(*heard)) for subject, number, *heard in found)
