"""Deliver against the linkage system's stand-in: once, whatever happens in between; never stale; nothing hidden."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import SQLAlchemyError

from feeds.status import Status
from rules.alert import Alert
from services.bell import Bell
from services.channels.channel import Channel, Delivery, Outcome, Payload, Progress, Verdict
from services.channels.linkage import Config as LinkageConfig
from services.channels.linkage import Linkage
from services.channels.x.channel import Config, X
from services.clock import wall
from services.deliver import Deliver
from services.store import alerts
from services.store import outbox as queue
from services.store.engine import Store
from services.store.tables import chronology, outbox
from tests.fakes.linkage import FakeLinkage
from tests.fakes.x import FakeX
from tests.services.making import NOW, SetClock, alert


@pytest.fixture
async def city_system() -> AsyncIterator[FakeLinkage]:
    fake = FakeLinkage()
    await fake.start()
    yield fake
    await fake.stop()


@pytest.fixture
async def channel(city_system: FakeLinkage) -> AsyncIterator[Linkage]:
    opened = Linkage(LinkageConfig(url=city_system.url, token=city_system.token, statuses=frozenset({Status.EXERCISE})))
    yield opened
    await opened.close()


async def issue(store: Store, channel: Channel, one: Alert) -> None:
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


async def test_a_store_that_fails_after_the_sending_is_told_as_soon_as_it_is_back(
    store: Store, channel: Linkage, city_system: FakeLinkage
) -> None:
    """Nobody asks again, and nobody waits for the lease: what became of it is known."""

    async def renamed(old: str, new: str) -> None:
        async with store.write() as connection:
            await connection.execute(text(f"ALTER TABLE {old} RENAME TO {new}"))

    await issue(store, channel, alert(channels=("linkage",)))
    deliver = Deliver(store, Bell(), SetClock(), channel)
    await renamed("chronology", "gone")
    for _ in range(3):
        with pytest.raises(SQLAlchemyError):
            await deliver.step()
    assert await state(store) == "sending"
    await renamed("gone", "chronology")
    assert await deliver.step()
    assert await state(store) == "accepted" and city_system.requests == 1
    assert not await deliver.step(), "there is nothing more to send"


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


async def test_what_may_be_out_is_never_called_unsent(store: Store, channel: Linkage, city_system: FakeLinkage) -> None:
    one = alert(channels=("linkage",))
    await issue(store, channel, one)
    clock = SetClock()
    deliver = Deliver(store, Bell(), clock, channel)
    city_system.drop_next(stored=True)
    await deliver.step()
    clock.at = one.expires
    await deliver.step()
    async with store.read() as connection:
        assert "届いたか不明" in str(await connection.scalar(select(outbox.c.reason)))
        said = (await connection.scalars(select(chronology.c.text).order_by(chronology.c.seq))).all()
    assert "届いたか不明のまま期限が切れた" in said[-1]


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
        reason, cause = (await connection.execute(select(outbox.c.reason, outbox.c.cause))).one()
        assert "areaDesc is missing" in reason and cause == "refused"
        said = (await connection.scalars(select(chronology.c.text).order_by(chronology.c.seq))).all()
    assert "相手が、この内容を断りました。詳細：" in said[-1]


async def test_a_channel_that_breaks_down_may_have_sent_and_the_next_attempt_looks(
    store: Store, channel: Linkage, city_system: FakeLinkage
) -> None:
    await issue(store, channel, alert(channels=("linkage",)))
    assert await Deliver(store, Bell(), SetClock(), Dying(channel, KeyError("surprise"))).step(), "the loop lives"
    assert await state(store) == "unknown"
    async with store.read() as connection:
        assert "内部の誤り：KeyError" in str(await connection.scalar(select(chronology.c.text)))
    await due_again(store)
    await Deliver(store, Bell(), SetClock(), channel).step()
    assert await state(store) == "duplicate"
    assert len(city_system.received) == 1


async def test_an_account_told_to_wait_waits_with_everything(
    store: Store, channel: Linkage, city_system: FakeLinkage
) -> None:
    for series in ("a", "b"):
        await issue(store, channel, alert(series=series, channels=("linkage",)))
    deliver = Deliver(store, Bell(), SetClock(), channel)
    city_system.fail_next(1, 429, retry_after="900")
    assert await deliver.step()
    await due_again(store)
    assert not await deliver.step(), "the other alert is due, but the account is not"
    assert city_system.received == []
    assert await Deliver(store, Bell(), SetClock(), channel).step(), "it was the account that waited, nothing else"


async def test_each_part_of_a_thread_is_remembered_as_soon_as_it_is_out(store: Store) -> None:
    fake = FakeX()
    await fake.start()
    x = X(Config.model_validate({"base_url": fake.url, "statuses": ["Exercise"], **fake.credentials}))
    text = replace(alert().texts["ja"], instruction="川に近づかないでください。" * 20)
    await issue(store, x, alert(channels=("x",), texts={"ja": text}))
    with pytest.raises(asyncio.CancelledError):
        await Deliver(store, Bell(), SetClock(), Dying(x, after_parts=1)).step()
    async with store.read() as connection:
        assert await connection.scalar(select(outbox.c.done)) == [fake.posts[0].id]
    await due_again(store)
    await Deliver(store, Bell(), SetClock(), x).step()
    posts = [post.text for post in fake.posts]
    assert len(posts) > 1 and len(set(posts)) == len(posts)
    await x.close()
    await fake.stop()


class Woken(Deliver):
    """One that stood still right after its claim, until another had taken over and sent."""

    def __init__(self, store: Store, channel: Channel, other: Deliver) -> None:
        super().__init__(store, Bell(), SetClock(), channel)
        self._other = other

    async def _claim(self) -> Delivery | None:
        claimed = await super()._claim()
        await due_again(self._store)
        assert await self._other.step()
        return claimed


async def test_one_that_wakes_after_another_took_over_sends_nothing(
    store: Store, channel: Linkage, city_system: FakeLinkage
) -> None:
    await issue(store, channel, alert(channels=("linkage",)))
    assert await Woken(store, channel, Deliver(store, Bell(), SetClock(), channel)).step()
    assert city_system.requests == 1, "not even a question"
    assert await state(store) == "accepted"


class Freezing:
    """A channel whose process stands still after the first part; meanwhile another sends what is left."""

    name, statuses = "x", frozenset({Status.EXERCISE})

    def __init__(self, channel: X, store: Store, other: Deliver) -> None:
        self._channel, self._store, self._other = channel, store, other
        self.render, self.close = channel.render, channel.close

    async def send(self, delivery: Delivery, now: datetime, progress: Progress) -> Outcome:
        async def slept(remote_id: str) -> None:
            await due_again(self._store)
            assert await self._other.step()
            await progress(remote_id)

        return await self._channel.send(delivery, now, slept)


async def test_one_that_wakes_in_the_middle_of_a_thread_adds_nothing_to_it(store: Store) -> None:
    fake = FakeX()
    await fake.start()
    x = X(Config.model_validate({"base_url": fake.url, "statuses": ["Exercise"], **fake.credentials}))
    text = replace(alert().texts["ja"], instruction="川に近づかないでください。" * 20)
    await issue(store, x, alert(channels=("x",), texts={"ja": text}))
    other = Deliver(store, Bell(), SetClock(), x)
    assert await Deliver(store, Bell(), SetClock(), Freezing(x, store, other)).step()
    posts = [post.text for post in fake.posts]
    assert len(posts) > 1 and len(set(posts)) == len(posts), "the other looked what was out, and went on"
    assert await state(store) == "accepted"
    await x.close()
    await fake.stop()


class Slow(Linkage):
    """A channel that never answers and knows no timeout of its own."""

    async def send(self, delivery: Delivery, now: datetime, progress: Progress) -> Outcome:
        await asyncio.Event().wait()
        raise AssertionError


async def test_a_channel_that_hangs_is_given_up_and_its_outcome_is_not_guessed(
    store: Store, city_system: FakeLinkage
) -> None:
    hanging = Slow(LinkageConfig(url=city_system.url, token=city_system.token, statuses=frozenset({Status.EXERCISE})))
    await issue(store, hanging, alert(channels=("linkage",)))
    assert await Deliver(store, Bell(), SetClock(), hanging, patience=timedelta(milliseconds=20)).step()
    assert await state(store) == "unknown"


class Tomorrow(Linkage):
    """A provider whose clock, or ours, is a day off."""

    async def send(self, delivery: Delivery, now: datetime, progress: Progress) -> Outcome:
        return Outcome(verdict=Verdict.LATER, retry_at=wall() + timedelta(days=1))


async def test_no_clock_makes_a_channel_wait_for_a_day(store: Store, city_system: FakeLinkage) -> None:
    told = Tomorrow(LinkageConfig(url=city_system.url, token=city_system.token, statuses=frozenset({Status.EXERCISE})))
    await issue(store, told, alert(channels=("linkage",)))
    assert await Deliver(store, Bell(), SetClock(), told).step()
    async with store.read() as connection:
        next_at = await connection.scalar(select(outbox.c.next_at))
    assert next_at and next_at <= wall() + timedelta(minutes=15)


async def test_a_clock_that_is_set_back_does_not_prolong_a_pause(
    store: Store, city_system: FakeLinkage, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = Tomorrow(LinkageConfig(url=city_system.url, token=city_system.token, statuses=frozenset({Status.EXERCISE})))
    await issue(store, told, alert(channels=("linkage",)))
    deliver = Deliver(store, Bell(), SetClock(), told)
    monkeypatch.setattr("services.deliver.wall", lambda: wall() + timedelta(hours=3))
    assert await deliver.step() and not await deliver.step()
    monkeypatch.undo()
    assert await deliver.step(), "it does not wait for three hours"


class Dying:
    """The process that ends, or the code that breaks, right after the bytes have left: the channel at its worst."""

    def __init__(self, channel: Channel, error: BaseException | None = None, after_parts: int = 0) -> None:
        self.name, self.statuses, self._channel = channel.name, channel.statuses, channel
        self._error, self._after_parts = error or asyncio.CancelledError(), after_parts

    def render(self, one: Alert) -> Payload:
        return self._channel.render(one)

    async def send(self, delivery: Delivery, now: datetime, progress: Progress) -> Outcome:
        parts = 0

        async def counted(remote_id: str) -> None:
            nonlocal parts
            await progress(remote_id)
            parts += 1
            if parts == self._after_parts:
                raise self._error

        await self._channel.send(delivery, now, counted)
        raise self._error

    async def close(self) -> None: ...
