"""The newest record of each subject, found by walking the index from subject to subject instead of reading it all."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.store.tables import records


def came_by(then: datetime | None) -> list[ColumnElement[bool]]:
    """The condition that a record had reached the hub at that instant; none where it does not matter."""
    return [] if then is None else [records.c.received_at <= then]


async def newest_by_subject(
    connection: AsyncConnection, kind: str, *conditions: ColumnElement[bool]
) -> list[RowMapping]:
    """The newest record of ``kind`` that meets the conditions, of each subject that has one."""
    wanted = and_(records.c.type == kind, *conditions)
    first = select(func.min(records.c.subject).label("subject")).where(wanted)
    subjects = first.cte("subjects", recursive=True)
    following = select(func.min(records.c.subject)).where(wanted, records.c.subject > subjects.c.subject)
    step: Any = select(following.scalar_subquery()).where(subjects.c.subject.is_not(None))
    subjects = subjects.union_all(step)
    newest = (
        select(records.c.seq)
        .where(wanted, records.c.subject == subjects.c.subject)
        .order_by(records.c.measured_at.desc(), records.c.seq.desc())
        .limit(1)
        .correlate(subjects)
        .scalar_subquery()
    )
    found = select(records).where(records.c.seq.in_(select(newest).select_from(subjects)))
    return list((await connection.execute(found.order_by(records.c.subject))).mappings())
