"""Fixes out of the store, and what came of them in: passes, coverage, rounds. Instants here are hub time."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from dataclasses import replace as instead
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import CTE, Row, delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.activities import ACTIVITIES
from feeds.status import Status
from geo.plow.passes import Pass
from geo.plow.track import Told
from services.store.engine import insert
from services.store.tables import records
from services.store.tables_plow import coverage, passes, rounds

AHEAD = timedelta(seconds=120)  # a fix later than that after it came: a clock that is wrong
_AT_ONCE = 500  # values of one statement
_PASS = tuple(one.name for one in fields(Pass))


@dataclass(frozen=True, slots=True, order=True)
class Vehicle:
    """Whose passes: a name is unique within its gateway, and a drill is not the real thing."""

    status: Status
    gateway: str
    name: str


@dataclass(frozen=True, slots=True)
class Arrived:
    """A fix that came in."""

    seq: int
    vehicle: Vehicle
    at: datetime
    ahead: bool  # its clock was: it is not used


async def arrived(connection: AsyncConnection, after: int, statuses: Collection[Status], at_most: int) -> list[Arrived]:
    """The next fixes behind a sequence number, in order."""
    columns = (records.c.seq, records.c.status, records.c.gateway, records.c.subject)
    statement = (
        select(*columns, records.c.measured_at, records.c.received_at)
        .where(records.c.seq > after, records.c.type == "fix", records.c.status.in_([str(one) for one in statuses]))
        .order_by(records.c.seq)
        .limit(at_most)
    )
    return [
        Arrived(seq, Vehicle(Status(status), gateway, name), measured, measured > received + AHEAD)
        for seq, status, gateway, name, measured, received in await connection.execute(statement)
    ]


def fleet(vehicles: Sequence[Vehicle]) -> tuple[Status, str, dict[str, Vehicle]]:
    """Status, gateway and the vehicles by name. Raises ValueError where they are not of one status and gateway."""
    found = {(one.status, one.gateway) for one in vehicles}
    if len(found) != 1:
        raise ValueError("vehicles that are read together are of one status and one gateway; group them first")
    ((status, gateway),) = found
    return status, gateway, {one.name: one for one in vehicles}


async def fixes(
    connection: AsyncConnection, vehicles: Sequence[Vehicle], since: datetime, until: datetime
) -> dict[Vehicle, list[Told]]:
    """The vehicles' fixes in [since, until). Taken as they are stored: there are too many to build a record of each."""
    status, gateway, named = fleet(vehicles)
    columns = (records.c.subject, records.c.body, records.c.measured_at, records.c.received_at)
    statement = select(*columns).where(
        records.c.type == "fix",
        records.c.status == status,
        records.c.subject.in_(list(named)),
        records.c.measured_at >= since,
        records.c.measured_at < until,
        records.c.gateway == gateway,
    )
    found: dict[Vehicle, list[Told]] = {one: [] for one in vehicles}
    for name, body, measured, received in await connection.execute(statement):
        if measured <= received + AHEAD:
            found[named[name]].append(_told(body, measured))
    return found


async def seen(connection: AsyncConnection, statuses: Collection[Status], since: datetime) -> list[Vehicle]:
    """The vehicles with fixes of these statuses since then."""
    here = (
        records.c.type == "fix",
        records.c.status.in_([str(one) for one in statuses]),
        records.c.measured_at >= since,
    )
    columns = (records.c.status, records.c.gateway, records.c.subject)
    rows = await connection.execute(select(*columns).where(*here).distinct().order_by(*columns))
    return [Vehicle(Status(status), gateway, name) for status, gateway, name in rows]


def _told(body: Mapping[str, Any], measured: datetime) -> Told:
    """Activity and de-icer are missing from fixes that were stored before there were such."""
    doing = body.get("activity")
    return Told(
        measured.timestamp(),
        body["lon"],
        body["lat"],
        body["accuracy_m"],
        body["speed_kmh"],
        body["heading_deg"],
        ACTIVITIES.index(doing) if doing else None,
        _grams_a_metre(body),
        body.get("spread_kg"),
    )


def _grams_a_metre(body: Mapping[str, Any]) -> float | None:
    dose, width = body.get("spread_g_m2"), body.get("spread_width_m")
    return None if dose is None or width is None else dose * width


async def known(
    connection: AsyncConnection, vehicles: Sequence[Vehicle], since: datetime, until: datetime
) -> dict[Vehicle, dict[int, Pass]]:
    """The vehicles' passes that began in [since, until), by their numbers."""
    status, gateway, named = fleet(vehicles)
    statement = select(passes).where(
        passes.c.status == status,
        passes.c.gateway == gateway,
        passes.c.vehicle.in_(list(named)),
        passes.c.began >= since,
        passes.c.began < until,
    )
    found: dict[Vehicle, dict[int, Pass]] = {one: {} for one in vehicles}
    for row in await connection.execute(statement):
        found[named[row.vehicle]][row.id] = _pass(row)
    return found


async def replace(connection: AsyncConnection, gone: Collection[int], new: Collection[tuple[Vehicle, Pass]]) -> None:
    """Take away the passes of these numbers, and add those."""
    numbers = sorted(gone)
    for begin in range(0, len(numbers), _AT_ONCE):
        await connection.execute(delete(passes).where(passes.c.id.in_(numbers[begin : begin + _AT_ONCE])))
    rows = [
        {name: getattr(one, name) for name in _PASS}
        | {"status": vehicle.status, "gateway": vehicle.gateway, "vehicle": vehicle.name}
        | {"began": at(one.began), "ended": at(one.ended)}
        for vehicle, one in sorted(new)
    ]
    if rows:
        await connection.execute(passes.insert(), rows)


