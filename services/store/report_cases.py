"""Cases of reports and every act on them. Events are only ever added; the row of a case tells what they come to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, FromClause, RowMapping, Select, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.records import Report
from feeds.status import Status
from rules.reports.case import GONE, WAITING, Act, Case, Claim, Event, How, State
from rules.reports.kinds import ends_at
from rules.reports.life import REASONS, apply
from rules.reports.reason import Reason
from rules.reports.turn import turn
from services.store import past, reporters
from services.store.tables_reports import report_cases, report_events

_AT_ONCE = 500
T = TypeVar("T")


async def begin(connection: AsyncConnection, reports: Sequence[Report], at: datetime, by: str = "") -> None:
    """A case for each of these new reports, in the transaction that keeps them. ``by``: the officer who enters them."""
    cases = [_first(one, at, by) for one in reports]
    for some in _chunks(cases):
        await connection.execute(insert(report_cases), [_row(one) | {"key": one.key} for one in some])
        named = select(report_cases.c.key, report_cases.c.id).where(report_cases.c.key.in_([one.key for one in some]))
        numbers = {row.key: row.id for row in await connection.execute(named)}
        rows = [_event_row(numbers[one.key], 0, one.events[0]) for one in some]
        await connection.execute(insert(report_events), rows)


def _first(report: Report, at: datetime, by: str) -> Case:
    """As it arrived: what its sender vouches for is confirmed, what an officer enters so, by that officer."""
    case = Case(
        id=0,
        key=report.key,
        status=report.status,
        kind=report.kind,
        seen_at=report.measured_at,
        arrived_at=at,
        place=report.place,
        lon=report.lon,
        lat=report.lat,
    )
    who = report.source or report.gateway
    if not report.confirmed:
        how, act, reason = How.SENDER, Act.ARRIVE, Reason.ARRIVED
    elif by:
        who, how, act, reason = by, How.DESK, Act.CONFIRM, Reason.STAFF_SAW
    else:
        how, act, reason = How.ISSUER, Act.VOUCH, REASONS[Act.VOUCH][0]
    return apply(case, Event(act=act, at=at, how=how, who=who, reason=reason))


async def act(connection: AsyncConnection, case: Case, event: Event) -> Case:
    """Write one act on a case read in this transaction; the case after it. Raises CaseError where it does not fit.

    How to reach a person, where an officer noted that, is kept apart like what the sender told.
    """
    event, told = _covered(case, event)
    after = apply(case, event)
    if event.act is Act.CORRECT:
        after = corrected(after, event.facts)
    await connection.execute(insert(report_events).values(_event_row(case.id, case.version, event)))
    await past.change(
        connection, update(report_cases).where(report_cases.c.id == case.id).values(_row(after)), event.at
    )
    await reporters.keep(connection, told, event.at)
    return after


def _covered(case: Case, event: Event) -> tuple[Event, list[reporters.Told]]:
    texts = {"note": event.text} | ({"place": str(event.facts["place"])} if "place" in event.facts else {})
    bare, words = reporters.cover(texts)
    if not words:
        return event, []
    facts = {**event.facts, "place": bare["place"]} if "place" in bare else event.facts
    told = reporters.Told(about=case.key, part=f"act/{case.version}", status=case.status, words=words)
    return replace(event, text=bare["note"], facts=facts), [told]


def corrected(case: Case, facts: Mapping[str, Any]) -> Case:
    """The case with what somebody put right: where it is looked for, and how long it stands, follows that."""
    told: dict[str, Any] = {name: facts[name] for name in ("kind", "place", "lon", "lat") if name in facts}
    if "seen_at" in facts:
        told["seen_at"] = datetime.fromisoformat(facts["seen_at"])
    return replace(case, **told)


async def forget(connection: AsyncConnection, key: str) -> None:
    """Take the words and the place of a report out of its case: what was done, by whom and why, stays."""
    mine = report_cases.c.key == key
    await connection.execute(update(report_cases).where(mine).values(place="", lon=None, lat=None))
    case = select(report_cases.c.id).where(mine).scalar_subquery()
    rows = list(await connection.execute(select(report_events).where(report_events.c.case == case)))
    for row in rows:
        facts = {name: one for name, one in row.facts.items() if name not in {"place", "lon", "lat"}}
        this = (report_events.c.case == row.case, report_events.c.seq == row.seq)
        await connection.execute(update(report_events).where(*this).values(text="", facts=facts))


async def find(connection: AsyncConnection, number: int) -> Case | None:
    """One case with all its acts, or None."""
    return next(iter(await _read(connection, select(report_cases).where(report_cases.c.id == number))), None)


async def states(connection: AsyncConnection, numbers: Sequence[int]) -> dict[int, State]:
    """How these cases stand."""
    found: dict[int, State] = {}
    for some in _chunks(numbers):
        wanted = select(report_cases.c.id, report_cases.c.state).where(report_cases.c.id.in_(some))
        found |= {row.id: State(row.state) for row in await connection.execute(wanted)}
    return found


async def of_keys(connection: AsyncConnection, keys: Iterable[str]) -> dict[str, Case]:
    """Cases by the key of their report."""
    found: dict[str, Case] = {}
    for some in _chunks(sorted(set(keys))):
        cases = await _read(connection, select(report_cases).where(report_cases.c.key.in_(some)))
        found |= {one.key: one for one in cases}
    return found


async def merged_into(connection: AsyncConnection, numbers: Sequence[int]) -> list[Case]:
    """Those for which one of these stands."""
    found: list[Case] = []
    for some in _chunks(numbers):
        found += await _read(connection, select(report_cases).where(report_cases.c.same_as.in_(some)))
    return found


async def to_do(connection: AsyncConnection, now: datetime, at_most: int) -> list[Case]:
    """What waits for a person, by itself, whose turn it is first: a flood of old ones hides no urgent one."""
    first = sorted(await to_do_bare(connection), key=lambda case: turn(case, now))[:at_most]
    numbers = [one.id for one in first]
    found = {one.id: one for one in await _read(connection, select(report_cases).where(report_cases.c.id.in_(numbers)))}
    return [found[number] for number in numbers]


async def to_do_bare(connection: AsyncConnection) -> list[Case]:
    """All that waits for a person, without its acts."""
    rows = (await connection.execute(select(report_cases).where(_waits()))).mappings()
    return [_case(row, ()) for row in rows]


async def waiting(connection: AsyncConnection, then: datetime | None = None) -> Counter[Status]:
    """How many of each status wait for a person; ``then``: waited at that instant."""
    cases = past.as_of(report_cases, then)
    counted = select(cases.c.status, func.count()).where(_waits(cases)).group_by(cases.c.status)
    return Counter({Status(status): many for status, many in await connection.execute(counted)})


async def since(connection: AsyncConnection, state: State | None, at: datetime, at_most: int) -> list[Case]:
    """Of one state, or any, that arrived since then, the newest first; merged ones among them."""
    statement = select(report_cases).where(report_cases.c.arrived_at >= at)
    if state is not None:
        statement = statement.where(report_cases.c.state == state.value)
    return await _read(connection, statement.order_by(report_cases.c.id.desc()).limit(at_most))


async def confirmed(connection: AsyncConnection, status: Status, kind: str, at: datetime, at_most: int) -> list[Case]:
    """Confirmed ones of a kind that arrived since then and stand for themselves, the newest first."""
    mine = (report_cases.c.status == status.value, report_cases.c.kind == kind, report_cases.c.same_as.is_(None))
    statement = select(report_cases).where(
        report_cases.c.state == State.CONFIRMED.value, report_cases.c.arrived_at >= at, *mine
    )
    return await _read(connection, statement.order_by(report_cases.c.id.desc()).limit(at_most))


async def set_aside(connection: AsyncConnection, at: datetime) -> list[Case]:
    """Rejected or withdrawn ones that were seen since then, without their acts: people may have been told of them."""
    states = [one.value for one in sorted(GONE)]
    statement = select(report_cases).where(report_cases.c.state.in_(states), report_cases.c.seen_at >= at)
    return [_case(row, ()) for row in (await connection.execute(statement)).mappings()]


async def due(connection: AsyncConnection, now: datetime, at_most: int) -> list[Case]:
    """Those whose time is over, the oldest first."""
    statement = select(report_cases).where(report_cases.c.ends_at <= now).order_by(report_cases.c.ends_at)
    return await _read(connection, statement.limit(at_most))


def _waits(cases: FromClause = report_cases) -> ColumnElement[bool]:
    states = cases.c.state.in_([one.value for one in sorted(WAITING)])
    changed = cases.c.changed & (cases.c.state != State.EXPIRED.value)
    return cases.c.same_as.is_(None) & (states | changed)


async def _read(connection: AsyncConnection, statement: Select[Any]) -> list[Case]:
    rows = list((await connection.execute(statement)).mappings())
    events = await _events(connection, [row["id"] for row in rows])
    return [_case(row, tuple(events[row["id"]])) for row in rows]


def _case(row: RowMapping, events: tuple[Event, ...]) -> Case:
    told = {name: row[name] for name in ("id", "key", "kind", "seen_at", "arrived_at", "place", "lon", "lat")}
    return Case(
        **told,
        status=Status(row["status"]),
        state=State(row["state"]),
        same_as=row["same_as"],
        claim=Claim(row["claimed_by"], row["claimed_until"]) if row["claimed_until"] else None,
        handler=row["handler"],
        changed=row["changed"],
        events=events,
    )


async def _events(connection: AsyncConnection, numbers: Sequence[int]) -> dict[int, list[Event]]:
    found: dict[int, list[Event]] = {number: [] for number in numbers}
    for some in _chunks(numbers):
        statement = select(report_events).where(report_events.c.case.in_(some))
        rows = await connection.execute(statement.order_by(report_events.c.case, report_events.c.seq))
        for row in rows.mappings():
            found[row["case"]].append(
                Event(
                    act=Act(row["act"]),
                    at=row["at"],
                    how=How(row["how"]),
                    who=row["who"],
                    reason=Reason(row["reason"]) if row["reason"] else None,
                    text=row["text"],
                    facts=row["facts"],
                )
            )
    return found


def _row(case: Case) -> dict[str, Any]:
    assert case.state is not None  # no case is written before its first act
    return {
        "status": case.status.value,
        "kind": case.kind,
        "seen_at": case.seen_at,
        "arrived_at": case.arrived_at,
        "place": case.place,
        "lon": case.lon,
        "lat": case.lat,
        "state": case.state.value,
        "same_as": case.same_as,
        "claimed_by": case.claim.who if case.claim else "",
        "claimed_until": case.claim.until if case.claim else None,
        "handler": case.handler,
        "changed": case.changed,
        "ends_at": None if case.state in {*GONE, State.EXPIRED} else ends_at(case),
    }


def _event_row(number: int, seq: int, event: Event) -> dict[str, Any]:
    return {
        "case": number,
        "seq": seq,
        "act": event.act.value,
        "at": event.at,
        "how": event.how.value,
        "who": event.who,
        "reason": event.reason.value if event.reason else "",
        "text": event.text,
        "facts": dict(event.facts),
    }


def _chunks(many: Sequence[T]) -> Iterable[Sequence[T]]:
    return (many[begin : begin + _AT_ONCE] for begin in range(0, len(many), _AT_ONCE))
