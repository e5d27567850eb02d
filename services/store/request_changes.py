"""Changes of requests: each is noted in the history, and leaves no open request folded behind one that is closed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import case, exists, func, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from rules.requests.owner import Owner
from rules.requests.state import OPEN, State
from services.store.columns import Instant
from services.store.requests import Request, note
from services.store.tables_requests import request_words, requests

_IS_OPEN = requests.c.state.in_([one.value for one in OPEN])
_MORE = requests.c.version + 1


async def change(
    connection: AsyncConnection, number: int, state: State, who: str, text: str, at: datetime
) -> tuple[int, ...]:
    """A person has answered: it and all open ones behind it have this state; the numbers of those that were told."""
    alike = or_(requests.c.id == number, (requests.c.same_as == number) & _IS_OPEN)
    heard = case((requests.c.id == number, None), else_=requests.c.waits_since)
    values = {"state": state.value, "changed_at": at, "waits_since": heard, "version": _MORE}
    numbers = await _changed(connection, alike, values)
    await _stand_alone(connection, number)
    await note(connection, numbers, at, state, who, text)
    return numbers


async def settle(
    connection: AsyncConnection, number: int, who: str, text: str, at: datetime, state: State = State.FIXED
) -> bool:
    """It alone, unless it is closed by now, has this state; false where it was closed.

    Those behind it may have been asked after the plow: where it is closed, the oldest of them waits for a person. It
    waits itself where somebody has added a word that nobody has read.
    """
    word = exists().where(request_words.c.request == requests.c.id, request_words.c.at >= requests.c.waits_since)
    values = {
        "state": state.value,
        "changed_at": at,
        "waits_since": case((word, requests.c.waits_since), else_=None),
        "version": _MORE,
    }
    numbers = await _changed(connection, (requests.c.id == number) & _IS_OPEN, values)
    if numbers and not state.is_open:
        await _pass_on(connection, number)
    await note(connection, numbers, at, state, who, text)
    return bool(numbers)


async def hand_over(connection: AsyncConnection, number: int, owner: Owner) -> None:
    """The desk says whose road it is, for it and all open ones behind it."""
    alike = or_(requests.c.id == number, (requests.c.same_as == number) & _IS_OPEN)
    await connection.execute(update(requests).where(alike).values(owner=owner.value))


async def release(connection: AsyncConnection, number: int, released: bool) -> None:
    """Let the public read the description, covered, or no more."""
    await connection.execute(update(requests).where(requests.c.id == number).values(released=released, version=_MORE))


async def wait(connection: AsyncConnection, number: int, at: datetime) -> None:
    """Somebody should look at it again, if nobody has to by now."""
    since = func.coalesce(requests.c.waits_since, literal(at, Instant))
    await _changed(connection, requests.c.id == number, {"waits_since": since, "version": _MORE})


async def read(connection: AsyncConnection, one: Request, answered: bool) -> None:
    """What was added to it was read; it goes on waiting where it is open and nobody has answered it yet."""
    since = one.asked_at if one.state.is_open and one.same_as is None and not answered else None
    await _changed(connection, requests.c.id == one.id, {"waits_since": since, "version": _MORE})


async def attach(connection: AsyncConnection, one: Request, first: Request, at: datetime) -> None:
    """It and what stood behind it stand behind the first one, which is as urgent as they, and waits where they did."""
    behind = or_(requests.c.id == one.id, requests.c.same_as == one.id)
    urgent = (await connection.execute(select(func.count()).where(behind, requests.c.urgent))).scalar_one()
    waits = case((requests.c.id == one.id, None), else_=requests.c.waits_since)
    await _changed(connection, behind, {"same_as": first.id, "waits_since": waits, "version": _MORE})
    values: dict[str, Any] = {
        "urgent": first.urgent or urgent > 0,
        "waits_since": first.waits_since or one.waits_since,
        "version": _MORE,
    }
    await _changed(connection, requests.c.id == first.id, values | {"changed_at": at})


async def detach(connection: AsyncConnection, one: Request, at: datetime) -> None:
    """It is a thing of its own, and waits for its own answer."""
    values = {"same_as": None, "waits_since": one.waits_since or one.asked_at, "changed_at": at, "version": _MORE}
    await _changed(connection, requests.c.id == one.id, values)


async def _changed(connection: AsyncConnection, which: Any, values: dict[str, Any]) -> tuple[int, ...]:
    """Their numbers, in order."""
    changing = update(requests).where(which).values(values).returning(requests.c.id)
    return tuple(sorted((await connection.execute(changing)).scalars()))


async def _stand_alone(connection: AsyncConnection, number: int) -> None:
    """Where it was opened again and the one before it is closed, it stands behind nobody."""
    first = requests.alias("first")
    ahead = exists().where(first.c.id == requests.c.same_as, first.c.state.in_([one.value for one in OPEN]))
    mine = (requests.c.id == number) & _IS_OPEN & requests.c.same_as.is_not(None) & ~ahead
    await connection.execute(update(requests).where(mine).values(same_as=None))


async def _pass_on(connection: AsyncConnection, number: int) -> None:
    """The oldest open one behind it is the first of the rest, and is looked at anew."""
    behind = select(requests.c.id, requests.c.urgent).where(requests.c.same_as == number, _IS_OPEN)
    rows = (await connection.execute(behind.order_by(requests.c.asked_at, requests.c.id))).all()
    if not rows:
        return
    numbers: Sequence[int] = [row.id for row in rows]
    heir = numbers[0]
    values = {
        "same_as": None,
        "urgent": any(row.urgent for row in rows),
        "waits_since": func.coalesce(requests.c.waits_since, requests.c.asked_at),
        "version": _MORE,
    }
    await _changed(connection, requests.c.id == heir, values)
    rest = (requests.c.same_as == number) & _IS_OPEN
    await _changed(connection, rest, {"same_as": heir, "version": _MORE})
