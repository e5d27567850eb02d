"""Death along the awaits of a delivery to many: everybody is told, and twice only who was on the wire just then.

The short form dies eight times; ``make drill`` dies at every third await, over a thousand times (SHIRASE_DRILL=full).
"""

from __future__ import annotations

import gc
import itertools
import shutil
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError
from structlog.testing import capture_logs

from feeds.status import Status
from rules.alert import Alert
from services.channels.mail.channel import Mail
from services.channels.mail.message import name_of
from services.channels.push.channel import Config as PushConfig
from services.channels.push.channel import Push
from services.channels.push.vapid import new_key
from services.residents.book import ResidentsBook
from services.residents.wish import Wish
from services.store import subscribers
from services.store.engine import Store
from services.store.subscribers import Membership, Subscriber
from services.store.tables import outbox
from services.store.tables_subscribers import tellings
from services.store.tellings import Telling
from tests.fakes.push import FakePush
from tests.fakes.smtp import FakeSmtp
from tests.services.crash.hub import OFFICERS, Disk, Hub
from tests.services.crash.test_crash import FULL
from tests.services.crash.trap import Trap, Way
from tests.services.making import NOW, SetClock, alert, employ
from tests.services.people import person
from tests.services.test_channel_mail import config
from tests.services.test_fanout import SEAL
from tests.services.web_floor import ground

_PEOPLE, _WIDTH = 7, 2  # of whom so many are told at the same time
_ON_THE_WIRE = {Way.KILLED_BEFORE: 2 * _WIDTH, Way.KILLED_AFTER: 2 * _WIDTH, Way.CANCELLED: _WIDTH, Way.FAILED: _WIDTH}
_KEY = new_key()
_numbers = itertools.count(1)


class Outlet(ABC):
    """A channel that tells many, its stand-in, and who heard what there."""

    name: str
    fake: FakeSmtp | FakePush

    @abstractmethod
    def channel(self) -> Mail | Push: ...

    @abstractmethod
    def address(self, number: int) -> str:
        """Where one of the people is told; the stand-in knows it from then on."""

    @abstractmethod
    def heard(self, one: Alert) -> Counter[int]:
        """Person → how often this revision came."""


class ByMail(Outlet):
    name = "mail"

    def __init__(self) -> None:
        self.fake = FakeSmtp()

    def channel(self) -> Mail:
        return Mail(config(self.fake, connections=_WIDTH))

    def address(self, number: int) -> str:
        return person(number).address

    def heard(self, one: Alert) -> Counter[int]:
        names = {n: f"<{name_of(one.series, one.revision, person(n))}@city.example>" for n in range(1, _PEOPLE + 1)}
        return Counter(n for n, name in names.items() for taken in self.fake.taken if taken[1] == name)


class ByPush(Outlet):
    name = "push"

    def __init__(self) -> None:
        self.fake = FakePush()

    def channel(self) -> Push:
        return Push(PushConfig(
            private_key=SecretStr(_KEY), contact="mailto:bousai@city.example", services=("127.0.0.1",),
            per_second=1000, connections=_WIDTH,
        ))  # fmt: skip

    def address(self, number: int) -> str:
        return self.fake.browser(f"{number}").text

    def heard(self, one: Alert) -> Counter[int]:
        return Counter(
            int(name) for name, told in self.fake.taken if told["at"] == one.sent.isoformat()
            and f"第{one.revision}報" in told["body"]
        )  # fmt: skip


@pytest.fixture(params=[ByMail, ByPush], ids=lambda one: one.name)
async def outlet(request: pytest.FixtureRequest) -> AsyncIterator[Outlet]:
    one = request.param()
    await one.fake.start()
    yield one
    await one.fake.stop()


@pytest.fixture
async def disk(tmp_path: Path, migrated: Path, outlet: Outlet) -> AsyncIterator[Disk]:
    shutil.copy(migrated, tmp_path / "shirase.db")
    one = Disk(tmp_path / "shirase.db")
    store = one.open()
    await employ(store, *OFFICERS)
    async with store.write() as connection:
        for n in range(1, _PEOPLE + 1):
            uid = person(n).uid
            sealed = SEAL.close(uid, outlet.address(n))
            confirmed = Membership.CONFIRMED
            await subscribers.add(connection, Subscriber(uid=uid, channel=outlet.name, lookup=f"{n}", sealed=sealed,
                                                         state=confirmed, wish=Wish(), changed_at=NOW))  # fmt: skip
    yield one
    await one.cut()


