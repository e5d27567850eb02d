"""What is asked of the outbox for every delivery: statements that are made once, and of which only the values change.

Making one of them anew costs as much as SQLite needs for all of a claim.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, or_, select

from services.store.delivery_state import DeliveryState
from services.store.queue_terms import (
    IN_ORDER,
    NEEDLESS,
    OF_ITS_ALERT,
    OLDER_IN_FLIGHT,
    OVERTAKEN,
    PENDING,
    URGENT,
    WALL,
    due,
    lasting,
    lost,
)
from services.store.tables import alerts, outbox

OPEN_STILL = outbox.c.state.in_((DeliveryState.SENDING.value, DeliveryState.UNKNOWN.value))
_OURS = and_(outbox.c.id == bindparam("id"), outbox.c.claims == bindparam("claim"), OPEN_STILL)
_HELD = and_(outbox.c.state == DeliveryState.SENDING.value, outbox.c.lease_until >= bindparam("until"))
MAY_SEND = select(exists().where(_OURS, _HELD))
IS_OURS = select(outbox.c.id).where(_OURS).with_for_update()
DONE = select(outbox.c.done).where(outbox.c.id == bindparam("id"))
_RAN_OUT = outbox.c.expires <= bindparam("now")
_STALE = exists().where(or_(lost(WALL), lasting(WALL), and_(PENDING, or_(OVERTAKEN, _RAN_OUT, NEEDLESS))))
ANYTHING = select(or_(exists().where(due(WALL), outbox.c.channel == bindparam("channel")), _STALE))
NEEDS_SWEEP = select(_STALE)


def _next(*more: ColumnElement[bool]) -> Select[Any]:
    """The next of a channel that is due, with its alert. Chosen by narrow columns, then read: payloads are long, and a
    thousand may be waiting."""
    ready = (due(WALL), outbox.c.expires > bindparam("now"), outbox.c.channel == bindparam("channel"), ~OLDER_IN_FLIGHT)
    wanted = select(outbox.c.id).join(alerts, OF_ITS_ALERT).where(*ready, *more)
    first = wanted.order_by(*IN_ORDER).limit(1).with_for_update(skip_locked=True, of=outbox)
    late, body = or_(OVERTAKEN, NEEDLESS).label("late"), alerts.c.body.label("alert")
    statement = select(outbox, alerts.c.level, alerts.c.ends, body, late).join(alerts, OF_ITS_ALERT)
    mine = outbox.c.id == first.correlate(None).scalar_subquery()
    return statement.where(mine).with_for_update(of=outbox)


NEXT = {True: _next(URGENT), False: _next()}  # urgent or not
