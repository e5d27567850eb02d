"""What is kept for the digests of subscribers: the newest revision of each series that they were not told at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Update, and_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from services.channels.channel import Payload
from services.store.codec import from_json
from services.store.subscribers import Membership, Subscriber, subscriber_of
from services.store.tables import alerts, outbox
from services.store.tables_subscribers import subscribers, tellings
from services.store.tellings import Telling


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One series in a digest. ``deliveries``: of all its revisions that are kept, the shown one last."""

    series: str
    status: Status
    payload: Payload
    expires: datetime
    over: bool
    deliveries: tuple[str, ...]

    def part(self, language: str) -> str:
        """The approved text in this language, Japanese where there is none."""
        spoken = dict(zip(self.payload.languages, self.payload.parts, strict=True))
        return spoken.get(language, self.payload.parts[0])


async def people(connection: AsyncConnection, until: datetime, limit: int) -> list[tuple[Subscriber, list[Item]]]:
    """Some of those for whom something was kept by then, each with all of it."""
    kept = and_(tellings.c.state == Telling.KEPT.value, tellings.c.next_at <= until)
    who = (
        select(subscribers)
        .where(
            subscribers.c.state == Membership.CONFIRMED.value,
            subscribers.c.id.in_(select(tellings.c.subscriber).where(kept)),
        )
        .order_by(subscribers.c.id)
        .limit(limit)
    )
    found = [subscriber_of(row) for row in (await connection.execute(who)).mappings()]
    items = await _items(connection, [one.id for one in found], until)
    return [(one, items[one.id]) for one in found]


async def done(connection: AsyncConnection, person: int, deliveries: Sequence[str], *, told: bool) -> None:
    """It stood in a digest that is out, or in one that nobody takes."""
    state = Telling.GATHERED if told else Telling.REFUSED
    await connection.execute(_these(person, deliveries).values(state=state.value))


async def past(connection: AsyncConnection, person: int, deliveries: Sequence[str]) -> None:
    """It ran out before its digest; they know nothing of it."""
    await connection.execute(_these(person, deliveries).values(state=Telling.PAST.value))


async def put_off(connection: AsyncConnection, person: int, deliveries: Sequence[str], wall: datetime) -> None:
    """For the next digest."""
    await connection.execute(_these(person, deliveries).values(next_at=wall))


def _these(person: int, deliveries: Sequence[str]) -> Update:
    return update(tellings).where(tellings.c.subscriber == person, tellings.c.delivery.in_(deliveries))


async def _items(connection: AsyncConnection, who: Sequence[int], until: datetime) -> dict[int, list[Item]]:
    columns = (
        tellings.c.subscriber,
        tellings.c.series,
        tellings.c.delivery,
        outbox.c.status,
        outbox.c.payload,
        outbox.c.expires,
        alerts.c.ends,
    )
    kept = (tellings.c.state == Telling.KEPT.value, tellings.c.next_at <= until, tellings.c.subscriber.in_(who))
    rows = await connection.execute(
        select(*columns)
        .join(outbox, outbox.c.id == tellings.c.delivery)
        .join(alerts, and_(alerts.c.series == outbox.c.series, alerts.c.revision == outbox.c.revision))
        .where(*kept)
        .order_by(tellings.c.subscriber, alerts.c.sent, tellings.c.revision)
    )
    found: dict[int, dict[str, Item]] = {one: {} for one in who}
    for row in rows:
        mine = found[row.subscriber]
        older = mine.pop(row.series, None)
        item = Item(
            series=row.series,
            status=Status(row.status),
            payload=from_json(Payload, row.payload),
            expires=row.expires,
            over=row.ends,
            deliveries=(row.delivery,),
        )
        mine[row.series] = replace(item, deliveries=(*older.deliveries, row.delivery)) if older else item
    return {one: list(mine.values()) for one, mine in found.items()}
