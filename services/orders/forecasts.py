"""The forecasts that stand, read once each: of a long telegram only what it says of the city is remembered."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from geo.model import Ground
from geo.snow.foretold import STANDS, Bulletin, Foretold, bulletin, standing
from rules.orders.ahead import note
from services.store import decided, forecasts


class Forecasts:
    """One per deciding loop. What it remembers only saves work: the store has it all."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._known: dict[Status, dict[int, Bulletin]] = {}

    async def gather(self, connection: AsyncConnection, status: Status, now: datetime) -> list[Foretold]:
        """What is foretold at ``now`` by forecasts of this status, and of no other."""
        wanted = await forecasts.newest(connection, status, now - STANDS, now)
        known = self._known.get(status, {})
        fresh = await forecasts.read(connection, [seq for seq in wanted if seq not in known])
        read = known | {seq: bulletin(record, self._ground) for seq, record in fresh.items()}
        self._known[status] = {seq: read[seq] for seq in wanted}
        return standing(self._known[status].values(), now)


async def history(
    connection: AsyncConnection, ground: Ground, status: Status, span: tuple[datetime, datetime]
) -> list[tuple[datetime, Bulletin]]:
    """Every forecast issued in the span that says anything of the city or replaces one that does, and every note of
    staff, with the hour at which the hub knew it, ascending."""
    read = [(at, bulletin(record, ground)) for at, record in await forecasts.came(connection, status, *span)]
    speaking = {one.series for _, one in read if one.said}
    found = [(at, one) for at, one in read if one.series in speaking]
    found += [(one.at, note(one, section)) for section, one in await decided.notes(connection, status, *span)]
    return sorted(found, key=lambda pair: pair[0])
