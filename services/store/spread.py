"""Deliveries to many, seen from the outbox: they take minutes, and that they are not out yet is no fault."""

from __future__ import annotations

from sqlalchemy import ColumnElement, FromClause, and_, exists, func, select

from services.store.tables import outbox
from services.store.tables_subscribers import fanouts, tellings
from services.store.tellings import Telling


def under_way() -> ColumnElement[bool]:
    """True of a delivery of which some people are told and the rest is being told, without a failure since.

    Each slice that gets on sets the attempts back; where the line goes down in the middle they grow.
    """
    return and_(
        exists().where(fanouts.c.delivery == outbox.c.id),
        func.json_array_length(outbox.c.done) > 0,
        outbox.c.attempts <= 1,
    )


def begun_at(sent: FromClause = outbox) -> ColumnElement[object]:
    """When the first person was told, wall time; null where the delivery is not to many, or nobody was told.

    ``sent``: the outbox, or as it stood at an instant.
    """
    mine = (tellings.c.delivery == sent.c.id, tellings.c.state == Telling.TOLD.value)
    return select(func.min(tellings.c.next_at)).where(*mine).scalar_subquery().label("begun_at")
