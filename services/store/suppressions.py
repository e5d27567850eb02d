"""Why something was not sent: every reason, the hazards it held back, and from when until when.

Written by the loop that decides each second, so only what changes is written: a row for each reason of a series, and
beside it one for each hazard that comes to be held. What is over stays as long as the settings say, for who asks later.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, and_, bindparam, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from services.store import engine, past
from services.store.tables import suppressed, suppressions

Identity = tuple[str, str, str, str]
_AT_ONCE = 500  # values of one statement
_STANDING = (
    select(suppressions, suppressed.c.hazard)
    .outerjoin(suppressed, and_(suppressed.c.suppression == suppressions.c.id, suppressed.c.until.is_(None)))
    .where(suppressions.c.current, suppressions.c.status == bindparam("status"))
)


@dataclass(frozen=True, slots=True)
class Suppression:
    """One proposal, or some of its hazards, that a stage held back, and the named reason."""

    rule: str
    series: str
    stage: str
    reason: str
    detail: str
    hazards: tuple[str, ...] = ()  # keys

    @property
    def identity(self) -> Identity:
        """What makes two of them the same, whichever hazards come and go and however the detail's figures move."""
        return (self.rule, self.series, self.stage, self.reason)


@dataclass(frozen=True, slots=True)
class Held:
    """A suppression of some time; ``until`` None: it holds."""

    what: Suppression
    since: datetime
    until: datetime | None


async def standing(connection: AsyncConnection, status: Status) -> list[Suppression]:
    """The reasons that hold, one for each hazard that they hold back."""
    rows = await connection.execute(_STANDING, {"status": status.value})
    return [_suppression(row, (row["hazard"],) if row["hazard"] else ()) for row in rows.mappings()]


def differ(stands: Iterable[Suppression], held: Iterable[Suppression]) -> bool:
    """True where :func:`replace_standing` would write anything."""
    return _merged(stands) != _merged(held)


async def replace_standing(
    connection: AsyncConnection, status: Status, now: datetime, held: Iterable[Suppression]
) -> None:
    """Make ``held`` the reasons that hold now; one that held before keeps its first time, and so does each hazard."""
    chosen = (suppressions.c.current, suppressions.c.status == status)
    rows = (await connection.execute(select(suppressions).where(*chosen))).mappings()
    before = {(row["rule"], row["series"], row["stage"], row["reason"]): row for row in rows}
    wanted = _merged(held)
    await _end(connection, [row["id"] for identity, row in before.items() if identity not in wanted], now)
    for identity, row in before.items():
        one = wanted.get(identity)
        if one is not None and row["detail"] != one.detail:
            values = {"detail": one.detail, "last_at": now, "times": row["times"] + 1}
            moved = update(suppressions).where(suppressions.c.id == row["id"]).values(values)
            await past.change(connection, moved, now)
    numbers = {identity: row["id"] for identity, row in before.items() if identity in wanted}
    for identity, one in wanted.items():
        if identity not in numbers:
            added = insert(suppressions).values(_row(one, status, now)).returning(suppressions.c.id)
            numbers[identity] = (await connection.execute(added)).scalar_one()
    await _name(connection, {numbers[identity]: one.hazards for identity, one in wanted.items()}, now)


async def at(connection: AsyncConnection, status: Status, hazard: str, moment: datetime) -> list[Held]:
    """What held the hazard back at the moment, by the number of the row."""
    there = and_(suppressed.c.since <= moment, or_(suppressed.c.until.is_(None), suppressed.c.until > moment))
    found = (
        select(suppressions, suppressed.c.since, suppressed.c.until.label("left"))
        .join(suppressed, suppressed.c.suppression == suppressions.c.id)
        .where(suppressed.c.hazard == hazard, suppressions.c.status == status, there)
        .order_by(suppressions.c.id)
    )
    return [_held(row, hazard) for row in (await connection.execute(found)).mappings()]


def _merged(held: Iterable[Suppression]) -> dict[Identity, Suppression]:
    """One for each identity: its hazards are all of theirs, its words each of theirs once."""
    families: dict[Identity, list[Suppression]] = {}
    for one in held:
        families.setdefault(one.identity, []).append(one)
    return {identity: some[0] if _is_one(some) else _of_all(some) for identity, some in families.items()}


def _is_one(some: Sequence[Suppression]) -> bool:
    return len(some) == 1 and len(some[0].hazards) <= 1


def _of_all(some: Sequence[Suppression]) -> Suppression:
    detail = "、".join(dict.fromkeys(one.detail for one in some))
    return replace(some[0], detail=detail, hazards=tuple(sorted({key for one in some for key in one.hazards})))


async def _end(connection: AsyncConnection, numbers: Sequence[int], now: datetime) -> None:
    if numbers:
        over = update(suppressions).where(suppressions.c.id.in_(numbers))
        await past.change(connection, over.values(current=False, until=now), now)
        theirs = (suppressed.c.suppression.in_(numbers), suppressed.c.until.is_(None))
        await connection.execute(update(suppressed).where(*theirs).values(until=now))


async def _name(connection: AsyncConnection, wanted: dict[int, tuple[str, ...]], now: datetime) -> None:
    """Write down which hazards each reason holds from now on, and which no longer."""
    columns = (suppressed.c.suppression, suppressed.c.hazard)
    open_ones = select(*columns).where(suppressed.c.suppression.in_(wanted), suppressed.c.until.is_(None))
    before: dict[int, set[str]] = {}
    for number, hazard in await connection.execute(open_ones):
        before.setdefault(number, set()).add(hazard)
    fresh = []
    for number, hazards in wanted.items():
        known = before.get(number, set())
        fresh += [{"suppression": number, "hazard": key, "since": now} for key in sorted(set(hazards) - known)]
        gone = sorted(known.difference(hazards))
        for begin in range(0, len(gone), _AT_ONCE):
            some = suppressed.c.hazard.in_(gone[begin : begin + _AT_ONCE])
            those = (suppressed.c.suppression == number, suppressed.c.until.is_(None), some)
            await connection.execute(update(suppressed).where(*those).values(until=now))
    if fresh:
        again = engine.insert(connection, suppressed)
        key = ["suppression", "hazard", "since"]
        await connection.execute(again.on_conflict_do_update(index_elements=key, set_={"until": None}), fresh)


_NAMES = tuple(field.name for field in fields(Suppression) if field.name != "hazards")


def _held(row: RowMapping, hazard: str) -> Held:
    return Held(_suppression(row, (hazard,)), row["since"], row["left"])


def _suppression(row: RowMapping, hazards: tuple[str, ...]) -> Suppression:
    told: dict[str, Any] = {name: row[name] for name in _NAMES}
    return Suppression(**told, hazards=hazards)


def _row(one: Suppression, status: Status, now: datetime) -> dict[str, object]:
    return {
        **{name: getattr(one, name) for name in _NAMES},
        "status": status.value,
        "first_at": now,
        "last_at": now,
        "times": 1,
        "current": True,
    }
