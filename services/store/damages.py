"""Disasters and records of damage, in and out of the store. Acts are only ever added."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from rules.damage.disaster import Disaster
from rules.damage.record import Act, Content, Damage, Event, Reason, apply
from services.store.codec import from_json, to_json
from services.store.tables_damage import damage_events, damages, disasters

_LISTED = 50  # disasters of a status


async def begin(connection: AsyncConnection, one: Disaster) -> Disaster:
    """A disaster with its number."""
    made = await connection.execute(insert(disasters).values(_disaster_row(one)).returning(disasters.c.id))
    return replace(one, id=int(made.scalar_one()))


async def rewrite(connection: AsyncConnection, one: Disaster) -> None:
    """The disaster as it is now known."""
    await connection.execute(update(disasters).where(disasters.c.id == one.id).values(_disaster_row(one)))


async def disaster(connection: AsyncConnection, number: int) -> Disaster | None:
    """One by its number, None where there is none."""
    return next(iter(await _disasters(connection, disasters.c.id == number)), None)


async def named(connection: AsyncConnection, status: Status, name: str) -> Disaster | None:
    """One by its name."""
    mine = (disasters.c.status == status.value) & (disasters.c.name == name)
    return next(iter(await _disasters(connection, mine)), None)


async def of_status(connection: AsyncConnection, status: Status) -> list[Disaster]:
    """The newest of a status, those that go on first, then by when they began."""
    found = await _disasters(connection, disasters.c.status == status.value)
    return sorted(found, key=lambda one: (one.ended is None, one.began), reverse=True)


async def keep(connection: AsyncConnection, before: Damage, event: Event) -> Damage:
    """Write one act on a record read in this transaction, or on a new one; the record after it. Raises DamageError."""
    after = apply(before, event)
    if before.events:
        await connection.execute(update(damages).where(damages.c.id == after.id).values(withdrawn=after.withdrawn))
    else:
        row = {"disaster": after.disaster, "status": after.status.value, "report": after.report, "withdrawn": False}
        made = await connection.execute(insert(damages).values(row).returning(damages.c.id))
        after = replace(after, id=int(made.scalar_one()))
    written = after.events[-1]
    await connection.execute(insert(damage_events).values(_event_row(after, written)))
    return after


async def find(connection: AsyncConnection, number: int) -> Damage | None:
    """One record with all its acts."""
    return next(iter(await _records(connection, damages.c.id == number)), None)


async def of_report(connection: AsyncConnection, case: int) -> Damage | None:
    """The record that was made of a case of the review queue."""
    return next(iter(await _records(connection, damages.c.report == case)), None)


async def of_disaster(connection: AsyncConnection, number: int) -> list[Damage]:
    """Every record of a disaster with its acts, by number; withdrawn ones among them."""
    return await _records(connection, damages.c.disaster == number)


async def reports_of(connection: AsyncConnection, cases: Sequence[int]) -> set[int]:
    """Those of the cases that have a record."""
    found = await connection.execute(select(damages.c.report).where(damages.c.report.in_(cases)))
    return set(found.scalars())


async def mark(connection: AsyncConnection, number: int) -> tuple[int, int]:
    """Another one as soon as anything was said of a disaster: its version, and how many acts its records have."""
    version = select(disasters.c.version).where(disasters.c.id == number).scalar_subquery()
    acts = select(func.count()).select_from(damage_events).where(damage_events.c.disaster == number).scalar_subquery()
    found = (await connection.execute(select(version, acts))).one()
    return int(found[0] or 0), int(found[1])


async def _disasters(connection: AsyncConnection, which: ColumnElement[bool]) -> list[Disaster]:
    newest = select(disasters).where(which).order_by(disasters.c.id.desc()).limit(_LISTED)
    return [
        Disaster(**{**dict(row), "status": Status(row["status"])})
        for row in (await connection.execute(newest)).mappings()
    ]


async def _records(connection: AsyncConnection, which: ColumnElement[bool]) -> list[Damage]:
    rows = (await connection.execute(select(damages).where(which).order_by(damages.c.id))).mappings().all()
    theirs = select(damages.c.id).where(which)
    statement = select(damage_events).where(damage_events.c.damage.in_(theirs))
    acts: defaultdict[int, list[Event]] = defaultdict(list)
    for row in (await connection.execute(statement.order_by(damage_events.c.damage, damage_events.c.seq))).mappings():
        acts[row["damage"]].append(_event(row))
    return [_damage(row, acts[row["id"]]) for row in rows]


def _damage(row: RowMapping, events: Sequence[Event]) -> Damage:
    return Damage(
        id=row["id"],
        disaster=row["disaster"],
        status=Status(row["status"]),
        report=row["report"],
        withdrawn=row["withdrawn"],
        events=tuple(events),
    )


def _event(row: RowMapping) -> Event:
    return Event(
        act=Act(row["act"]),
        at=row["at"],
        who=row["who"],
        reason=Reason(row["reason"]) if row["reason"] else None,
        content=from_json(Content, row["content"]),
    )


def _event_row(record: Damage, event: Event) -> dict[str, Any]:
    return {
        "disaster": record.disaster,
        "damage": record.id,
        "seq": record.version,
        "act": event.act.value,
        "at": event.at,
        "who": event.who,
        "reason": event.reason.value if event.reason else "",
        "content": to_json(event.content),
    }


def _disaster_row(one: Disaster) -> dict[str, Any]:
    return {
        "status": one.status.value,
        "name": one.name,
        "began": one.began,
        "place": one.place,
        "outline": one.outline,
        "ended": one.ended,
        "version": one.version,
    }
