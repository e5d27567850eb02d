"""Readings of a span, sensor by sensor, in one order on every engine and however many: nothing is held as a whole."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from sqlalchemy import ColumnElement, and_, collate, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from services.store.tables import records

_SUBJECTS = 25  # in one statement
_ROWS = 2000  # at once in memory


class Reader(Protocol):
    """A store, as far as this needs one."""

    def read(self) -> AbstractAsyncContextManager[AsyncConnection]: ...


class Value(NamedTuple):
    """One trusted value."""

    subject: str  # st0123/snow_depth
    at: datetime
    value: float
    unit: str


async def subjects(store: Reader, status: Status) -> list[str]:
    """Every sensor and quantity that ever told anything, in the order of their letters: a step along the index each."""
    of = (records.c.type == "reading", records.c.status == status.value)
    first = select(func.min(records.c.subject).label("subject")).where(*of).cte("subjects", recursive=True)
    onward = select(func.min(records.c.subject)).where(*of, records.c.subject > first.c.subject)
    walk = first.union_all(select(onward.scalar_subquery()).where(first.c.subject.is_not(None)))
    async with store.read() as connection:
        return sorted(await connection.scalars(select(walk.c.subject).where(walk.c.subject.is_not(None))))


async def trusted(
    store: Reader, wanted: Sequence[str], span: tuple[datetime, datetime], but: Collection[str]
) -> AsyncIterator[Sequence[Value]]:
    """Real, trusted values of a span, its end left out, but those of some gateways: by subject, time, and arrival.

    ``wanted`` is in the order of its letters. A short transaction for each few sensors: nobody waits for the whole.
    """
    since, until = span
    told = (records.c.subject, records.c.measured_at, records.c.value, records.c.body["unit"].as_string())
    for some in (wanted[begin : begin + _SUBJECTS] for begin in range(0, len(wanted), _SUBJECTS)):
        here = and_(
            records.c.type == "reading",
            records.c.status == Status.ACTUAL.value,
            records.c.subject.in_(some),
            records.c.measured_at >= since,
            records.c.measured_at < until,
            records.c.trusted,
            records.c.value.is_not(None),
            records.c.gateway.not_in(sorted(but)),
        )
        async with store.read() as connection:
            order = (_by_letters(connection), records.c.measured_at, records.c.seq)
            async with connection.stream(select(*told).where(here).order_by(*order)) as rows:
                async for part in rows.partitions(_ROWS):
                    yield [Value(*row) for row in part]


def _by_letters(connection: AsyncConnection) -> ColumnElement[Any]:
    """A PostgreSQL may have been created with the order of some language; SQLite's is that of the letters' numbers."""
    return collate(records.c.subject, "C") if connection.dialect.name == "postgresql" else records.c.subject
