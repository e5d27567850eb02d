"""When a delivery is due, late or needless, as terms of SQL. Made once: each claim asks for all of them."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import BindParameter, ColumnElement, and_, bindparam, case, exists, func, or_

from feeds.set_back import beyond
from feeds.status import Status
from rules.alert import GRAVE
from services.store.delivery_state import PERHAPS_OUT, DeliveryState
from services.store.tables import alerts, outbox

Moment = datetime | BindParameter[datetime]
_newer, _older = outbox.alias("newer"), outbox.alias("older")
_earlier, _begun = outbox.alias("told"), outbox.alias("begun")
_ending, _graver = alerts.alias("ending"), alerts.alias("graver")

OF_ITS_ALERT = and_(alerts.c.series == outbox.c.series, alerts.c.revision == outbox.c.revision)
PENDING = outbox.c.state.in_((DeliveryState.WAITING.value, DeliveryState.UNKNOWN.value))
OVERTAKEN = exists().where(_newer.c.series == outbox.c.series, _newer.c.revision > outbox.c.revision)
OLDER_IN_FLIGHT = exists().where(
    _older.c.series == outbox.c.series,
    _older.c.channel == outbox.c.channel,
    _older.c.revision < outbox.c.revision,
    _older.c.state == DeliveryState.SENDING.value,
)
# An end of something that nobody on this channel can know of, because nothing of it may have arrived there. Of level 4
# and 5 people know by other ways, and it concerns them: there the end is told everywhere.
NEEDLESS = and_(
    ~outbox.c.after_unknown,
    func.json_array_length(outbox.c.done) == 0,
    exists().where(_ending.c.series == outbox.c.series, _ending.c.revision == outbox.c.revision, _ending.c.ends),
    exists().where(_begun.c.series == outbox.c.series, _begun.c.revision < outbox.c.revision),
    ~exists().where(
        _earlier.c.series == outbox.c.series,
        _earlier.c.revision < outbox.c.revision,
        _earlier.c.channel == outbox.c.channel,
        or_(_earlier.c.state.in_(PERHAPS_OUT), _earlier.c.after_unknown, func.json_array_length(_earlier.c.done) > 0),
    ),
    ~exists().where(_graver.c.series == outbox.c.series, _graver.c.level >= GRAVE),
)
REAL = outbox.c.status == Status.ACTUAL.value
URGENT = and_(REAL, or_(alerts.c.level >= GRAVE, alerts.c.ends))  # no limit holds it back
# What is real before any drill; level 5 and 4, then all-clears and cancellations, then the rest by level and age.
IN_ORDER = (
    REAL.desc(),
    case((alerts.c.level >= GRAVE, alerts.c.level), else_=0).desc(),
    alerts.c.ends.desc(),
    alerts.c.level.desc(),
    outbox.c.created_at,
    outbox.c.id,
)


LONGEST = timedelta(minutes=15)  # no pause and no lease is longer


WALL: BindParameter[datetime] = bindparam("wall")  # in place of a moment, for statements that are made once
_BEYOND: BindParameter[datetime] = bindparam("beyond")


def at(wall: datetime) -> dict[str, datetime]:
    """What terms of :data:`WALL` are to be told."""
    return {"wall": wall, "beyond": beyond(wall, LONGEST)}


def due(wall: Moment) -> ColumnElement[bool]:
    """It waits, and its pause is over, or was reckoned before the clock was set back."""
    return and_(PENDING, or_(outbox.c.next_at <= wall, outbox.c.next_at > _beyond(wall)))


def lost(wall: Moment) -> ColumnElement[bool]:
    """Whoever was sending it has not been heard of for as long as any channel may take."""
    return and_(outbox.c.state == DeliveryState.SENDING.value, outbox.c.lease_until <= wall)


def lasting(wall: Moment) -> ColumnElement[bool]:
    """It is being sent, under a lease from before the clock was set back: if its sender died, for an hour or a day."""
    return and_(outbox.c.state == DeliveryState.SENDING.value, outbox.c.lease_until > _beyond(wall))


def _beyond(wall: Moment) -> Moment:
    return beyond(wall, LONGEST) if isinstance(wall, datetime) else _BEYOND
