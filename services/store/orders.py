"""Orders and every act on them. Events are only ever added; the row of an order tells what they come to."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, case, func, insert, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from rules.orders.decision import Kind
from rules.orders.life import OPEN, Act, Event, How, Order, State, apply
from services.store import past
from services.store.tables_orders import order_events, orders

_AT_ONCE = 500
_MOST = 5000  # 138 sections in a hard week


async def begin(connection: AsyncConnection, new: Order, event: Event) -> Order:
    """Write a new order with its first act; as it is stored. Call inside ``store.write()``.

    Raises ActError where an order cannot begin so. Of one rule, kind and section at most one is open, and of people's
    own orders none for the same roads: ask :func:`still_open_in` before.
    """
    order = apply(new, event)
    row = {
        "status": order.status.value,
        "section": order.section,
        "section_name": order.section_name,
        "kind": order.kind.value,
        "rule": order.rule,
        "classes": list(order.classes),
        "opened_at": event.at,
        "state": str(order.state),
        "finish_by": order.finish_by,
    }
    number = (await connection.execute(insert(orders).values(row).returning(orders.c.id))).scalar_one()
    await connection.execute(insert(order_events).values(_row(int(number), 0, event)))
    return replace(order, id=int(number))


async def act(connection: AsyncConnection, order: Order, event: Event, finish_by: datetime | None = None) -> Order:
    """Write one act on an order read in this transaction; the order after it. Raises ActError where it does not fit."""
    after = apply(order, event)
    if finish_by is not None:
        after = replace(after, finish_by=finish_by)
    await connection.execute(insert(order_events).values(_row(order.id, len(order.events), event)))
    row = {"state": str(after.state), "finish_by": after.finish_by}
    if order.state in OPEN and after.state not in OPEN:
        row["closed_at"] = event.at
    await past.change(connection, update(orders).where(orders.c.id == order.id).values(row), event.at)
    return after


async def find(connection: AsyncConnection, number: int) -> Order | None:
    """One order with all its acts, or None."""
    return next(iter(await _read(connection, select(orders).where(orders.c.id == number))), None)


async def still_open(connection: AsyncConnection, status: Status | None = None) -> list[Order]:
    """Those that are not over, the oldest first."""
    statement = select(orders).where(orders.c.closed_at.is_(None))
    if status is not None:
        statement = statement.where(orders.c.status == status.value)
    return await _read(connection, statement.order_by(orders.c.id))


async def still_open_in(connection: AsyncConnection, status: Status, section: str) -> list[Order]:
    """Those for one section that are not over, the oldest first."""
    mine = (orders.c.closed_at.is_(None), orders.c.status == status.value, orders.c.section == section)
    return await _read(connection, select(orders).where(*mine).order_by(orders.c.id))


async def since(
    connection: AsyncConnection,
    since: datetime,
    status: Status | None = None,
    most: int = _MOST,
    only: Collection[Act] = (),
    then: datetime | None = None,
) -> list[Order]:
    """Those that are open or were closed since then, the newest first; were there more, all open ones come in.

    With ``only`` they come with these acts alone: a proposal is brought up to date many times in a night. ``then``: as
    they were known at that instant.
    """
    known = past.as_of(orders, then)
    statement = select(known).where(known.c.closed_at.is_(None) | (known.c.closed_at >= since))
    if status is not None:
        statement = statement.where(known.c.status == status.value)
    over_last = case((known.c.closed_at.is_(None), 0), else_=1)
    found = await _read(connection, statement.order_by(over_last, known.c.id.desc()).limit(most), only, then)
    return sorted(found, key=lambda one: one.id, reverse=True)


async def overlapping(connection: AsyncConnection, status: Status, since: datetime, until: datetime) -> list[Order]:
    """Those that were open at any time of [since, until), however long ago they were opened; the oldest first."""
    at_any_time = (orders.c.opened_at < until, orders.c.closed_at.is_(None) | (orders.c.closed_at >= since))
    statement = select(orders).where(orders.c.status == status.value, *at_any_time)
    return await _read(connection, statement.order_by(orders.c.id))


async def first_at(connection: AsyncConnection, status: Status) -> datetime | None:
    """Since when orders are kept; None where there is none."""
    found: datetime | None = await connection.scalar(
        select(func.min(orders.c.opened_at)).where(orders.c.status == status.value)
    )
    return found


async def unanswered(connection: AsyncConnection) -> list[Order]:
    """Those that a contractor was given and has not acknowledged."""
    given = (orders.c.state == State.ORDERED.value, orders.c.closed_at.is_(None))
    return await _read(connection, select(orders).where(*given).order_by(orders.c.id))


async def mark(connection: AsyncConnection) -> tuple[int, int]:
    """Differs whenever anything was done with an order."""
    acts = await connection.scalar(select(func.count()).select_from(order_events))
    return int(acts or 0), int(await connection.scalar(select(func.max(orders.c.id))) or 0)


async def _read(
    connection: AsyncConnection,
    statement: Select[*tuple[Any, ...]],
    only: Collection[Act] = (),
    then: datetime | None = None,
) -> list[Order]:
    rows = list((await connection.execute(statement)).mappings())
    events = await _events(connection, [row["id"] for row in rows], only, then)
    return [
        Order(
            id=row["id"],
            status=Status(row["status"]),
            section=row["section"],
            section_name=row["section_name"],
            kind=Kind(row["kind"]),
            rule=row["rule"],
            classes=tuple(row["classes"]),
            state=State(row["state"]),
            finish_by=row["finish_by"],
            events=tuple(events.get(row["id"], ())),
        )
        for row in rows
    ]


async def _events(
    connection: AsyncConnection, numbers: Sequence[int], only: Collection[Act], then: datetime | None
) -> dict[int, list[Event]]:
    found: dict[int, list[Event]] = {}
    acts = and_(
        order_events.c.act.in_([one.value for one in only]) if only else true(),
        order_events.c.at <= then if then else true(),
    )
    for begin_at in range(0, len(numbers), _AT_ONCE):
        some: Collection[int] = numbers[begin_at : begin_at + _AT_ONCE]
        statement = select(order_events).where(order_events.c.order.in_(some), acts)
        rows = await connection.execute(statement.order_by(order_events.c.order, order_events.c.seq))
        for row in rows.mappings():
            found.setdefault(row["order"], []).append(
                Event(
                    act=Act(row["act"]),
                    at=row["at"],
                    happened_at=row["happened_at"],
                    how=How(row["how"]),
                    who=row["who"],
                    text=row["text"],
                    vehicles=row["vehicles"],
                    facts=row["facts"],
                )
            )
    return found


def _row(number: int, seq: int, event: Event) -> dict[str, Any]:
    return {
        "order": number,
        "seq": seq,
        "act": event.act.value,
        "at": event.at,
        "happened_at": event.happened_at,
        "how": event.how.value,
        "who": event.who,
        "text": event.text,
        "vehicles": event.vehicles,
        "facts": dict(event.facts),
    }
