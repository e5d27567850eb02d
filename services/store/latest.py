"""The newest record of each subject, found by walking the index from subject to subject instead of reading it all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import CTE, JSON, ColumnElement, RowMapping, Text, and_, bindparam, column, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.store.tables import records


def came_by(then: datetime | None) -> list[ColumnElement[bool]]:
    """The condition that a record had reached the hub at that instant; none where it does not matter."""
    return [] if then is None else [records.c.received_at <= then]


async def newest_by_subject(
    connection: AsyncConnection, kind: str, *conditions: ColumnElement[bool], most: int | None = None
) -> list[RowMapping]:
    """The newest record of ``kind`` that meets the conditions, of each subject that has one, in their order.

    One condition must name the status: the index begins with it, and without it every step reads everything. Of a
    page: the first ``most`` subjects, with a condition on the subject for those that follow a page.
    """
    wanted = and_(records.c.type == kind, *conditions)
    first = select(func.min(records.c.subject).label("subject")).where(wanted)
    subjects = first.cte("subjects", recursive=True)
    following = select(func.min(records.c.subject)).where(wanted, records.c.subject > subjects.c.subject)
    step: Any = select(following.scalar_subquery()).where(subjects.c.subject.is_not(None))
    return await _newest(connection, wanted, subjects.union_all(step), most)


async def newest_since(
    connection: AsyncConnection, kind: str, seq: int, *conditions: ColumnElement[bool], most: int | None = None
) -> list[RowMapping]:
    """The same of those subjects alone of which any record came after ``seq``: as dear as what came since."""
    wanted = and_(records.c.type == kind, *conditions)
    came = select(records.c.subject).distinct().where(wanted, records.c.seq > seq)
    return await _newest(connection, wanted, came.order_by(records.c.subject).limit(most).cte("subjects"), None)


async def newest_of(
    connection: AsyncConnection, kind: str, subjects: Sequence[str], *conditions: ColumnElement[bool]
) -> list[RowMapping]:
    """The same of subjects that are known by name: one look into the index for each, however many others there are."""
    wanted = and_(records.c.type == kind, *conditions)
    each = func.json_each if connection.dialect.name == "sqlite" else func.json_array_elements_text
    # One parameter, however many they are: a statement for each length would be compiled and planned anew each time.
    named = each(bindparam("named", list(subjects), JSON)).table_valued(column("value", Text))
    return await _newest(connection, wanted, select(named.c.value.label("subject")).cte("subjects"), None)


async def _newest(
    connection: AsyncConnection, wanted: ColumnElement[bool], subjects: CTE, most: int | None
) -> list[RowMapping]:
    newest = (
        select(records.c.seq)
        .where(wanted, records.c.subject == subjects.c.subject)
        .order_by(records.c.measured_at.desc(), records.c.seq.desc())
        .limit(1)
        .correlate(subjects)
        .scalar_subquery()
    )
    chosen = select(newest).select_from(subjects).where(subjects.c.subject.is_not(None)).limit(most)
    found = select(records).where(records.c.seq.in_(chosen))
    return list((await connection.execute(found.order_by(records.c.subject))).mappings())
