"""What belongs to a muster of staff and goes with it, or before it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, ColumnElement, select

from services.retention.rows import Child, Leave
from services.store.tables_muster import muster_causes, muster_looks, muster_people, muster_sends, musters

OF_MUSTERS = tuple(
    Child(one.c.muster, musters.c.id) for one in (muster_causes, muster_looks, muster_people, muster_sends)
)


def of_past(muster: Column[int]) -> Leave:
    """Rows whose muster was closed before the limit."""

    def leave(before: datetime) -> ColumnElement[bool]:
        return muster.in_(select(musters.c.id).where(musters.c.closed_at < before))

    return leave
