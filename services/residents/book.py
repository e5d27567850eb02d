"""The book of a channel that tells residents: the store, the seal and the map behind one delivery."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from itertools import groupby

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from geo.area import Areas
from rules.alert import Alert
from services.channels.channel import Delivery
from services.channels.marks import corrects
from services.channels.people.book import Fate, Person, Said, Tally
from services.clock import wall
from services.lease import LeaseLostError
from services.residents.reach import districts_of
from services.residents.seal import Purpose, Seal, SealError
from services.store import alerts, outbox, subscribers, tellings
from services.store.engine import Store
from services.store.subscribers import Subscriber
from services.store.tellings import Before, Taken, Telling

log = structlog.get_logger()
_MOST_LOOKED_AT = 2000  # subscribers, in one transaction


class ResidentsBook:
    """``base_url``: of the pages that a person's own links open."""

    def __init__(
        self, store: Store, seal: Seal, areas: Areas, base_url: str, clock: Callable[[], datetime] = wall
    ) -> None:
        self._store, self._seal, self._areas, self._clock = store, seal, areas, clock
        self._base_url = base_url.rstrip("/")
        self._alert: tuple[str, Alert, frozenset[str] | None] | None = None

    async def begin(self, delivery: Delivery) -> None:
        async with self._mine(delivery) as connection:
            await tellings.begin(connection, delivery, self._clock())

    async def next(self, delivery: Delivery, limit: int) -> Sequence[Person]:
        alert, districts = await self._told_of(delivery)

        def choice(one: Subscriber, before: Before) -> Telling | None:
            return chosen(alert, districts, one, before)

        async with self._mine(delivery) as connection:
            taken = await tellings.take_waiting(connection, delivery, self._clock(), limit)
        more, look = True, limit
        while more and not taken:  # where it concerns few, more are looked at in one go
            async with self._mine(delivery) as connection:
                taken, more = await tellings.take_new(connection, delivery, choice, self._clock(), limit, look)
            look = min(2 * look, _MOST_LOOKED_AT)
        return await self._people(delivery, taken)

    async def record(
        self, delivery: Delivery, results: Sequence[tuple[Person, Said]], going: Sequence[Person] = ()
    ) -> None:
        now = self._clock()
        gone = [person.id for person, said in results if said.fate is Fate.GONE]
        bounced = sorted([(said.code, person.id) for person, said in results if said.fate is Fate.BOUNCED])
        async with self._mine(delivery) as connection:
            await tellings.record(connection, delivery, [(person.id, said) for person, said in results], now)
            for code, ones in groupby(bounced, key=lambda pair: pair[0]):
                await subscribers.suspend(connection, [person for _, person in ones], code, now)
            if gone:
                await subscribers.remove(connection, gone, keep_telling_of=delivery.id)
            await tellings.set_out(connection, delivery, [person.id for person in going])

    async def tally(self, delivery: Delivery) -> Tally:
        async with self._store.read() as connection:
            return await tellings.tally(connection, delivery, self._clock())

    @asynccontextmanager
    async def _mine(self, delivery: Delivery) -> AsyncIterator[AsyncConnection]:
        """A short turn at the people of a delivery that is ours. Raises LeaseLostError where another process has it.

        Who wakes in the middle of a batch would else take people back to those who wait, and the other has told them.
        """
        async with self._store.hold() as connection:
            if not await outbox.is_ours(connection, delivery):
                raise LeaseLostError(delivery.id)
            yield connection

    async def _told_of(self, delivery: Delivery) -> tuple[Alert, frozenset[str] | None]:
        if self._alert is None or self._alert[0] != delivery.id:
            async with self._store.read() as connection:
                found = await alerts.get(connection, delivery.series, delivery.revision)
            if found is None:
                raise LookupError(f"delivery {delivery.id} has no alert in the store")
            alert = found.alert
            if not corrects(delivery.payload, alert):  # the whole is for all, also where only a part of it was wrong
                alert = replace(alert, concerns=())
            self._alert = (delivery.id, alert, districts_of(alert, self._areas))
        return self._alert[1], self._alert[2]

    async def _people(self, delivery: Delivery, taken: Sequence[Taken]) -> list[Person]:
        people, sealed = [], []
        for one in taken:
            try:
                people.append(self._person(one))
            except SealError:
                sealed.append((one.subscriber.id, Said(fate=Fate.REFUSED, code="鍵が違い、宛先を読めない")))
        if sealed:
            log.error("addresses were sealed with another key", channel=delivery.channel, number=len(sealed))
            async with self._mine(delivery) as connection:
                await tellings.record(connection, delivery, sealed, self._clock())
        return people

    def _person(self, taken: Taken) -> Person:
        return person_of(taken.subscriber, self._seal, self._base_url, self._clock(), taken.before)


def chosen(alert: Alert, districts: frozenset[str] | None, one: Subscriber, before: Before) -> Telling | None:
    """Tell now, keep for the digest, or leave alone.

    Who was told of a series hears how it goes on and ends, whatever they wish; who was not, hears of no end. Who heard
    at once hears the rest at once.
    """
    wanted = before.last > 0 or (not alert.ends and alert.msg_type != "Cancel" and one.wish.wants(alert, districts))
    if not wanted:
        return None
    return Telling.KEPT if one.wish.gathers(alert) and not before.directly else Telling.TAKEN


def person_of(one: Subscriber, seal: Seal, base_url: str, now: datetime, before: Before | None = None) -> Person:
    """A subscriber as a channel wants them; their links hold from ``now`` (wall time) on. Raises SealError."""
    before = before or Before()
    return Person(
        id=one.id,
        uid=one.uid,
        language=one.wish.language,
        address=seal.open(one.uid, one.sealed),
        mine=f"{base_url}/subscribe/mine?t={seal.mine(one.uid, now)}",
        leave=f"{base_url}/subscribe/leave?t={seal.token(Purpose.LEAVE, one.uid)}",
        first=before.first,
        last=before.last,
    )
