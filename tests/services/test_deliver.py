"""Deliver against the linkage system's stand-in: once, whatever happens in between; never stale; nothing hidden."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from feeds.records import Status
from rules.alert import Alert
from services.bell import Bell
from services.channels.channel import Delivery, Outcome, Progress
from services.channels.linkage import Config, Linkage
from services.deliver import Deliver
from services.store import alerts
from services.store import outbox as queue
from services.store.engine import Store
from services.store.tables import chronology, outbox
from tests.fakes.linkage import FakeLinkage
from tests.services.making import NOW, SetClock, alert


@pytest.fixture
async def city_system() -> AsyncIterator[FakeLinkage]:
    fake = FakeLinkage()
    await fake.start()
    yield fake
    await fake.stop()


@pytest.fixture
async def channel(city_system: FakeLinkage) -> AsyncIterator[Linkage]:
    opened = Linkage(Config(url=city_system.url, token=city_system.token, statuses=frozenset({Status.EXERCISE})))
    yield opened
    await opened.close()


async def issue(store: Store, channel: Linkage, one: Alert) -> None:
    payloads = {channel.name: channel.render(one)}
    async with store.write() as connection:
        await alerts.add_draft(connection, one, payloads, NOW)
        await alerts.mark_issued(connection, one, NOW)
        await queue.add(connection, one, payloads, NOW, NOW)


async def due_again(store: Store) -> None:
    """Let the pause and the lease run out, as time would."""
    async with store.write() as connection:
        await connection.execute(update(outbox).values(next_at=NOW, lease_until=NOW))


async def state(store: Store) -> str:
    async with store.read() as connection:
        return str(await connection.scalar(select(outbox.c.state)))


async def test_an_issued_alert_arrives_and_the_log_says_so(
    store: Store, channel: Linkage, city_system: FakeLinkage
) -> None:
    await issue(store, channel, alert(channels=("linkage",)))
    deliver = Deliver(store, Bell(), SetClock(), channel)
    assert await deliver.step()
    assert not await deliver.step(), "there is nothing more to send"
    assert [one.alert.identifier for one in city_system.received] == [alert().identifier]
    assert await state(store) == "accepted"
    async with store.read() as connection:
        assert (await connection.scalars(select(chronology.c.kind))).all() == ["delivery"]


async def test_an_answer_that_was_lost_does_not_double_the_alert(
    store: Store, channel: Linkage, city_system: FakeLinkage
) -> None:
    await issue(store, channel, alert(channels=("linkage",)))
    deliver = Deliver(store, Bell(), SetClock(), channel)
    city_system.drop_next(stored=True)
    await deliver.step()
    assert await state(store) == "unknown"
    await due_again(store)
    await deliver.step()
    assert await state(store) == "duplicate"
    assert len(city_system.received) == 1


async def test_a_hub_that_dies_after_sending_does_not_double_the_alert(
    store: Store, channel: Linkage, city_system: FakeLinkage
) -> None:
    await issue(store, channel, alert(channels=("linkage",)))
    dying = Deliver(store, Bell(), SetClock(), Dying(channel))
    with pytest.raises(asyncio.CancelledError):
        await dying.step()
    assert await state(store) == "sending"
    await due_again(store)
    await Deliver(store, Bell(), SetClock(), channel).step()
    assert await state(store) == "duplicate"
    assert len(city_system.received) == 1


async def test_what_ran_out_while_the_line_was_down_is_not_sent(
    store: Store, channel: Linkage, city_system: FakeLinkage
) -> None:
    one = alert(channels=("linkage",))
    await issue(store, channel, one)
    clock = SetClock()
    deliver = Deliver(store, Bell(), clock, channel)
    city_system.fail_next(1, 503)
    await deliver.step()
    assert await state(store) == "waiting"
    clock.at = one.expires + timedelta(seconds=1)
    await due_again(store)
    assert not await deliver.step()
    assert await state(store) == "expired"
    assert city_system.received == []


async def test_a_refusal_for_good_is_shown_and_not_repeated(
    store: Store, channel: Linkage, city_system: FakeLinkage
) -> None:
    await issue(store, channel, alert(channels=("linkage",)))
    deliver = Deliver(store, Bell(), SetClock(), channel)
    city_system.fail_next(1, 422, body='{"error": "areaDesc is missing"}')
    await deliver.step()
    await due_again(store)
    assert not await deliver.step()
    assert await state(store) == "rejected"
    async with store.read() as connection:
        assert "areaDesc is missing" in str(await connection.scalar(select(outbox.c.reason)))


class Dying:
    """The process that ends right after the bytes have left: the same channel, cancelled at the worst moment."""

    def __init__(self, channel: Linkage) -> None:
        self.name, self.statuses, self._channel = channel.name, channel.statuses, channel

    def render(self, one: Alert):
        return self._channel.render(one)

    async def send(self, delivery: Delivery, now: datetime, progress: Progress) -> Outcome:
        await self._channel.send(delivery, now, progress)
        raise asyncio.CancelledError

    async def close(self) -> None: ...
