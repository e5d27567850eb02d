"""Observations: trusted readings of the last 31 days; of many datastreams at once those of the last hour."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, not_, or_, select, true
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from services.store.tables import records
from services.web.api.times import iso
from services.web.context import WebContext
from services.web.security import WebError
from services.web.sta.asked import Asked
from services.web.sta.filtering import COMPARES, Compare, Condition, Joined, Not
from services.web.sta.model import Entity, stream_of, subject_of

WINDOW, OF_MANY = timedelta(days=31), timedelta(hours=1)
_MANY, _MOST = 50, 20_000  # datastreams: from so many on the last hour, and so many at the most
NAMES = ("@iot.id", "phenomenonTime", "resultTime", "result")
_COLUMNS: Mapping[str, Any] = {
    "@iot.id": records.c.seq,
    "id": records.c.seq,
    "phenomenonTime": records.c.measured_at,
    "resultTime": records.c.measured_at,
    "result": records.c.value,
}
_KINDS: Mapping[str, type] = {"@iot.id": float, "id": float, "result": float}


async def observations(
    connection: AsyncConnection, context: WebContext, streams: Sequence[str], asked: Asked
) -> tuple[list[Entity], int | None, bool]:
    """The page, how many there are in all (where that is asked), and whether there are more."""
    if not streams:
        return [], 0 if asked.count else None, False
    wanted = _wanted(context, streams, OF_MANY if len(streams) > _MANY else WINDOW)
    if asked.where is not None:
        wanted = and_(wanted, _as_sql(asked.where))
    order = [_COLUMNS[name].desc() if falls else _COLUMNS[name] for name, falls in asked.order]
    statement = select(records).where(wanted).order_by(*(order or [records.c.measured_at.desc()]), records.c.seq.desc())
    rows = (await connection.execute(statement.offset(asked.skip).limit(asked.top + 1))).mappings().all()
    many = await connection.scalar(select(func.count()).select_from(records).where(wanted)) if asked.count else None
    return [_told(row) for row in rows[: asked.top]], many, len(rows) > asked.top


async def observation(
    connection: AsyncConnection, context: WebContext, identity: str, streams: Collection[str]
) -> Entity:
    """One of them; a 404 where the public may not know of it."""
    if not (identity.isascii() and identity.isdigit() and len(identity) < 19):
        raise WebError(404, "not_found", "この観測値はありません。 / There is no such observation.")
    wanted = and_(_wanted(context, (), WINDOW), records.c.seq == int(identity))
    row = (await connection.execute(select(records).where(wanted))).mappings().first()
    if row is None or stream_of(row["subject"], row["status"]) not in streams:
        raise WebError(404, "not_found", "この観測値はありません。 / There is no such observation.")
    return _told(row)


def _wanted(context: WebContext, streams: Sequence[str], window: timedelta) -> ColumnElement[bool]:
    """Of these datastreams (of any, where none is named) what everybody may see and have."""
    if len(streams) > _MOST:
        raise WebError(501, "not_here", "so many sensors at once are not offered; ask Datastreams('…')/Observations")
    by_status: dict[str, list[str]] = {}
    for one in streams:
        subject, status = subject_of(one)
        by_status.setdefault(status, []).append(subject)
    now = context.now()
    mine = [and_(records.c.status == status, records.c.subject.in_(some)) for status, some in by_status.items()]
    return and_(
        records.c.type == "reading",
        or_(*mine) if mine else true(),
        records.c.trusted,
        records.c.value.is_not(None),
        records.c.measured_at.between(now - window, now + timedelta(minutes=2)),
        records.c.gateway.not_in(context.open_data.kept_back_gateways),
    )


def _as_sql(one: Condition) -> ColumnElement[bool]:
    if isinstance(one, Not):
        return not_(_as_sql(one.of))
    if isinstance(one, Joined):
        sides = _as_sql(one.left), _as_sql(one.right)
        return and_(*sides) if one.how == "and" else or_(*sides)
    return _compared(one)


def _compared(one: Compare) -> ColumnElement[bool]:
    if one.name not in _COLUMNS:
        raise WebError(501, "not_here", f"$filter by {one.name[:40]!r} is not offered; by {', '.join(NAMES)} it is")
    if not isinstance(one.value, _KINDS.get(one.name, datetime)):
        raise WebError(400, "bad_filter", f"{one.name} cannot be compared with this value")
    value: Any = one.value
    if _KINDS.get(one.name) is float and one.name != "result":
        value = max(-1, min(int(value), 2**62)) if value == int(value) else -1
    found: ColumnElement[bool] = COMPARES[one.how](_COLUMNS[one.name], value)
    return found


def _told(row: RowMapping) -> Entity:
    at, stream = iso(row["measured_at"]), stream_of(row["subject"], row["status"])
    told = {"phenomenonTime": at, "resultTime": at, "result": row["value"], "parameters": {"status": row["status"]}}
    to = {"Datastream": [stream], "FeatureOfInterest": [row["subject"].partition("/")[0]]}
    return Entity(id=str(row["seq"]), told=told, to=to)
