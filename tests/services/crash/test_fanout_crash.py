"""Death along the awaits of a delivery to many: everybody is told, and twice only who was being told just then.

The short form dies four times; ``make drill`` dies at every third await, a thousand times (SHIRASE_DRILL=full).
"""

from __future__ import annotations

import gc
import itertools
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError
from structlog.testing import capture_logs

from feeds.status import Status
from rules.alert import Alert
from services.channels.mail.channel import Mail
from services.channels.mail.message import name_of
from services.channels.people import fanout
from services.residents.book import ResidentsBook
from services.residents.wish import Wish
from services.store import subscribers
from services.store.engine import Store
from services.store.subscribers import Membership, Subscriber
from services.store.tables import outbox
from services.store.tables_subscribers import tellings
from tests.fakes.smtp import FakeSmtp
from tests.services.crash.hub import OFFICERS, Disk, Hub
from tests.services.crash.test_crash import FULL
from tests.services.crash.trap import Trap, Way
from tests.services.making import NOW, SetClock, alert, employ
from tests.services.people import person
from tests.services.test_channel_mail import config
from tests.services.test_fanout import SEAL
from tests.services.web_floor import ground

_PEOPLE, _BATCH = 5, 2
_numbers = itertools.count(1)


@pytest.fixture
async def disk(tmp_path: Path, migrated: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Disk]:
    monkeypatch.setattr(fanout, "BATCH", _BATCH)
    shutil.copy(migrated, tmp_path / "shirase.db")
    one = Disk(tmp_path / "shirase.db")
    store = one.open()
    await employ(store, *OFFICERS)
    async with store.write() as connection:
        for n in range(1, _PEOPLE + 1):
            who = person(n)
            sealed = SEAL.close(who.uid, who.address)
            confirmed = Membership.CONFIRMED
            await subscribers.add(connection, Subscriber(uid=who.uid, channel="mail", lookup=f"{n}", sealed=sealed,
                                                         state=confirmed, wish=Wish(), changed_at=NOW))  # fmt: skip
    yield one
    await one.cut()


class MailHub(Hub):
    """A hub whose channel tells subscribers, and whose minutes pass for them too."""

    async def minutes(self, count: float) -> None:
        await super().minutes(count)
        async with self.store.write() as connection:
            await connection.execute(update(tellings).values(next_at=datetime.now(UTC) - timedelta(minutes=1)))


def hub_on(disk: Disk, clock: SetClock, smtp: FakeSmtp) -> MailHub:
    channel = Mail(config(smtp))
    hub = MailHub(disk, clock, channel)
    channel.book = ResidentsBook(hub.store, SEAL, ground().areas, "https://city.example")
    return hub


def series_of(number: int) -> list[Alert]:
    first = alert(status=Status.ACTUAL, series=f"Actual-crash-{number}", channels=("mail",))
    turn = {"revision": 2, "issue": 2, "msg_type": "Update", "references": (first.reference,)}
    return [first, alert(status=Status.ACTUAL, series=first.series, channels=("mail",), **turn)]


async def play(disk: Disk, smtp: FakeSmtp, at: int, way: Way) -> bool:
    """One death on the way, and every check. False where the work was done before its await number ``at``."""
    clock, revisions = SetClock(), series_of(next(_numbers))
    smtp.taken.clear()
    first = hub_on(disk, clock, smtp)
    trap = Trap(first.work(revisions), at, way, first.die)
    with capture_logs():  # what a failure says in the log takes longer to print than all the rest
        hub = await next_life(disk, first, trap, smtp)
    await hub.wake()
    await hub.work(revisions)
    await hub.rest()
    await check(hub.store, smtp, revisions)
    await hub.die()
    return trap.sprung


async def next_life(disk: Disk, first: MailHub, trap: Trap, smtp: FakeSmtp) -> MailHub:
    try:
        await trap.run()
    except (OSError, SQLAlchemyError):  # a loop tries again, in the same life
        return first
    if not trap._dead:
        return first
    await first.die()
    gc.collect()
    return hub_on(disk, first.clock, smtp)


async def check(store: Store, smtp: FakeSmtp, revisions: Sequence[Alert]) -> None:
    got = Counter(smtp.taken)
    async with store.read() as connection:
        rows = select(outbox.c.state).where(outbox.c.series == revisions[0].series).order_by(outbox.c.revision)
        states = list(await connection.scalars(rows))
    assert states in (["accepted", "accepted"], ["superseded", "accepted"])
    for revision, state in zip(revisions, states, strict=True):
        mails = [(who.address, f"<{name_of(revision.series, revision.revision, who)}@city.example>")
                 for who in map(person, range(1, _PEOPLE + 1))]  # fmt: skip
        assert state == "superseded" or all(got[mail] for mail in mails), "somebody was missed"
        assert sum(max(0, got[mail] - 1) for mail in mails) <= _BATCH, "told twice who was not in doubt"


@pytest.mark.timeout(1800 if FULL else 60)
@pytest.mark.parametrize("way", Way)
async def test_who_dies_anywhere_misses_nobody_and_doubles_only_the_doubtful(disk: Disk, way: Way) -> None:
    smtp = FakeSmtp()
    await smtp.start()
    deaths = 0
    for at in range(1, 5000, 3) if FULL else (83 + 20 * list(Way).index(way),):
        if not await play(disk, smtp, at, way):
            break
        deaths += 1
    await smtp.stop()
    assert deaths
    if FULL:
        print(f"mail to many, {way:14} {deaths:5} deaths")