async def passes_over(
    connection: AsyncConnection, status: Status, segments: Collection[str], since: datetime
) -> dict[int, Pass]:
    """All passes over the segments that ended since then, by their numbers."""
    found: dict[int, Pass] = {}
    rest = sorted(segments)
    while rest:
        some, rest = rest[:_AT_ONCE], rest[_AT_ONCE:]
        here = (passes.c.status == status, passes.c.segment.in_(some), passes.c.ended >= since)
        found |= {row.id: _pass(row) for row in await connection.execute(select(passes).where(*here))}
    return found


async def passes_within(
    connection: AsyncConnection, status: Status, segments: Sequence[str], since: datetime, until: datetime
) -> list[Pass]:
    """All passes over the segments that ended in [since, until]."""
    found: list[Pass] = []
    for begin in range(0, len(segments), _AT_ONCE):
        some = segments[begin : begin + _AT_ONCE]
        here = (passes.c.status == status, passes.c.segment.in_(some))
        when = (passes.c.ended >= since, passes.c.ended <= until)
        found += [_pass(row) for row in await connection.execute(select(passes).where(*here, *when))]
    return found


async def cover(
    connection: AsyncConnection, status: Status, segments: Collection[str], done: Mapping[str, float]
) -> None:
    """Passes over these segments changed; those that are not in ``done`` are known not to be done.

    Call inside ``store.write()``, with what changed: the number of the change is one that nobody has seen yet.
    """
    number = await changes(connection, status) + 1
    rows = [
        {"status": status, "segment": one, "done_at": at(done[one]) if one in done else None, "changed": number}
        for one in sorted(segments)
    ]
    if rows:
        adding = insert(connection, coverage)
        names = {name: adding.excluded[name] for name in ("done_at", "changed")}
        await connection.execute(adding.on_conflict_do_update(index_elements=["status", "segment"], set_=names), rows)


async def changes(connection: AsyncConnection, status: Status) -> int:
    """The number of the last change of any pass of the status; 0 where there was none."""
    return int(await connection.scalar(select(func.max(coverage.c.changed)).where(coverage.c.status == status)) or 0)


async def changed(connection: AsyncConnection, status: Status, after: int) -> list[str]:
    """Segments whose passes changed after the change of this number."""
    here = (coverage.c.status == status, coverage.c.changed > after)
    return list(await connection.scalars(select(coverage.c.segment).where(*here)))


async def done_at(
    connection: AsyncConnection, status: Status, segments: Sequence[str], since: datetime
) -> dict[str, float]:
    """When each of the segments was last done, of those that were since then; seconds since 1970."""
    found: dict[str, float] = {}
    for begin in range(0, len(segments), _AT_ONCE):
        statement = select(coverage.c.segment, coverage.c.done_at).where(
            coverage.c.status == status,
            coverage.c.segment.in_(segments[begin : begin + _AT_ONCE]),
            coverage.c.done_at >= since,
        )
        found |= {segment: done.timestamp() for segment, done in await connection.execute(statement)}
    return found


async def go_round(connection: AsyncConnection, status: Status, found: Mapping[str, datetime], now: datetime) -> None:
    """Note that these sections were gone round."""
    rows = [
        {"status": status, "section": section, "passed_at": passed, "known_at": now}
        for section, passed in sorted(found.items())
    ]
    if rows:
        await connection.execute(rounds.insert(), rows)


async def last_round(connection: AsyncConnection, status: Status, now: datetime) -> dict[str, datetime]:
    """Section → since when most of it is done, as it was known at ``now``."""
    mine = (rounds.c.status == status, rounds.c.known_at <= now)
    codes = _sections(status)
    newest = (
        select(rounds.c.passed_at)
        .where(*mine, rounds.c.section == codes.c.section)
        .order_by(rounds.c.known_at.desc(), rounds.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    found = await connection.execute(select(codes.c.section, newest).where(codes.c.section.is_not(None)))
    return {section: passed for section, passed in found if passed is not None}


def _sections(status: Status) -> CTE:
    """Sections that were ever gone round, by a step along the index for each: a winter has thousands of rows of one."""
    first = select(func.min(rounds.c.section).label("section")).where(rounds.c.status == status)
    codes = first.cte("codes", recursive=True)
    onward = select(func.min(rounds.c.section)).where(rounds.c.status == status, rounds.c.section > codes.c.section)
    return codes.union_all(select(onward.scalar_subquery()).where(codes.c.section.is_not(None)))


def at(seconds: float) -> datetime:
    """Seconds since 1970 as the store keeps them, to the microsecond."""
    return datetime.fromtimestamp(seconds, UTC)


def to_the_microsecond(one: Pass) -> Pass:
    """The pass as it comes back from the store."""
    return instead(one, began=at(one.began).timestamp(), ended=at(one.ended).timestamp())


def _pass(row: Row[Any]) -> Pass:
    return Pass(
        began=row.began.timestamp(),
        ended=row.ended.timestamp(),
        segment=row.segment,
        from_m=row.from_m,
        to_m=row.to_m,
        length_m=row.length_m,
        direction=row.direction,
        fixes=row.fixes,
        off_m=row.off_m,
        activity=row.activity,
        deicer_kg=row.deicer_kg,
    )
