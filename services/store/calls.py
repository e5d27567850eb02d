"""Calls of staff: opened, taken by somebody, closed. The messages of a call are in :mod:`services.store.call_sends`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import RowMapping, Select, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from services.callout.occasion import Event, Occasion, is_urgent
from services.store.tables_calls import calls


class CallState(StrEnum):
    """Where a call stands."""

    CALLING = "calling"  # nobody has taken it
    ACKNOWLEDGED = "acknowledged"  # somebody has; what it is about goes on
    CLOSED = "closed"  # what it was about is over


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One row: an occasion, and who answers for it."""

    id: int
    key: str
    event: Event
    status: Status
    level: int
    subject: str
    subject_en: str
    detail: str
    path: str
    since: datetime
    lasting: bool
    opened_at: datetime
    state: CallState
    step: int
    step_at: datetime | None
    acknowledged_by: str
    acknowledged_how: str
    acknowledged_at: datetime | None
    closed_at: datetime | None

    @property
    def urgent(self) -> bool:
        return is_urgent(self.event, self.level)

    def says_the_same(self, occasion: Occasion) -> bool:
        """True where the row tells what the occasion tells now."""
        return (self.subject, self.subject_en, self.detail) == (occasion.subject, occasion.subject_en, occasion.detail)


async def begin(connection: AsyncConnection, occasion: Occasion, now: datetime) -> int | None:
    """Open a call; its number. None where one of the same key is open. Call inside ``store.write()``."""
    same = select(calls.c.id).where(calls.c.key == occasion.key, calls.c.closed_at.is_(None))
    if await connection.scalar(same) is not None:
        return None
    row = {
        "key": occasion.key,
        "event": occasion.event.value,
        "status": occasion.status.value,
        "level": occasion.level,
        "subject": occasion.subject,
        "subject_en": occasion.subject_en,
        "detail": occasion.detail,
        "path": occasion.path,
        "since": occasion.since,
        "lasting": occasion.lasting,
        "opened_at": now,
        "state": CallState.CALLING.value,
        "step": 0,
        "acknowledged_by": "",
        "acknowledged_how": "",
    }
    return int((await connection.execute(insert(calls).values(row).returning(calls.c.id))).scalar_one())


async def say(connection: AsyncConnection, number: int, occasion: Occasion) -> None:
    """The words of an open call, as they are by now."""
    words = {"subject": occasion.subject, "subject_en": occasion.subject_en, "detail": occasion.detail}
    await connection.execute(update(calls).where(calls.c.id == number).values(words))


async def still_open(connection: AsyncConnection) -> list[Call]:
    """Every call that is not closed, the oldest first."""
    return await _read(connection, select(calls).where(calls.c.closed_at.is_(None)).order_by(calls.c.id))


async def closed_since(connection: AsyncConnection, since: datetime, most: int) -> list[Call]:
    """Those closed at ``since`` or later, the newest first."""
    return await _read(
        connection, select(calls).where(calls.c.closed_at >= since).order_by(calls.c.id.desc()).limit(most)
    )


async def find(connection: AsyncConnection, number: int) -> Call | None:
    """One call, or None."""
    return next(iter(await _read(connection, select(calls).where(calls.c.id == number))), None)


async def step_on(connection: AsyncConnection, call: Call, now: datetime) -> bool:
    """Begin the next step; False where somebody took the call, or the step, meanwhile."""
    same = (calls.c.id == call.id, calls.c.state == CallState.CALLING.value, calls.c.step == call.step)
    changed = await connection.execute(update(calls).where(*same).values(step=call.step + 1, step_at=now))
    return changed.rowcount == 1


async def take(connection: AsyncConnection, call: Call, by: str, how: str, now: datetime) -> bool:
    """Somebody takes the call; False where it is taken or closed. One that does not last is closed with it."""
    row = {"acknowledged_by": by, "acknowledged_how": how, "acknowledged_at": now}
    taken = CallState.ACKNOWLEDGED if call.lasting else CallState.CLOSED
    row |= {"state": taken.value} if call.lasting else {"state": taken.value, "closed_at": now}
    free = (calls.c.id == call.id, calls.c.state == CallState.CALLING.value)
    return (await connection.execute(update(calls).where(*free).values(row))).rowcount == 1


async def close(connection: AsyncConnection, numbers: Sequence[int], now: datetime) -> None:
    """What they were about is over."""
    over = {"state": CallState.CLOSED.value, "closed_at": now}
    await connection.execute(update(calls).where(calls.c.id.in_(numbers), calls.c.closed_at.is_(None)).values(over))


async def mark(connection: AsyncConnection) -> tuple[object, ...]:
    """Differs whenever a call was opened, moved, taken or closed."""
    columns = (func.count(), func.max(calls.c.id), func.max(calls.c.closed_at), func.max(calls.c.acknowledged_at))
    whole = (await connection.execute(select(*columns))).one()
    unclosed = select(calls.c.id, calls.c.state, calls.c.step, calls.c.subject).where(calls.c.closed_at.is_(None))
    return *whole, *((await connection.execute(unclosed.order_by(calls.c.id))).all())


async def ringing(connection: AsyncConnection) -> Counter[Status]:
    """How many calls of each status nobody has taken."""
    counted = select(calls.c.status, func.count()).where(calls.c.state == CallState.CALLING.value)
    found = await connection.execute(counted.group_by(calls.c.status))
    return Counter({Status(status): many for status, many in found})


async def _read(connection: AsyncConnection, statement: Select[*tuple[object, ...]]) -> list[Call]:
    return [_call(row) for row in (await connection.execute(statement)).mappings()]


def _call(row: RowMapping) -> Call:
    told = {"event": Event(row["event"]), "status": Status(row["status"]), "state": CallState(row["state"])}
    return Call(**{**row, **told})
