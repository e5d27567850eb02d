"""An alert as a draft, with everything that every channel would send: what people see is what goes out (ADR 4).

Writing out one alert for fifteen channels in six languages takes 25 ms of a processor, a storm's fifty more than a
second. It happens in a thread, so that the hub goes on hearing, and beside the store's turn (ADR 25).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from rules.alert import Alert, State
from services.channels.budget.purse import Purse
from services.channels.rendering import rendered
from services.city import City
from services.clock import wall
from services.store import alerts, chronology
from services.store.alerts import Revision, digest_of
from services.store.chronology import Entry
from services.store.engine import Store
from services.store.prepared import Mark, Turns, write_prepared


@dataclass(frozen=True, slots=True)
class Planned:
    """What a draft is to say, before it is written out for every channel."""

    alert: Alert
    out: tuple[str, ...] = ()  # where its series is out already
    before: Alert | None = None  # what it puts in other words: the draft that is edited, what is declared so far


async def add_draft(
    store: Store,
    city: City,
    now: datetime,
    *,
    mark: Callable[[AsyncConnection], Awaitable[Mark]],
    plan: Callable[[AsyncConnection], Awaitable[Planned]],
    tell: Callable[[Planned, Revision], Entry],
) -> Revision:
    """A person's draft goes into the store with its entry in the chronology; an older one of the series gives way.

    ``mark`` is another as soon as anything moved that the plan rests on; then it is planned anew, and the person hears
    of it where ``plan`` raises.
    """

    async def look(connection: AsyncConnection) -> tuple[Mark, Planned]:
        return await mark(connection), await plan(connection)

    async def make(planned: Planned) -> tuple[Planned, Revision]:
        (draft,) = await drafted(store, city, [planned.alert], now, planned.out)
        return planned, draft

    async def put(connection: AsyncConnection, made: tuple[Planned, Revision]) -> Revision:
        planned, draft = made
        await alerts.add_draft(connection, draft.alert, draft.payloads, now)
        await chronology.append(connection, [tell(planned, draft)])
        return draft

    written = await write_prepared(store, mark, look, make, put)
    assert written is not None
    return written


async def drafted(
    store: Turns, city: City, wanted: Sequence[Alert], now: datetime, out: Collection[str] = ()
) -> list[Revision]:
    """Each of them as a draft. ``out``: where their series is out already. Nothing is written."""
    if not wanted:
        return []
    channels = {name for one in wanted for name in one.channels}
    async with store.read() as connection:
        purse = await Purse.of(connection, city.meters, channels, now, wall())
    return await asyncio.to_thread(lambda: [_draft(city, one, purse, out) for one in wanted])


def _draft(city: City, alert: Alert, purse: Purse, out: Collection[str]) -> Revision:
    payloads, notes = rendered(alert, city.channels, purse, out)
    alert = replace(alert, evidence=(*alert.evidence, *city.floor.told(alert), *notes))
    return Revision(alert=alert, state=State.DRAFT, digest=digest_of(payloads), payloads=payloads)
