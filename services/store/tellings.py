"""Who was told of a delivery to many: a row per person, written before they are told and again after. Times: wall."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Row, and_, bindparam, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.channels.channel import Delivery
from services.channels.people.book import Fate, Said, Tally
from services.store import engine
from services.store.set_back import come
from services.store.subscribers import Membership, Subscriber, subscriber_of
from services.store.tables_subscribers import fanouts, subscribers, tellings

_PATIENCE = 8  # attempts; then this message is given up for them
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(minutes=1), timedelta(minutes=15)
_KEPT_FOR = timedelta(days=40)


class Telling(StrEnum):
    """Where one person stands."""

    TAKEN = "taken"  # it is their turn; nothing was sent yet
    SENDING = "sending"  # on the wire, or about to be
    WAITING = "waiting"
    UNKNOWN = "unknown"  # perhaps told; tried again
    TOLD = "told"
    KEPT = "kept"  # for the next digest
    GATHERED = "gathered"  # stood in a digest
    PAST = "past"  # ran out before its digest: they know nothing of it
    REFUSED = "refused"


_PENDING = (Telling.WAITING.value, Telling.UNKNOWN.value)
_KNOWS = (Telling.TOLD.value, Telling.KEPT.value, Telling.GATHERED.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """What somebody was told of the series already: first and last revision, and whether at once."""

    first: int = 0
    last: int = 0
    directly: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """Somebody whose turn it is."""

    subscriber: Subscriber
    before: Before


# What to do about a subscriber: tell now, keep for the digest, or nothing.
Choice = Callable[[Subscriber, Before], Telling | None]


async def begin(connection: AsyncConnection, delivery: Delivery, wall: datetime) -> None:
    """Write down that it begins, once. Whoever was being told when a process died may have been told; whose turn it
    only was has not.

    Nobody waits for who meanwhile turned out to have no such address.
    """
    opened = engine.insert(connection, fanouts).values(delivery=delivery.id, position=0, whole=False)
    await connection.execute(opened.on_conflict_do_nothing())
    here = tellings.c.delivery == delivery.id
    lost = and_(here, tellings.c.state == Telling.SENDING.value)
    values = {"state": Telling.UNKNOWN.value, "next_at": wall}
    await connection.execute(update(tellings).where(lost).values(values))
    untouched = and_(here, tellings.c.state == Telling.TAKEN.value)
    again = {"state": Telling.WAITING.value, "next_at": wall, "attempts": tellings.c.attempts - 1}
    await connection.execute(update(tellings).where(untouched).values(again))
    away = select(subscribers.c.id).where(subscribers.c.state != Membership.CONFIRMED.value)
    vain = and_(here, tellings.c.state.in_(_PENDING), tellings.c.subscriber.in_(away))
    await connection.execute(update(tellings).where(vain).values(state=Telling.REFUSED.value))


async def take_waiting(connection: AsyncConnection, delivery: Delivery, wall: datetime, limit: int) -> list[Taken]:
    """Those who were to be tried again by now."""
    come_again = come(tellings.c.next_at, wall, _LONGEST_PAUSE)
    due = and_(tellings.c.delivery == delivery.id, tellings.c.state.in_(_PENDING), come_again)
    statement = (
        select(subscribers)
        .join(tellings, tellings.c.subscriber == subscribers.c.id)
        .where(due, subscribers.c.state == Membership.CONFIRMED.value)
        .order_by(tellings.c.next_at)
        .limit(limit)
    )
    found = [subscriber_of(row) for row in (await connection.execute(statement)).mappings()]
    these = and_(tellings.c.delivery == delivery.id, tellings.c.subscriber.in_([one.id for one in found]))
    again = {"state": Telling.TAKEN.value, "attempts": tellings.c.attempts + 1}
    await connection.execute(update(tellings).where(these).values(again))
    before = await _before(connection, delivery, found)
    return [Taken(one, before.get(one.id, Before())) for one in found]


async def take_new(
    connection: AsyncConnection, delivery: Delivery, choice: Choice, wall: datetime, limit: int, look: int
) -> tuple[list[Taken], bool]:
    """Whom it concerns among the next ``look`` subscribers, and whether there are more of them."""
    position, whole = await _position(connection, delivery)
    if whole:
        return [], False
    statement = select(subscribers).where(
        subscribers.c.channel == delivery.channel,
        subscribers.c.state == Membership.CONFIRMED.value,
        subscribers.c.id > position,
    )
    rows = (await connection.execute(statement.order_by(subscribers.c.id).limit(look))).mappings().all()
    looked = [subscriber_of(row) for row in rows]
    before = await _before(connection, delivery, looked)
    taken: list[Taken] = []
    rows_to_write = []
    for one in looked:
        if len(taken) >= limit:
            break
        position = one.id
        known = before.get(one.id, Before())
        state = choice(one, known)
        if state is None:
            continue
        if state is Telling.TAKEN:
            taken.append(Taken(one, known))
        rows_to_write.append(_row(delivery, one.id, state, wall))
    whole = len(rows) < look and (not looked or position == looked[-1].id)
    if rows_to_write:
        await connection.execute(insert(tellings), rows_to_write)
    where = fanouts.c.delivery == delivery.id
    await connection.execute(update(fanouts).where(where).values(position=position, whole=whole))
    return taken, not whole


async def set_out(connection: AsyncConnection, delivery: Delivery, people: Sequence[int]) -> None:
    """They are being told from now on. Who has left meanwhile has no row any more."""
    if people:
        these = and_(tellings.c.delivery == delivery.id, tellings.c.subscriber.in_(people))
        await connection.execute(update(tellings).where(these).values(state=Telling.SENDING.value))


async def record(
    connection: AsyncConnection, delivery: Delivery, results: Sequence[tuple[int, Said]], wall: datetime
) -> None:
    """Write what became of people. Who has left meanwhile has no row any more, and gets none."""
    if not results:
        return
    known = await _attempts(connection, delivery, [person for person, _ in results])
    statement = (
        update(tellings)
        .where(tellings.c.delivery == delivery.id, tellings.c.subscriber == bindparam("person"))
        .values(
            state=bindparam("to_state"),
            attempts=bindparam("to_attempts"),
            next_at=bindparam("to_next"),
            reason=bindparam("to_reason"),
        )
    )
    rows = [_after(person, said, known[person], wall) for person, said in results if person in known]
    if rows:
        await connection.execute(statement, rows)


async def tally(connection: AsyncConnection, delivery: Delivery, wall: datetime) -> Tally:
    """How far a delivery has come."""
    here = tellings.c.delivery == delivery.id
    columns = (tellings.c.state, func.count().label("number"), func.min(tellings.c.next_at).label("next_at"))
    rows = (await connection.execute(select(*columns).where(here).group_by(tellings.c.state))).all()
    found: dict[str, Row[tuple[str, int, datetime]]] = {row.state: row for row in rows}
    numbers = {state: found[state.value].number if state.value in found else 0 for state in Telling}
    waits = [found[state].next_at for state in _PENDING if state in found]
    _, whole = await _position(connection, delivery)
    return Tally(
        told=numbers[Telling.TOLD],
        kept=numbers[Telling.KEPT] + numbers[Telling.GATHERED],
        refused=numbers[Telling.REFUSED],
        waiting=numbers[Telling.WAITING] + numbers[Telling.UNKNOWN],
        unknown=numbers[Telling.UNKNOWN],
        next_at=min(waits) if waits and min(waits) > wall else None,
        whole=whole,
        why=await _why(connection, delivery),
    )


async def forget(connection: AsyncConnection, wall: datetime) -> None:
    """Delete what is old; no alert is spoken of for so long."""
    old = select(tellings.c.delivery).where(tellings.c.next_at < wall - _KEPT_FOR).distinct()
    await connection.execute(delete(fanouts).where(fanouts.c.delivery.in_(old)))
    await connection.execute(delete(tellings).where(tellings.c.next_at < wall - _KEPT_FOR))


def _row(delivery: Delivery, person: int, state: Telling, wall: datetime) -> dict[str, object]:
    return {
        "delivery": delivery.id,
        "subscriber": person,
        "channel": delivery.channel,
        "series": delivery.series,
        "revision": delivery.revision,
        "state": state.value,
        "attempts": 1,
        "next_at": wall,
        "reason": "",
    }


def _after(person: int, said: Said, attempts: int, wall: datetime) -> dict[str, object]:
    state, next_at = Telling.REFUSED, wall
    asked = min(said.retry_at or wall, wall + _LONGEST_PAUSE)
    match said.fate:
        case Fate.TOLD:
            state = Telling.TOLD
        case Fate.LEFT:
            state, attempts = Telling.WAITING, attempts - 1
        case Fate.HELD:
            state, attempts, next_at = Telling.WAITING, attempts - 1, max(wall, asked)
        case Fate.UNREACHED:
            state, attempts, next_at = Telling.WAITING, attempts - 1, wall + _FIRST_PAUSE
        case Fate.LATER | Fate.UNKNOWN if attempts < _PATIENCE:
            state = Telling.UNKNOWN if said.fate is Fate.UNKNOWN else Telling.WAITING
            soonest = wall + min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** min(attempts - 1, 8))
            next_at = max(soonest, asked)
    return {
        "person": person,
        "to_state": state.value,
        "to_attempts": max(0, attempts),
        "to_next": next_at,
        "to_reason": said.code,
    }


async def _position(connection: AsyncConnection, delivery: Delivery) -> tuple[int, bool]:
    row = (await connection.execute(select(fanouts).where(fanouts.c.delivery == delivery.id))).first()
    if row is not None:
        return row.position, row.whole
    return 0, False


async def _before(connection: AsyncConnection, delivery: Delivery, people: Sequence[Subscriber]) -> dict[int, Before]:
    columns = (
        tellings.c.subscriber,
        tellings.c.state,
        func.min(tellings.c.revision).label("first"),
        func.max(tellings.c.revision).label("last"),
    )
    earlier = and_(
        tellings.c.subscriber.in_([one.id for one in people]),
        tellings.c.series == delivery.series,
        tellings.c.revision < delivery.revision,
        tellings.c.state.in_((*_KNOWS, Telling.UNKNOWN.value, Telling.SENDING.value)),
    )
    found: dict[int, Before] = {}
    rows = await connection.execute(select(*columns).where(earlier).group_by(tellings.c.subscriber, tellings.c.state))
    for row in rows:
        old = found.get(row.subscriber, Before(first=row.first))
        found[row.subscriber] = Before(
            first=min(old.first, row.first),
            last=max(old.last, row.last),
            directly=old.directly or row.state not in (Telling.KEPT.value, Telling.GATHERED.value),
        )
    return found


async def _attempts(connection: AsyncConnection, delivery: Delivery, people: Sequence[int]) -> dict[int, int]:
    these = and_(tellings.c.delivery == delivery.id, tellings.c.subscriber.in_(people))
    rows = await connection.execute(select(tellings.c.subscriber, tellings.c.attempts).where(these))
    return {row.subscriber: row.attempts for row in rows}


async def _why(connection: AsyncConnection, delivery: Delivery) -> str:
    untold = and_(tellings.c.delivery == delivery.id, tellings.c.state.in_((*_PENDING, Telling.REFUSED.value)))
    reasons = select(tellings.c.reason).where(untold, tellings.c.reason != "").group_by(tellings.c.reason)
    return str(await connection.scalar(reasons.order_by(func.count().desc()).limit(1)) or "")
