"""Which machines fell silent at work during an order, for the desk. Read when somebody looks; nothing is kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from geo.plow.lost import FORGOTTEN_S, SILENT_S, fell_silent
from rules.orders.life import GIVEN, Act, Order
from services.store import plowed, spells


@dataclass(frozen=True, slots=True)
class Lost:
    """A machine, where it worked last, and since when nothing is heard of it."""

    vehicle: str
    section: str
    since: datetime


async def lost(connection: AsyncConnection, status: Status, known: Iterable[Order], now: datetime) -> list[Lost]:
    """Machines to ask after, by section and name; none where no order binds anybody."""
    ordered_at: dict[str, float] = {}
    for one in known:
        if one.state in GIVEN and (at := one.when(Act.ORDER)) is not None:
            ordered_at[one.section] = min(at.timestamp(), ordered_at.get(one.section, at.timestamp()))
    if not ordered_at:
        return []
    silent, begin = now - timedelta(seconds=SILENT_S), now - timedelta(seconds=FORGOTTEN_S)
    found = []
    for vehicle in await spells.ended_between(connection, status, begin, silent):
        seen = sorted((await spells.known(connection, [vehicle], begin - timedelta(hours=1), now))[vehicle].values())
        last = fell_silent(seen, ordered_at, now.timestamp())
        # The loop may be behind, so what counts is what was heard, not what is worked out of it.
        if last is not None and not (await plowed.fixes(connection, [vehicle], silent, now))[vehicle]:
            found.append(Lost(vehicle.name, last.section, plowed.at(seen[-1].ended)))
    return sorted(found, key=lambda one: (one.section, one.vehicle))
