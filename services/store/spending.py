"""What channels used up: a row for each part that is out or may be, written with the delivery's own progress.

So the count survives any restart, and a part is never counted twice, however often it was tried.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta

from sqlalchemy import Text, func, select, type_coerce, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.channels.budget.use import Use
from services.channels.channel import Delivery, Told
from services.store.engine import insert
from services.store.set_back import lately
from services.store.tables import outbox
from services.store.tables_budget import spent, told_limits

_TO_THE_DAY = len("2026-01-15")
_MIDNIGHT = "15"  # the hour in UTC at which the next day begins in Japan


@dataclass(frozen=True, slots=True)
class Total:
    """What was spent since some time, and when the oldest of it."""

    use: Use
    oldest: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A provider's word and when it came."""

    told: Told
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What a channel used up for one kind of hazard on one day in Japan."""

    day: date
    channel: str
    kind: str
    use: Use


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """One row, for accounts."""

    delivery: str
    channel: str
    kind: str
    level: int
    revision: int
    currency: str
    use: Use
    at: datetime


async def add(  # noqa: PLR0913 - a row has this many parts
    connection: AsyncConnection, delivery: Delivery, part: int, use: Use, currency: str, at: datetime, *, sure: bool
) -> None:
    """Count one part. Counted again, it counts once, at the later time; what is certain stays certain."""
    row = {
        "delivery": delivery.id,
        "part": part,
        "channel": delivery.channel,
        "status": delivery.status.value,
        "kind": delivery.context.get("kind", ""),
        "level": int(delivery.context.get("level", "0")),
        "revision": delivery.revision,
        "calls": use.calls,
        "links": use.links,
        "micros": use.micros,
        "messages": use.messages,
        "currency": currency,
        "sure": sure,
        "at": at,
    }
    known = (spent.c.delivery == delivery.id, spent.c.part == part)
    statement = insert(connection, spent).values(row)
    await connection.execute(statement.on_conflict_do_nothing(index_elements=["delivery", "part"]))
    await connection.execute(update(spent).where(*known, ~spent.c.sure).values(sure=sure, at=at))


async def parts_counted(connection: AsyncConnection, delivery: str) -> frozenset[int]:
    """The parts of a delivery that count for certain."""
    wanted = select(spent.c.part).where(spent.c.delivery == delivery, spent.c.sure)
    return frozenset(await connection.scalars(wanted))


async def total(connection: AsyncConnection, channel: str, since: datetime, now: datetime) -> Total:
    """What a channel used up after ``since``, as far as that has been: wall time."""
    columns = (spent.c.calls, spent.c.links, spent.c.micros, spent.c.messages)
    sums = [func.coalesce(func.sum(column), 0) for column in columns]
    wanted = select(*sums, func.min(spent.c.at)).where(spent.c.channel == channel, lately(spent.c.at, since, now))
    row = (await connection.execute(wanted)).one()
    calls, links, micros, messages = (int(amount) for amount in row[:4])  # PostgreSQL sums into Decimal
    return Total(Use(calls=calls, links=links, micros=micros, messages=messages), row[4])


async def waiting(connection: AsyncConnection, channel: str) -> list[tuple[list[str], int]]:
    """Parts, and how many of them are out, of every delivery of the channel that is still to go."""
    open_states = ("waiting", "sending", "unknown")
    wanted = select(outbox.c.payload, outbox.c.done).where(outbox.c.channel == channel, outbox.c.state.in_(open_states))
    return [(payload["parts"], len(done)) for payload, done in await connection.execute(wanted)]


async def hear(connection: AsyncConnection, channel: str, told: Sequence[Told], at: datetime) -> None:
    """Keep what a provider said of its limits."""
    for one in told:
        row = {"limit": one.limit, "used": one.used, "resets_at": one.resets_at, "told_at": at}
        statement = insert(connection, told_limits).values(channel=channel, window=one.window, **row)
        await connection.execute(statement.on_conflict_do_update(index_elements=["channel", "window"], set_=row))


async def heard(connection: AsyncConnection, channel: str) -> dict[str, Heard]:
    """The last word on each window, by name."""
    rows = await connection.execute(select(told_limits).where(told_limits.c.channel == channel))
    return {
        row["window"]: Heard(
            told=Told(window=row["window"], limit=row["limit"], used=row["used"], resets_at=row["resets_at"]),
            at=row["told_at"],
        )
        for row in rows.mappings()
    }


async def by_day(connection: AsyncConnection, since: datetime, until: datetime) -> list[Day]:
    """Sums of what was counted in (since, until], by day, channel and kind, in the order of the days."""
    at = type_coerce(spent.c.at, Text)  # of fixed width, in UTC
    day, late = func.substr(at, 1, _TO_THE_DAY), func.substr(at, _TO_THE_DAY + 2, 2) >= _MIDNIGHT
    by = (day, late, spent.c.channel, spent.c.kind)
    sums = [func.sum(spent.c[field.name]) for field in fields(Use)]
    wanted = select(*by, *sums).where(spent.c.at > since, spent.c.at <= until).group_by(*by)
    found: dict[tuple[date, str, str], Use] = {}
    for text, following, channel, kind, *amounts in await connection.execute(wanted):
        key = (date.fromisoformat(text) + timedelta(days=bool(following)), channel, kind)
        used = {field.name: int(amount) for field, amount in zip(fields(Use), amounts, strict=True)}
        found[key] = found.get(key, Use()) + Use(**used)
    return [
        Day(day=day, channel=channel, kind=kind, use=use)
        for (day, channel, kind), use in sorted(found.items(), key=lambda item: item[0])
    ]


async def deliveries(connection: AsyncConnection, since: datetime, until: datetime) -> dict[str, int]:
    """How many deliveries each channel counted anything for in (since, until]."""
    many = func.count(spent.c.delivery.distinct())
    wanted = select(spent.c.channel, many).where(spent.c.at > since, spent.c.at <= until).group_by(spent.c.channel)
    return {channel: number for channel, number in await connection.execute(wanted)}  # noqa: C416 - rows are no tuples


async def between(connection: AsyncConnection, since: datetime, until: datetime) -> list[Spent]:
    """Every part counted in (since, until], in order."""
    wanted = select(spent).where(spent.c.at > since, spent.c.at <= until).order_by(spent.c.at)
    return [
        Spent(
            delivery=row["delivery"],
            channel=row["channel"],
            kind=row["kind"],
            level=row["level"],
            revision=row["revision"],
            currency=row["currency"],
            use=Use(calls=row["calls"], links=row["links"], micros=row["micros"], messages=row["messages"]),
            at=row["at"],
        )
        for row in (await connection.execute(wanted)).mappings()
    ]
