"""Alarms of wards in the store: opened, answered, closed. Their messages are in :mod:`services.store.watch_sends`."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping, Select, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from rules.watch.alarm import Answer, Reply, What
from services.store.tables_watch import alarms, replies

_MANY = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """One row."""

    id: int
    key: str
    ward: str
    what: What
    status: Status
    since: datetime
    opened_at: datetime
    level: int
    step: int
    step_at: datetime | None
    closed_at: datetime | None
    why: str
    rung: bool
    sealed: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAlarm:
    """What an alarm begins with. ``sealed`` is bound to ``key``."""

    key: str
    ward: str
    what: What
    status: Status
    since: datetime
    level: int
    sealed: bytes


async def begin(connection: AsyncConnection, new: NewAlarm, now: datetime) -> Alarm | None:
    """Open it; None where one of the same key is open. Call inside ``store.write()``."""
    if await connection.scalar(select(alarms.c.id).where(alarms.c.key == new.key, alarms.c.closed_at.is_(None))):
        return None
    row = {
        "key": new.key,
        "ward": new.ward,
        "what": new.what.value,
        "status": new.status.value,
        "since": new.since,
        "opened_at": now,
        "level": new.level,
        "step": 0,
        "why": "",
        "rung": False,
        "sealed": new.sealed,
    }
    number = (await connection.execute(insert(alarms).values(row).returning(alarms.c.id))).scalar_one()
    return await find(connection, int(number))


async def ever(connection: AsyncConnection, keys: Collection[str]) -> set[str]:
    """Which of these keys there has been an alarm of, open or closed."""
    return set(await connection.scalars(select(alarms.c.key).where(alarms.c.key.in_(keys))))


async def find(connection: AsyncConnection, number: int) -> Alarm | None:
    return next(iter(await _read(connection, select(alarms).where(alarms.c.id == number))), None)


async def still_open(connection: AsyncConnection) -> list[Alarm]:
    return await _read(connection, select(alarms).where(alarms.c.closed_at.is_(None)).order_by(alarms.c.id))


async def of_ward(connection: AsyncConnection, uid: str, most: int) -> list[Alarm]:
    """The newest of a ward first."""
    mine = select(alarms).where(alarms.c.ward == uid).order_by(alarms.c.id.desc()).limit(most)
    return await _read(connection, mine)


async def step_on(connection: AsyncConnection, alarm: Alarm, now: datetime) -> bool:
    """Begin the next step; False where it was begun, or the alarm closed, meanwhile."""
    same = (alarms.c.id == alarm.id, alarms.c.step == alarm.step, alarms.c.closed_at.is_(None))
    return (
        await connection.execute(update(alarms).where(*same).values(step=alarm.step + 1, step_at=now))
    ).rowcount == 1


async def raised(connection: AsyncConnection, alarm: Alarm, level: int, sealed: bytes) -> None:
    """The danger grew: everybody is called anew."""
    values = {"level": level, "sealed": sealed, "step": 0, "step_at": None, "rung": False}
    await connection.execute(update(alarms).where(alarms.c.id == alarm.id).values(values))


async def ring(connection: AsyncConnection, number: int) -> None:
    """Staff were called for it."""
    await connection.execute(update(alarms).where(alarms.c.id == number).values(rung=True))


async def close(connection: AsyncConnection, numbers: Collection[int], why: str, now: datetime) -> int:
    """They are over; how many were not yet."""
    these = (alarms.c.id.in_(numbers), alarms.c.closed_at.is_(None))
    return (await connection.execute(update(alarms).where(*these).values(closed_at=now, why=why))).rowcount


async def reply(connection: AsyncConnection, alarm: int, one: Reply) -> None:
    row = {
        "alarm": alarm,
        "supporter": one.supporter,
        "answer": one.answer.value,
        "at": one.at,
        "who": one.who,
    }
    await connection.execute(insert(replies).values(row))


async def replies_of(connection: AsyncConnection, numbers: Sequence[int]) -> dict[int, list[Reply]]:
    """The answers to each of these alarms, in order."""
    found: dict[int, list[Reply]] = {number: [] for number in numbers}
    for some in batched(sorted(found)):
        rows = await connection.execute(select(replies).where(replies.c.alarm.in_(some)).order_by(replies.c.id))
        for row in rows.mappings():
            one = Reply(supporter=row["supporter"], answer=Answer(row["answer"]), at=row["at"], who=row["who"])
            found[row["alarm"]].append(one)
    return found


def batched(numbers: Sequence[int]) -> Iterator[Sequence[int]]:
    """As many as one statement takes without a thought."""
    for begin in range(0, len(numbers), _MANY):
        yield numbers[begin : begin + _MANY]


async def _read(connection: AsyncConnection, statement: Select[*tuple[object, ...]]) -> list[Alarm]:
    return [_alarm(row) for row in (await connection.execute(statement)).mappings()]


def _alarm(row: RowMapping) -> Alarm:
    return Alarm(**{**row, "what": What(row["what"]), "status": Status(row["status"])})
