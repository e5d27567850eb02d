"""Outages of channels, and the deliveries that fell into them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import RowMapping, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from services.outage.fate import Fate, Item, Outage, fate_of
from services.store import past
from services.store.delivery_state import DeliveryState
from services.store.spread import begun_at, under_way
from services.store.tables import alerts, outbox
from services.store.tables_budget import outages

_OPEN = (DeliveryState.WAITING.value, DeliveryState.SENDING.value, DeliveryState.UNKNOWN.value)
_MOVES = (
    outbox.c.channel,
    outbox.c.status,
    outbox.c.state,
    outbox.c.created_at,
    outbox.c.finished_at,
    outbox.c.done,
    outbox.c.after_unknown,
    outbox.c.reason,
    outbox.c.cause,
)
_COLUMNS = (*_MOVES, begun_at())
_OF_ALERT = (
    alerts.c.identifier,
    alerts.c.level,
    alerts.c.body[("texts", "ja", "headline")].as_string().label("headline"),
)


async def begin(connection: AsyncConnection, channel: str, status: Status, began: datetime, now: datetime) -> int:
    """Write one down; its number."""
    row = {"channel": channel, "status": status.value, "began": began, "known_at": now}
    return int((await connection.execute(insert(outages).values(row).returning(outages.c.id))).scalar_one())


async def close(connection: AsyncConnection, one: int, ended: datetime | None, now: datetime) -> None:
    """Set its end; None opens it again."""
    await past.change(connection, update(outages).where(outages.c.id == one).values(ended=ended), now)


async def last(connection: AsyncConnection) -> dict[tuple[str, str], Outage]:
    """The newest of each channel and status."""
    newest = select(func.max(outages.c.id)).group_by(outages.c.channel, outages.c.status)
    rows = await connection.execute(select(outages).where(outages.c.id.in_(newest)))
    return {(row["channel"], row["status"]): _outage(row) for row in rows.mappings()}


async def since(
    connection: AsyncConnection, began: datetime | None = None, limit: int = 100, then: datetime | None = None
) -> list[Outage]:
    """The newest first: those that lasted beyond ``began``, or those that nobody has seen. ``then``: as known then."""
    known = past.as_of(outages, then)
    wanted = known.c.seen_at.is_(None) if began is None else or_(known.c.ended.is_(None), known.c.ended > began)
    rows = await connection.execute(select(known).where(wanted).order_by(known.c.id.desc()).limit(limit))
    return [_outage(row) for row in rows.mappings()]


async def see(connection: AsyncConnection, one: int, person: str, now: datetime) -> Outage | None:
    """A person has read it. The outage as it was, or None where there is none that is over and unread."""
    open_one = (outages.c.id == one, outages.c.seen_at.is_(None), outages.c.ended.is_not(None))
    row = (await connection.execute(select(outages).where(*open_one))).mappings().first()
    if row is None:
        return None
    read = update(outages).where(outages.c.id == one).values(seen_by=person, seen_at=now)
    await past.change(connection, read, now)
    return _outage(row)


async def stale(connection: AsyncConnection, issued_by: datetime) -> Sequence[RowMapping]:
    """Deliveries issued by then that are still to go, and not just telling many people, one after the other."""
    wanted = select(*_COLUMNS).where(outbox.c.state.in_(_OPEN), outbox.c.created_at <= issued_by, ~under_way())
    return (await connection.execute(wanted)).mappings().all()


async def finished(connection: AsyncConnection, after: datetime) -> Sequence[RowMapping]:
    """Deliveries that came to an end after then, however they did."""
    wanted = select(*_COLUMNS).where(outbox.c.finished_at > after)
    return (await connection.execute(wanted)).mappings().all()


async def items(connection: AsyncConnection, outage: Outage, then: datetime | None = None) -> list[Item]:
    """Every delivery of the channel that was issued while the outage lasted, the gravest fate and level first.

    ``then``: as they stood at that instant.
    """
    sent = past.as_of(outbox, then)
    span = [sent.c.channel == outage.channel, sent.c.status == outage.status.value, sent.c.created_at >= outage.began]
    if outage.ended is not None:
        span.append(sent.c.created_at <= outage.ended)
    told = [sent.c[one.name] for one in (*_MOVES, outbox.c.series, outbox.c.revision, outbox.c.expires)]
    wanted = (
        select(*told, begun_at(sent), *_OF_ALERT)  # neither payloads nor bodies: an outage in a snow night has hundreds
        .join(alerts, (alerts.c.series == sent.c.series) & (alerts.c.revision == sent.c.revision))
        .where(*span)
    )
    found = [one for row in (await connection.execute(wanted)).mappings() if (one := _item(row))]
    order = list(Fate)
    return sorted(found, key=lambda one: (order.index(one.fate), -one.level, one.created_at, one.identifier))


def _item(row: RowMapping) -> Item | None:
    fate = fate_of(dict(row))
    if fate is None:
        return None
    return Item(
        identifier=row["identifier"],
        series=row["series"],
        revision=row["revision"],
        headline=row["headline"],
        level=row["level"],
        fate=fate,
        created_at=row["created_at"],
        finished_at=row["finished_at"],
        expires=row["expires"],
        reason=row["reason"],
        state=row["state"],
        cause=row["cause"],
    )


def _outage(row: RowMapping) -> Outage:
    return Outage(
        id=row["id"],
        channel=row["channel"],
        status=Status(row["status"]),
        began=row["began"],
        ended=row["ended"],
        seen_by=row["seen_by"],
        seen_at=row["seen_at"],
    )