class ManyHub(Hub):
    """A hub whose channel tells subscribers, and whose minutes pass for them too."""

    async def minutes(self, count: float) -> None:
        await super().minutes(count)
        async with self.store.write() as connection:
            await connection.execute(update(tellings).values(next_at=datetime.now(UTC) - timedelta(minutes=1)))


def hub_on(disk: Disk, clock: SetClock, outlet: Outlet) -> ManyHub:
    channel = outlet.channel()
    hub = ManyHub(disk, clock, channel)
    channel.book = ResidentsBook(hub.store, SEAL, ground().areas, "https://city.example")
    return hub


def series_of(number: int, channel: str) -> list[Alert]:
    first = alert(status=Status.ACTUAL, series=f"Actual-crash-{number}", channels=(channel,))
    turn = {"revision": 2, "issue": 2, "msg_type": "Update", "references": (first.reference,)}
    return [first, alert(status=Status.ACTUAL, series=first.series, channels=(channel,), **turn)]


async def play(disk: Disk, outlet: Outlet, at: int, way: Way) -> int | None:
    """One death on the way, and every check. How many were told twice; None where the work was done before ``at``."""
    clock, revisions = SetClock(), series_of(next(_numbers), outlet.name)
    outlet.fake.taken.clear()
    first = hub_on(disk, clock, outlet)
    trap = Trap(first.work(revisions), at, way, first.die)
    with capture_logs():  # what a failure says in the log takes longer to print than all the rest
        hub = await next_life(disk, first, trap, outlet)
        await nobody_is_called_told_who_was_not(hub.store, outlet, revisions)
        await hub.wake()
        await hub.work(revisions)
        await hub.rest()
    twice = await check(hub.store, outlet, revisions)
    assert twice <= _ON_THE_WIRE[way], "told twice who was not on the wire"
    await hub.die()
    return twice if trap.sprung else None


async def next_life(disk: Disk, first: ManyHub, trap: Trap, outlet: Outlet) -> ManyHub:
    try:
        await trap.run()
    except (OSError, SQLAlchemyError):  # a loop tries again, in the same life
        return first
    if not trap._dead:
        return first
    await first.die()
    gc.collect()
    return hub_on(disk, first.clock, outlet)


async def nobody_is_called_told_who_was_not(store: Store, outlet: Outlet, revisions: Sequence[Alert]) -> None:
    """Right after the death: a row that says told is of somebody who heard it."""
    async with store.read() as connection:
        of_series = tellings.c.series == revisions[0].series
        columns = select(tellings.c.subscriber, tellings.c.revision)
        told = (await connection.execute(columns.where(of_series, tellings.c.state == Telling.TOLD.value))).all()
    heard = {one.revision: outlet.heard(one) for one in revisions}
    assert all(heard[row.revision][row.subscriber] for row in told), "called told, and is not"


async def check(store: Store, outlet: Outlet, revisions: Sequence[Alert]) -> int:
    async with store.read() as connection:
        rows = select(outbox.c.state).where(outbox.c.series == revisions[0].series).order_by(outbox.c.revision)
        states = list(await connection.scalars(rows))
    assert states in (["accepted", "accepted"], ["superseded", "accepted"])
    twice = 0
    for revision, state in zip(revisions, states, strict=True):
        heard = outlet.heard(revision)
        assert state == "superseded" or len(heard) == _PEOPLE, "somebody was missed"
        twice += sum(times - 1 for times in heard.values())
    return twice


@pytest.mark.timeout(1800 if FULL else 60)
@pytest.mark.parametrize("way", Way)
async def test_who_dies_anywhere_misses_nobody_and_doubles_only_who_was_on_the_wire(
    disk: Disk, outlet: Outlet, way: Way
) -> None:
    deaths = doubles = 0
    for at in range(1, 5000, 3) if FULL else (83 + 20 * list(Way).index(way),):
        twice = await play(disk, outlet, at, way)
        if twice is None:
            break
        deaths, doubles = deaths + 1, doubles + twice
    assert deaths
    if FULL:
        print(f"{outlet.name} to many, {way:14} {deaths:5} deaths, {doubles:4} told twice of {deaths * 2 * _PEOPLE}")
