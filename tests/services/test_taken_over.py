"""A sender that stood still, with its process or its machine, and woke: what another took over it lets go."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import pytest

from feeds.status import Status
from services.bell import Bell
from services.channels.channel import Delivery, Outcome, Verdict
from services.channels.linkage import Config, Linkage
from services.channels.mail.channel import Config as MailConfig
from services.channels.mail.channel import Mail
from services.channels.people.book import Person, Said
from services.clock import wall
from services.deliver import Deliver
from services.residents.book import ResidentsBook
from services.store import outbox as queue
from services.store.engine import Store
from tests.fakes.linkage import FakeLinkage
from tests.fakes.smtp import FakeSmtp
from tests.services.making import NOW, SetClock, alert
from tests.services.test_deliver import due_again, issue, state
from tests.services.test_fanout import SEAL, City
from tests.services.web_floor import ground


@pytest.fixture
async def linkage() -> AsyncIterator[FakeLinkage]:
    server = FakeLinkage()
    await server.start()
    yield server
    await server.stop()


class Sleeper(Mail):
    """Tells some people, and then its process stands still."""

    def __init__(self, config: MailConfig, after: int, sleep: Callable[[], Awaitable[None]]) -> None:
        super().__init__(config)
        self._left, self._sleep = after, sleep

    async def tell(self, delivery: Delivery, person: Person) -> Said | Outcome:
        said = await super().tell(delivery, person)
        self._left -= 1
        if self._left == 0:
            await self._sleep()
        return said


async def test_who_wakes_in_the_middle_of_a_mailing_tells_nobody_whom_another_has_told(
    store: Store, smtp: FakeSmtp
) -> None:
    config = MailConfig.model_validate(
        {"host": smtp.host, "port": smtp.port, "security": "none", "sender": "alerts@city.example"}
        | {"connections": 1, "statuses": ["Exercise"], "per_second": 1000}
    )
    other = Mail(config)
    other.book = ResidentsBook(store, SEAL, ground().areas, "https://city.example")
    city = City(store, smtp, SetClock(NOW), {}, Deliver(store, Bell(), SetClock(NOW), other), other)

    async def sleep() -> None:
        await city.due_again()
        await city.work()

    sleeper = Sleeper(config, 3, sleep)
    sleeper.book = ResidentsBook(store, SEAL, ground().areas, "https://city.example")
    await city.people(12)
    await city.issue(alert(channels=("mail",)))
    assert await Deliver(store, Bell(), SetClock(NOW), sleeper).step()
    await city.due_again()
    await city.work()
    doubled = {address for address in city.got() if city.got().count(address) > 1}
    assert len(set(city.got())) == 12
    assert doubled == {"p3@example.jp"}, "whoever was on the wire is in doubt, and has the same mail twice"
    assert await state(store) == "accepted"
    for one in (sleeper, other):
        await one.close()


async def test_a_slice_that_went_well_does_not_make_an_earlier_sender_the_owner_again(
    store: Store, linkage: FakeLinkage
) -> None:
    """Attempts begin anew after a slice; what tells whose the delivery is must not."""
    channel = Linkage(Config(url=linkage.url, token=linkage.token, statuses=frozenset({Status.EXERCISE})))
    await issue(store, channel, alert(channels=("linkage",)))

    async def claim() -> Delivery:
        async with store.hold() as connection:
            await queue.sweep(connection, NOW, wall())
            found = await queue.claim(connection, "linkage", NOW, wall())
        assert found
        return found

    asleep = await claim()
    await due_again(store)
    other = await claim()
    async with store.write() as connection:
        assert await queue.finish(connection, other, Outcome(verdict=Verdict.PARTLY), NOW, wall())
    third = await claim()
    assert third.attempts == asleep.attempts, "as if nothing had been tried yet"
    async with store.write() as connection:
        assert not await queue.hold_on(connection, asleep, NOW, wall())
        assert not await queue.part_done(connection, asleep, "late", NOW)
        assert await queue.finish(connection, asleep, Outcome(verdict=Verdict.ACCEPTED), NOW, wall()) is None
        assert await queue.is_ours(connection, third)
    await channel.close()


class Drowsy(Deliver):
    """Stands still between claim and sending, until its lease has run out; nobody has taken over yet."""

    async def _claim(self) -> Delivery | None:
        claimed = await super()._claim()
        async with self._store.write() as connection:
            later = wall() + timedelta(hours=1)
            await queue.sweep(connection, NOW, later)
        return claimed


class Curious(Linkage):
    """Whether another could begin while this one sends."""

    def __init__(self, config: Config, store: Store) -> None:
        super().__init__(config)
        self._store = store
        self.could: Delivery | None = None

    async def send(self, delivery: Delivery, now: object, progress: Callable[[str], Awaitable[None]]) -> Outcome:
        async with self._store.hold() as connection:
            await queue.sweep(connection, NOW, wall())
            self.could = await queue.claim(connection, self.name, NOW, wall())
        return await super().send(delivery, NOW, progress)


async def test_who_wakes_before_another_took_over_keeps_it_from_beginning(store: Store, linkage: FakeLinkage) -> None:
    config = Config(url=linkage.url, token=linkage.token, statuses=frozenset({Status.EXERCISE}))
    channel = Curious(config, store)
    await issue(store, channel, alert(channels=("linkage",)))
    assert await Drowsy(store, Bell(), SetClock(NOW), channel).step()
    assert channel.could is None, "both would send at the same time"
    assert await state(store) == "accepted" and len(linkage.received) == 1
    await channel.close()
