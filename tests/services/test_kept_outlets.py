"""What outlets that keep things should be showing, and that they show it although nothing is being sent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select

from feeds.status import Status
from rules.alert import Alert, State
from services.app import Hub
from services.bell import Bell
from services.channels import tidy
from services.channels.channel import Delivery, Outcome, Progress
from services.channels.keeping import Look, View
from services.channels.registry import build
from services.channels.tidy import Tidy
from services.channels.voice import Config, Voice
from services.clock import wall
from services.deliver import Deliver
from services.house import House
from services.settings import load
from services.store import alerts, outbox
from services.store.engine import Store
from services.store.shown import shown
from tests.services.making import NOW, SetClock, alert

PROFILE = str(Path(__file__).parents[2] / "config/morioka")


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    one = await Store.open(f"sqlite+aiosqlite:///{tmp_path / 'shirase.db'}")
    yield one
    await one.close()


@pytest.fixture
def voice(tmp_path: Path) -> Voice:
    folder = tmp_path / "exchange"
    folder.mkdir()
    return Voice(Config(folder=folder, statuses=frozenset({Status.EXERCISE})))


async def issued(store: Store, voice: Voice, clock: SetClock, one: Alert, deliver: bool = True) -> None:
    async with store.write() as connection:
        payloads = {"voice": voice.render(one)}
        await alerts.add_draft(connection, one, payloads, NOW)
        await alerts.mark_issued(connection, one, NOW)
        await outbox.add(connection, one, payloads, NOW, NOW)
    if deliver:
        assert await Deliver(store, Bell(), clock, voice).step()


async def showing(store: Store, clock: SetClock) -> list[tuple[str, int]]:
    async with store.read() as connection:
        return [(one.series, one.revision) for one in await shown(connection, "voice", clock.now())]


def first() -> Alert:
    return alert(channels=("voice",))


def ending() -> Alert:
    return alert(revision=2, msg_type="Update", references=(first().reference,), ends=True, channels=("voice",))


async def test_what_ran_out_while_nobody_looked_is_taken_away(store: Store, voice: Voice, tmp_path: Path) -> None:
    clock = SetClock()
    await issued(store, voice, clock, first())
    keeper = Tidy(store, clock, voice)
    assert not await keeper.step() and len([*(tmp_path / "exchange").iterdir()]) == 2
    clock.at = first().expires  # the hub was down until then
    assert await keeper.step() and not [*(tmp_path / "exchange").iterdir()]


async def test_an_end_takes_the_place_and_goes_when_it_runs_out_itself(store: Store, voice: Voice) -> None:
    clock = SetClock()
    await issued(store, voice, clock, first())
    await issued(store, voice, clock, ending())
    assert await showing(store, clock) == [(first().series, 2)]
    clock.at = ending().expires
    assert await showing(store, clock) == []


async def test_what_an_end_ended_is_not_shown_though_the_end_has_not_come_through(store: Store, voice: Voice) -> None:
    clock = SetClock()
    await issued(store, voice, clock, first())
    await issued(store, voice, clock, ending(), deliver=False)
    assert await showing(store, clock) == []


async def test_what_was_ended_without_a_word_is_not_shown(store: Store, voice: Voice) -> None:
    clock = SetClock()
    await issued(store, voice, clock, first())
    async with store.write() as connection:
        await alerts.give_way(connection, first().series, State.ENDED, NOW)
    assert await showing(store, clock) == []


async def test_an_update_that_waits_leaves_the_older_revision_standing(store: Store, voice: Voice) -> None:
    clock = SetClock()
    await issued(store, voice, clock, first())
    update = alert(revision=2, msg_type="Update", references=(first().reference,), channels=("voice",))
    await issued(store, voice, clock, update, deliver=False)
    assert await showing(store, clock) == [(first().series, 1)]
    clock.at += timedelta(minutes=1)
    assert await Deliver(store, Bell(), clock, voice).step()
    assert await showing(store, clock) == [(first().series, 2)]


class Watched(Voice):
    """Another process tidies when the files lie there, and before the store learns of it."""

    def __init__(self, folder: Path, meanwhile: Callable[[], Awaitable[bool]]) -> None:
        super().__init__(Config(folder=folder, statuses=frozenset({Status.EXERCISE})))
        self._meanwhile = meanwhile

    async def send(self, delivery: Delivery, now: datetime, progress: Progress) -> Outcome:
        outcome = await super().send(delivery, now, progress)
        await self._meanwhile()
        return outcome


async def test_another_process_leaves_alone_what_is_being_sent(store: Store, voice: Voice, tmp_path: Path) -> None:
    folder, clock = tmp_path / "exchange", SetClock()
    other = await Store.open(f"sqlite+aiosqlite:///{tmp_path / 'shirase.db'}")
    keeper = Tidy(other, clock, voice)
    mine = Watched(folder, keeper.step)
    await issued(store, mine, clock, first())
    assert len([*folder.iterdir()]) == 2, "taken away as if it were left over"
    update = alert(revision=2, msg_type="Update", references=(first().reference,), channels=("voice",))
    await issued(store, mine, clock, update)
    assert any("続報" in file.read_text(encoding="utf-8") for file in folder.iterdir()), "the older one was put back"
    assert not await keeper.step()
    await other.close()


async def test_what_comes_between_the_look_into_the_folder_and_that_into_the_store_stays(
    store: Store, voice: Voice, tmp_path: Path
) -> None:
    clock = SetClock()

    async def look() -> View:
        await issued(store, voice, clock, first())
        return View()  # of a store that was asked a moment too early

    assert not await voice.keep(look)
    assert len([*(tmp_path / "exchange").iterdir()]) == 2


async def test_an_outlet_is_in_the_hands_of_one_process_and_passes_on(
    store: Store, voice: Voice, tmp_path: Path
) -> None:
    settings = load([], {"SHIRASE_PROFILE": PROFILE, "SHIRASE_DATA_DIR": str(tmp_path)})
    sent: list[str] = []

    async def send(who: str) -> bool:
        sent.append(who)
        return True

    async with AsyncExitStack() as second:
        async with AsyncExitStack() as first:
            houses = [House(settings, store, SetClock(), stack) for stack in (first, second)]
            one, two = [await tidy.set_up(house, voice, partial(send, f"{n}")) for n, house in enumerate(houses)]
            assert await one() and not await two() and await one()
        assert await two() and sent == ["0", "0", "1"], "not handed over at an orderly stop"


class Counting(Voice):
    """Says how often it was tidied."""

    times = 0

    async def keep(self, look: Look) -> bool:
        self.times += 1
        return await super().keep(look)


async def test_a_burst_of_deliveries_is_not_tidied_after_each_of_them(store: Store, tmp_path: Path) -> None:
    (tmp_path / "exchange").mkdir()
    channel = Counting(Config(folder=tmp_path / "exchange", statuses=frozenset({Status.EXERCISE})))
    settings = load([], {"SHIRASE_PROFILE": PROFILE, "SHIRASE_DATA_DIR": str(tmp_path)})

    async def send() -> bool:
        return False

    async with AsyncExitStack() as stack:
        house = House(settings, store, SetClock(), stack)
        await tidy.set_up(house, channel, send)
        house.go()
        for _ in range(20):
            await asyncio.sleep(0.02)
            house.bell.ring("deliveries")
    assert 1 <= channel.times <= 2


async def test_a_hub_publishes_on_its_own_broker_and_writes_to_its_folder(tmp_path: Path) -> None:
    (tmp_path / "exchange").mkdir()
    site = tmp_path / "site.toml"
    folder = tmp_path / "exchange"
    site.write_text(
        f'[channels.mqtt]\nstatuses = ["Exercise"]\n[channels.voice]\nfolder = "{folder}"\nstatuses = ["Exercise"]\n'
    )
    where = {"SHIRASE_PROFILE": PROFILE, "SHIRASE_DATA_DIR": str(tmp_path / "data"), "SHIRASE_PORT": "0"}
    settings, now = load([site], where), wall()
    store = await Store.open(settings.database_url)
    one = alert(expires=now + timedelta(hours=1), channels=("mqtt", "voice"))
    payloads = {name: build(name, settings.channels[name]).render(one) for name in one.channels}
    async with store.write() as connection:
        await alerts.add_draft(connection, one, payloads, now)
        await alerts.mark_issued(connection, one, now)
        await outbox.add(connection, one, payloads, now, now)
    async with Hub.running(settings), asyncio.timeout(15):
        states = {"waiting"}
        while states != {"accepted"}:
            await asyncio.sleep(0.05)
            async with store.read() as connection:
                states = set(await connection.scalars(select(outbox.outbox.c.state)))
        assert len([*folder.iterdir()]) == 2
    await store.close()
