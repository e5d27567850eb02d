"""A plow came by: open requests for it are answered and closed, with the hour."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from rules.requests.words import marked
from rules.wording.times import clock
from services.clock import Clock
from services.configuration.plow import PUBLIC_DELAY
from services.lease import Leased
from services.store import held_back, plowed, request_changes, requests
from services.store.engine import Store
from services.store.requests import Waiting

_LOOKED_AT = timedelta(days=14)  # an older request is a person's to close


class Follow:
    """Looks at what is done of the roads that were asked about. The state is the store's."""

    name = "requests"

    def __init__(
        self, store: Store | Leased, clock: Clock, services: Collection[str], delay: timedelta = PUBLIC_DELAY
    ) -> None:
        self._store, self._clock, self._services, self._delay = store, clock, services, delay

    async def step(self) -> bool:
        """Close what was done since it was asked for, once everybody may know; never anything more to do at once."""
        now = self._clock.now()
        async with self._store.read() as connection:
            waiting = await requests.open_since(connection, self._services, now - _LOOKED_AT)
            done = await _done(connection, waiting, now - _LOOKED_AT, now - self._delay)
        answered = [(one, at) for one in waiting if (at := done.get((one.status, one.segment))) and at > one.asked_at]
        if answered:
            async with self._store.write() as connection:
                for one, at in answered:
                    text = f"{clock(at)}に除雪しました。 / It was plowed at {clock(at, 'en')}."
                    await request_changes.settle(connection, one.id, self.name, marked(one.status, text), now)
        return False


async def _done(
    connection: AsyncConnection, waiting: Iterable[Waiting], since: datetime, until: datetime
) -> dict[tuple[Status, str], datetime]:
    """(status, segment) → when it was last done."""
    segments: defaultdict[Status, set[str]] = defaultdict(set)
    for one in waiting:
        segments[one.status].add(one.segment)
    return {
        (status, segment): plowed.at(seconds)
        for status, mine in segments.items()
        for segment, seconds in (await held_back.done_by(connection, status, sorted(mine), since, until)).items()
    }
