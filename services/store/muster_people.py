"""Who is asked in a muster, when the next message to them is due, and the newest answer, sealed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, and_, bindparam, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from rules.muster.want import Asks, Want
from services.store.musters import Muster, MusterState
from services.store.set_back import come
from services.store.staff import in_parts
from services.store.tables_muster import muster_people, musters, staff


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One person of one muster."""

    muster: int
    person: str
    want: Want
    asked_at: datetime
    round: int
    left: int
    next_at: datetime | None
    settled: bool
    answered_at: datetime | None
    answers: int
    sealed: bytes | None


async def ask(
    connection: AsyncConnection, number: int, asks: Asks, reminders: int, now: datetime, *, drills: bool
) -> int:
    """Ask everybody of these 参集区分 for this; how many were not asked so much before.

    Who was asked for less is asked anew, also after an answer. A drill asks only those who take part in drills. Call
    inside ``store.write()``.
    """
    told = select(staff.c.code, staff.c.category).where(staff.c.category.in_([*asks]))
    if drills:
        told = told.where(staff.c.drills)
    wants = {code: asks[category] for code, category in await connection.execute(told)}
    there = select(muster_people.c.person, muster_people.c.want).where(muster_people.c.muster == number)
    before = {person: Want(want) for person, want in await connection.execute(there)}
    fresh = [code for code in wants if code not in before]
    for some in in_parts(fresh):
        rows = [
            {
                "muster": number,
                "person": code,
                "want": wants[code].value,
                "asked_at": now,
                "round": 0,
                "left": 1 + (reminders if wants[code] is not Want.INFORM else 0),
                "next_at": now,
                "settled": wants[code] is Want.INFORM,
                "answers": 0,
            }
            for code in some
        ]
        await connection.execute(insert(muster_people), rows)
    more = [code for code, want in wants.items() if code in before and before[code].rank < want.rank]
    for want in Want:
        these = [code for code in more if wants[code] is want]
        values = {"want": want.value, "left": 1 + reminders, "next_at": now, "settled": False}
        for some in in_parts(these):
            mine = (muster_people.c.muster == number, muster_people.c.person.in_(some))
            await connection.execute(update(muster_people).where(*mine).values(values))
    return len(fresh) + len(more)


async def due(connection: AsyncConnection, now: datetime, every: timedelta, most: int) -> list[Place]:
    """Those of open musters to whom a message is to be written now: the real thing first, then whoever waited.

    ``every``: as long as a reminder waits.
    """
    rows = (
        select(muster_people)
        .join(musters, musters.c.id == muster_people.c.muster)
        .where(come(muster_people.c.next_at, now, every), musters.c.state == MusterState.OPEN.value)
        .order_by(musters.c.status, muster_people.c.round, muster_people.c.next_at, muster_people.c.person)
        .limit(most)
    )
    return await _read(connection, rows)


async def rung(connection: AsyncConnection, places: Sequence[Place], every: timedelta, now: datetime) -> None:
    """Their messages are written; the next, where there is one, is due so long after."""
    rows = [
        {
            "b_muster": one.muster,
            "b_person": one.person,
            "b_round": one.round + 1,
            "b_left": one.left - 1,
            "b_next": now + every if one.left > 1 else None,
        }
        for one in places
    ]
    values: dict[str, Any] = {name: bindparam(f"b_{name.removesuffix('_at')}") for name in ("round", "left", "next_at")}
    mine = (muster_people.c.muster == bindparam("b_muster"), muster_people.c.person == bindparam("b_person"))
    if rows:
        await connection.execute(update(muster_people).where(*mine).values(values), rows)


async def find(connection: AsyncConnection, number: int, person: str) -> Place | None:
    rows = select(muster_people).where(_same(number, person))
    return next(iter(await _read(connection, rows)), None)


async def of_muster(connection: AsyncConnection, number: int) -> list[Place]:
    """Everybody who was asked."""
    rows = select(muster_people).where(muster_people.c.muster == number).order_by(muster_people.c.person)
    return await _read(connection, rows)


async def of_person(connection: AsyncConnection, person: str) -> list[Place]:
    """Everything that one person was asked."""
    rows = select(muster_people).where(muster_people.c.person == person).order_by(muster_people.c.muster)
    return await _read(connection, rows)


async def answer(connection: AsyncConnection, place: Place, sealed: bytes, *, settled: bool, now: datetime) -> None:
    """Put an answer in place of the one before; where nothing is left open, no reminder follows."""
    values = {"sealed": sealed, "answered_at": now, "settled": settled, "answers": muster_people.c.answers + 1}
    if settled:
        values["next_at"] = None
    await connection.execute(update(muster_people).where(_same(place.muster, place.person)).values(values))


async def stop(connection: AsyncConnection, muster: Muster) -> None:
    """Nobody is reminded any more."""
    mine = (muster_people.c.muster == muster.id, muster_people.c.next_at.is_not(None))
    await connection.execute(update(muster_people).where(*mine).values(next_at=None))


async def told(connection: AsyncConnection, number: int) -> list[Place]:
    """Those to whom something was sent or is about to be."""
    rows = select(muster_people).where(muster_people.c.muster == number, muster_people.c.round > 0)
    return await _read(connection, rows)


async def heads(connection: AsyncConnection, numbers: Sequence[int]) -> dict[int, tuple[int, int, int]]:
    """Number → how many were asked, of them have answered all, and are only told. Nobody's answer is looked at."""
    columns = (muster_people.c.muster, muster_people.c.want, muster_people.c.settled, func.count())
    counted = select(*columns).where(muster_people.c.muster.in_(numbers)).group_by(*columns[:3])
    found = dict.fromkeys(numbers, (0, 0, 0))
    for number, want, settled, count in await connection.execute(counted):
        asked, answered, informed = found[number]
        only_told = want == Want.INFORM.value
        found[number] = (
            asked + (0 if only_told else count),
            answered + (count if settled and not only_told else 0),
            informed + (count if only_told else 0),
        )
    return found


async def mark(connection: AsyncConnection) -> tuple[object, ...]:
    """Differs whenever somebody of an open muster is asked or answers."""
    of_open = select(func.count(), func.sum(muster_people.c.answers), func.sum(muster_people.c.round)).where(
        muster_people.c.muster.in_(select(musters.c.id).where(musters.c.state == MusterState.OPEN.value))
    )
    return tuple((await connection.execute(of_open)).one())


def _same(number: int, person: str) -> ColumnElement[bool]:
    return and_(muster_people.c.muster == number, muster_people.c.person == person)


async def _read(connection: AsyncConnection, statement: Select[*tuple[object, ...]]) -> list[Place]:
    return [_place(row) for row in (await connection.execute(statement)).mappings()]


def _place(row: RowMapping) -> Place:
    return Place(**{**row, "want": Want(row["want"])})
