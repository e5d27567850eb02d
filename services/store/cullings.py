"""Cases of emergency culling, every act on them, and what the alerts say of how far their word has come."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, Select, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from rules.alert import OUT, Alert, State
from rules.culling.case import Act, Case, Condition, Event, Office, Outcome, Plan, Stage, Told
from services.store.codec import from_json
from services.store.prepared import Mark
from services.store.tables import alerts
from services.store.tables_culling import culling_events, cullings

_WHOLE = frozenset({State.ISSUED})  # what receivers hold to now


async def begin(connection: AsyncConnection, case: Case) -> Case:
    """A new case with its first act; the case with its number. Call inside ``store.write()``."""
    (first,) = case.events
    row = {"status": case.status.value, "animal": case.animal, "sighting": case.sighting, "series": ""}
    made = insert(cullings).values(row | {"opened_at": first.at, "closed_at": None}).returning(cullings.c.id)
    number = (await connection.execute(made)).scalar_one()
    await connection.execute(insert(culling_events).values(_event_row(number, 0, first)))
    found = await find(connection, number)
    assert found is not None
    return found


async def add(connection: AsyncConnection, case: Case) -> None:
    """Write the newest act of a case read in this transaction, and what the case's row has of it."""
    last = case.events[-1]
    await connection.execute(insert(culling_events).values(_event_row(case.id, case.version - 1, last)))
    told = {"series": case.series} | ({"closed_at": last.at} if last.act is Act.CLOSE else {})
    await connection.execute(update(cullings).where(cullings.c.id == case.id).values(told))


async def find(connection: AsyncConnection, number: int) -> Case | None:
    """One case, or None."""
    return next(iter(await _read(connection, select(cullings).where(cullings.c.id == number))), None)


async def still_open(connection: AsyncConnection, status: Status | None = None) -> list[Case]:
    """Cases that nobody has closed, the oldest first."""
    statement = select(cullings).where(cullings.c.closed_at.is_(None)).order_by(cullings.c.id)
    if status is not None:
        statement = statement.where(cullings.c.status == status.value)
    return await _read(connection, statement)


async def with_told(connection: AsyncConnection, now: datetime) -> list[tuple[Case, Told]]:
    """Every case that nobody has closed, with how far its word has come."""
    cases = await still_open(connection)
    known = await told(connection, cases, now) if cases else {}
    return [(one, known.get(one.id, Told())) for one in cases]


async def closed(connection: AsyncConnection, status: Status, at_most: int) -> list[Case]:
    """Closed cases, the newest first."""
    mine = (cullings.c.closed_at.is_not(None), cullings.c.status == status.value)
    return await _read(connection, select(cullings).where(*mine).order_by(cullings.c.id.desc()).limit(at_most))


async def of_sighting(connection: AsyncConnection, number: int) -> Case | None:
    """The open case behind which this report stands, or None."""
    mine = (cullings.c.closed_at.is_(None), cullings.c.sighting == number)
    return next(iter(await _read(connection, select(cullings).where(*mine))), None)


async def told(connection: AsyncConnection, cases: Iterable[Case], now: datetime) -> Mapping[int, Told]:
    """How far the word of each has come, by number of the case."""
    by_series = {one.series: one.id for one in cases if one.series}
    columns = (alerts.c.series, alerts.c.state, alerts.c.ends, alerts.c.expires, alerts.c.body)
    rows = await connection.execute(
        select(*columns).where(alerts.c.series.in_(by_series)).order_by(alerts.c.series, alerts.c.revision)
    )
    families: dict[int, list[Any]] = {}
    for row in rows:
        families.setdefault(by_series[row.series], []).append(row)
    return {number: _told(family, now) for number, family in families.items()}


async def mark(connection: AsyncConnection, number: int) -> Mark:
    """Another as soon as somebody acted on the case, or anything of its alert moved."""
    case = await find(connection, number)
    if case is None:
        return ()
    rows = await connection.execute(
        select(alerts.c.revision, alerts.c.state).where(alerts.c.series == case.series).order_by(alerts.c.revision)
    )
    return case.version, case.series, tuple((revision, state) for revision, state in rows)


def _told(family: Sequence[Any], now: datetime) -> Told:
    if any(row.ends and State(row.state) in OUT for row in family):
        return Told(stage=Stage.OVER)
    waiting = [row for row in family if row.state == State.DRAFT.value and row.expires > now]
    holding = [row for row in family if State(row.state) in _WHOLE and row.expires > now]
    if holding:
        places = from_json(Alert, holding[-1].body).places
        stage = Stage.ENDING if any(row.ends for row in waiting) else Stage.OUT
        return Told(stage=stage, areas=frozenset(place.code for place in places))
    if any(State(row.state) in OUT for row in family):
        return Told(stage=Stage.RUN_OUT)
    return Told(stage=Stage.WAITING if waiting else Stage.NOTHING)


async def _read(connection: AsyncConnection, statement: Select[Any]) -> list[Case]:
    rows = list((await connection.execute(statement)).mappings())
    numbers = [row["id"] for row in rows]
    events: dict[int, list[Event]] = {number: [] for number in numbers}
    acts = select(culling_events).where(culling_events.c.case.in_(numbers))
    for row in (await connection.execute(acts.order_by(culling_events.c.case, culling_events.c.seq))).mappings():
        events[row["case"]].append(_event(row))
    return [
        Case(
            id=row["id"],
            status=Status(row["status"]),
            animal=row["animal"],
            sighting=row["sighting"],
            series=row["series"],
            events=tuple(events[row["id"]]),
        )
        for row in rows
    ]


def _event(row: RowMapping) -> Event:
    facts = row["facts"]
    plan = facts.get("plan")
    return Event(
        act=Act(row["act"]),
        at=row["at"],
        who=row["who"],
        condition=Condition(facts["condition"]) if "condition" in facts else None,
        office=Office(facts["office"]) if "office" in facts else None,
        outcome=Outcome(facts["outcome"]) if "outcome" in facts else None,
        plan=Plan(areas=tuple(plan["areas"]), roads=plan["roads"], until=datetime.fromisoformat(plan["until"]))
        if plan
        else None,
    )


def _event_row(number: int, seq: int, event: Event) -> dict[str, Any]:
    facts: dict[str, Any] = {
        name: one.value
        for name, one in (("condition", event.condition), ("office", event.office), ("outcome", event.outcome))
        if one is not None
    }
    if event.plan is not None:
        plan = event.plan
        facts["plan"] = {"areas": list(plan.areas), "roads": plan.roads, "until": plan.until.isoformat()}
    return {"case": number, "seq": seq, "act": event.act.value, "at": event.at, "who": event.who, "facts": facts}
