"""One delivery to many: over the real store, the real outbox and a real mail server; killed, overtaken, expired."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import select, update
from structlog.testing import capture_logs

from feeds.status import Status
from rules.alert import Alert
from services.bell import Bell
from services.channels.channel import Delivery, Outcome, Verdict
from services.channels.mail.channel import Config, Mail
from services.channels.people import fanout
from services.channels.people.book import Fate, Person, Said, Tally
from services.channels.people.fanout import told_in_words
from services.deliver import Deliver
from services.outage.fate import Fate as Ended
from services.outage.fate import fate_of
from services.residents.book import ResidentsBook, chosen
from services.residents.seal import Seal
from services.residents.wish import Wish
from services.store import alerts, outages, ringing, subscribers, tellings
from services.store import outbox as queue
from services.store.engine import Store
from services.store.subscribers import Membership, Subscriber
from services.store.tables import chronology, outbox
from services.store.tables_subscribers import tellings as told
from services.store.tellings import Before, Telling
from tests.fakes.smtp import FakeSmtp
from tests.services.making import NOW, SetClock, alert, payload
from tests.services.people import MemoryBook, person
from tests.services.web_floor import ground

SEAL = Seal(SecretStr("k" * 40))
WIDTH = 2  # mails on the wire at the same time
sqlite = pytest.mark.parametrize("store", ["sqlite"], indirect=True)


@dataclass
class City:
    """A hub's outbox with the mail channel on it. ``restart`` is what a kill leaves."""

    store: Store
    smtp: FakeSmtp
    clock: SetClock
    options: dict[str, Any]
    sender: Deliver
    channel: Mail

    def restart(self, **options: Any) -> None:
        self.options |= options
        self.channel = Mail(Config.model_validate(self.options))
        self.channel.book = ResidentsBook(self.store, SEAL, ground().areas, "https://city.example")
        self.sender = Deliver(self.store, Bell(), self.clock, self.channel)

    async def people(self, number: int, wish: Wish = Wish(), first: int = 1) -> None:  # noqa: B008 - frozen
        async with self.store.write() as connection:
            for n in range(first, first + number):
                uid = f"uid-{n:012}"
                sealed = SEAL.close(uid, f"p{n}@example.jp")
                one = Subscriber(uid=uid, channel="mail", lookup=f"{n}", sealed=sealed,
                                 state=Membership.CONFIRMED, wish=wish, changed_at=NOW)  # fmt: skip
                await subscribers.add(connection, one)

    async def issue(self, one: Alert) -> None:
        payloads = {"mail": self.channel.render(one)}
        async with self.store.write() as connection:
            await alerts.add_draft(connection, one, payloads, NOW)
            await alerts.mark_issued(connection, one, NOW)
            await queue.add(connection, one, payloads, NOW, NOW)

    async def due_again(self) -> None:
        """Let pauses and leases run out, as time would."""
        async with self.store.write() as connection:
            await connection.execute(update(outbox).values(next_at=NOW, lease_until=NOW))
            waits = told.c.state.in_(["waiting", "unknown"])
            await connection.execute(update(told).where(waits).values(next_at=NOW))

    async def work(self, at_most: int = 50) -> None:
        for _ in range(at_most):
            if not await self.sender.step():
                return
        raise AssertionError("it never ends")

    async def states(self) -> list[tuple[str, str]]:
        async with self.store.read() as connection:
            rows = await connection.execute(
                select(outbox.c.state, outbox.c.reason).order_by(outbox.c.created_at, outbox.c.id)
            )
            return [(row.state, row.reason) for row in rows]

    def got(self) -> list[str]:
        return sorted(address for address, _ in self.smtp.taken)


@pytest.fixture
def slices(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    """A slice is over after five mails."""
    at, mails = 0.0, 0

    def count() -> None:
        nonlocal at, mails
        mails += 1
        at += 0 if mails % 5 else 2 * fanout.SLICE

    city.smtp.on_mail = count
    monkeypatch.setattr(fanout, "monotonic", lambda: at)


@pytest.fixture
async def city(store: Store) -> AsyncIterator[City]:
    smtp = FakeSmtp()
    await smtp.start()
    options = {"host": smtp.host, "port": smtp.port, "security": "none", "sender": "alerts@city.example",
               "per_second": 1000, "connections": WIDTH}  # fmt: skip
    channel = Mail(Config.model_validate(options))
    opened = City(store, smtp, SetClock(NOW), options, Deliver(store, Bell(), SetClock(NOW), channel), channel)
    opened.restart()
    yield opened
    await opened.channel.close()
    await smtp.stop()


def actual(**changes: Any) -> Alert:
    return alert(**{"status": Status.ACTUAL, "series": "Actual-river"} | changes)


async def test_everybody_whom_it_concerns_is_told_once(city: City) -> None:
    await city.people(3)
    await city.people(2, Wish(districts=("032010002",)), first=4)
    await city.people(2, Wish(least=4), first=6)
    await city.people(2, Wish(topics=("snow",)), first=8)
    await city.people(2, Wish(topics=("water", "snow"), districts=("032010001",)), first=10)
    await city.issue(actual())
    await city.work()
    assert city.got() == sorted(f"p{n}@example.jp" for n in (1, 2, 3, 10, 11))
    assert await city.states() == [("accepted", "5人に送った")]
    async with city.store.read() as connection:
        entries = (await connection.execute(select(chronology.c.text))).scalars().all()
    assert len(entries) == 1 and "5人に送った" in entries[0] and "@" not in entries[0]


async def test_nobody_to_tell_is_no_failure(city: City) -> None:
    await city.issue(actual())
    await city.work()
    assert await city.states() == [("accepted", "対象の登録者はいない")]


class Mortal:
    """A book that cannot be written any more once its process is dead."""

    def __init__(self, book: ResidentsBook) -> None:
        self._book, self.dead = book, False

    def __getattr__(self, name: str) -> Any:
        if self.dead:
            raise OSError("nobody is there to write it down")
        return getattr(self._book, name)


@sqlite
@pytest.mark.parametrize("at", [1, 30])
@pytest.mark.parametrize("killed", [False, True])
async def test_stopped_in_the_middle_nobody_is_missed_and_only_who_was_on_the_wire_is_told_twice(
    city: City, at: int, killed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fanout, "BATCH", 12)
    await city.people(31)
    await city.issue(actual())
    assert isinstance(city.channel.book, ResidentsBook)
    city.channel.book = book = Mortal(city.channel.book)
    task = asyncio.create_task(city.sender.step())
    mails = 0

    def stop() -> None:
        nonlocal mails
        mails += 1
        if mails == at + 1:
            book.dead = killed
            if not killed:
                task.cancel()

    city.smtp.on_mail = stop
    with nullcontext() if killed else pytest.raises(asyncio.CancelledError):
        await task
    city.smtp.on_mail = lambda: None
    in_doubt = Telling.SENDING if killed else Telling.UNKNOWN
    doubtful = {row.subscriber for row in await rows(city.store) if row.state == in_doubt.value}
    assert 1 <= len(doubtful) <= (2 * WIDTH if killed else WIDTH), "of a batch of twelve"
    city.restart()
    await city.due_again()
    await city.work()
    assert set(city.got()) == {f"p{n}@example.jp" for n in range(1, 32)}
    twice = {address for address in city.got() if city.got().count(address) > 1}
    assert twice <= {f"p{n}@example.jp" for n in doubtful}
    assert all(len(city.smtp.box(f"p{n}@example.jp")) == 1 for n in range(1, 32)), "a double is the same mail"
    assert (await city.states())[0][0] == "accepted"


@sqlite
async def test_an_error_of_our_own_is_one_persons_and_everybody_else_is_told(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    await city.people(9)
    await city.issue(actual())
    tell = city.channel.tell

    async def breaks(delivery: Delivery, person: Person) -> Said | Outcome:
        if person.id == 4:
            raise RuntimeError(f"a fault of ours, met at {person.address}")
        return await tell(delivery, person)

    monkeypatch.setattr(city.channel, "tell", breaks)
    with capture_logs() as logs:
        await city.work()
    assert city.got() == sorted(f"p{n}@example.jp" for n in range(1, 10) if n != 4)
    assert {row.subscriber for row in await rows(city.store) if row.state != Telling.TOLD.value} == {4}
    ((state, reason),) = await city.states()
    assert state == "waiting" and reason == "8人に送った、あとで送り直す人 1、主な理由 内部の誤り：RuntimeError"
    assert "RuntimeError" in repr(logs) and "@" not in repr(logs)
    monkeypatch.undo()
    await city.due_again()
    await city.work()
    assert city.got().count("p4@example.jp") == 1 and (await city.states())[0] == ("accepted", "9人に送った")


@sqlite
async def test_an_error_that_meets_everybody_stops_after_the_first_batch(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fanout, "BATCH", 3)
    await city.people(9)
    await city.issue(actual())

    async def breaks(delivery: Delivery, person: Person) -> Said | Outcome:
        raise RuntimeError

    monkeypatch.setattr(city.channel, "tell", breaks)
    await city.sender.step()
    assert await city.states() == [("unknown", "内部の誤り：RuntimeError")] and len(await rows(city.store)) == 3


async def rows(store: Store) -> Sequence[Any]:
    async with store.read() as connection:
        return (await connection.execute(select(told).order_by(told.c.subscriber))).all()


@sqlite
@pytest.mark.usefixtures("slices")
async def test_a_newer_revision_stops_the_older_and_who_was_told_hears_the_end(city: City) -> None:
    await city.people(20, Wish(least=3))
    await city.issue(actual())
    await city.sender.step()
    first = set(city.got())
    assert 5 <= len(first) <= 7
    await city.issue(actual(revision=2, msg_type="Update", level=1, ends=True))
    await city.work()
    assert await city.states() == [
        ("superseded", "途中で新しい報が出た。残りは送らない"),
        ("accepted", f"{len(first)}人に送った"),
    ]
    assert sorted([*first, *first]) == city.got()
    begun, ended = city.smtp.box(min(first))
    assert ended["In-Reply-To"] == begun["Message-ID"]


@sqlite
@pytest.mark.usefixtures("slices")
async def test_what_is_grave_goes_between_the_slices_of_what_is_not(city: City) -> None:
    await city.people(12)
    await city.issue(actual(level=2))
    await city.sender.step()
    assert 5 <= len(city.smtp.taken) <= 7
    await city.issue(actual(series="Actual-grave", level=5))
    await city.work()
    subjects = [str(city.smtp.boxes[address][name]["Subject"]) for address, name in city.smtp.taken]
    levels = ["レベル5" in subject for subject in subjects]
    begun = levels.index(True)
    assert len(levels) == 24 and begun <= 7 and all(levels[begun : begun + 12])


@sqlite
@pytest.mark.usefixtures("slices")
async def test_what_expires_on_the_way_is_told_to_nobody_else(city: City) -> None:
    await city.people(12)
    await city.issue(actual())
    await city.sender.step()
    city.clock.at = NOW + timedelta(hours=3)
    await city.work()
    assert await city.states() == [("expired", "途中で期限が切れた。残りは送らない")]
    assert len(city.smtp.taken) <= 7


async def test_who_has_no_such_address_is_suspended_and_who_is_greylisted_told_later(city: City) -> None:
    await city.people(4)
    city.smtp.refused = {"p1@example.jp": "550 5.1.1 <p1@example.jp> unknown"}
    city.smtp.refused["p2@example.jp"] = "450 4.2.0 greylisted"
    await city.issue(actual())
    await city.work()
    ((state, reason),) = await city.states()
    assert state == "waiting" and reason.startswith("2人に送った、あとで送り直す人 1、届かない人 1")
    del city.smtp.refused["p2@example.jp"]
    await city.due_again()
    await city.work()
    assert (await city.states())[0] == ("accepted", "3人に送った、届かない人 1、主な理由 550 5.1.1")
    async with city.store.read() as connection:
        assert await subscribers.counts(connection) == {("mail", "confirmed"): 3, ("mail", "suspended"): 1}
    assert "example.jp" not in repr(await rows(city.store)) + repr(await city.states())


@sqlite
async def test_a_mailbox_that_is_never_free_does_not_keep_a_delivery_open(city: City) -> None:
    await city.people(2)
    city.smtp.refused = {"p1@example.jp": "452 4.2.2 full"}
    await city.issue(actual())
    for _ in range(9):
        await city.work()
        await city.due_again()
    assert (await city.states())[0][0] == "accepted"


@sqlite
async def test_a_server_that_is_away_costs_nobody_an_attempt(city: City) -> None:
    await city.people(2)
    await city.issue(actual())
    await city.smtp.stop()
    for _ in range(9):
        await city.work()
        await city.due_again()
    ((state, reason),) = await city.states()
    assert state == "waiting" and "no connection" in reason
    await city.smtp.start()
    await city.work()
    assert len(city.got()) == 2 and (await city.states())[0][0] == "accepted"


@pytest.mark.usefixtures("slices")
async def test_many_being_told_are_no_backlog_and_no_outage_but_a_line_that_goes_down_among_them_is(city: City) -> None:
    async def seen() -> tuple[int, int]:
        async with city.store.read() as connection:
            waits = await ringing.backlog(connection, NOW)
            return sum(one.many for one in waits), len(await outages.stale(connection, NOW + timedelta(minutes=9)))

    await city.people(12)
    await city.issue(actual())
    assert await seen() == (1, 1)
    await city.sender.step()
    assert await seen() == (0, 0)
    await city.smtp.stop()
    city.restart()
    for _ in range(2):
        await city.sender.step()
        await city.due_again()
    assert await seen() == (1, 1)
    await city.smtp.start()
    await city.work()
    async with city.store.read() as connection:
        (row,) = await outages.finished(connection, NOW - timedelta(minutes=1))
    ended = {**row, "finished_at": row["begun_at"] + timedelta(hours=1)}
    assert fate_of({**ended, "created_at": row["begun_at"] - timedelta(minutes=1)}) is Ended.IN_TIME
    assert fate_of({**ended, "created_at": row["begun_at"] - timedelta(minutes=9)}) is Ended.LATE


async def test_who_leaves_is_gone_from_everything_and_told_nothing_more(city: City) -> None:
    await city.people(3)
    await city.issue(actual())
    await city.work()
    async with city.store.write() as connection:
        one = await subscribers.named(connection, "uid-000000000002")
        assert one
        await subscribers.remove(connection, [one.id])
    assert len(await rows(city.store)) == 2
    await city.issue(actual(revision=2, msg_type="Update"))
    await city.work()
    assert city.got().count("p2@example.jp") == 1 and city.got().count("p1@example.jp") == 2


@sqlite
async def test_addresses_under_another_key_are_named_as_such(city: City) -> None:
    await city.people(2)
    city.channel.book = ResidentsBook(city.store, Seal(SecretStr("z" * 40)), ground().areas, "https://city.example")
    await city.issue(actual())
    await city.work()
    ((state, reason),) = await city.states()
    assert state == "rejected" and "鍵が違い" in reason and city.got() == []


async def test_old_tellings_are_forgotten(city: City) -> None:
    await city.people(1)
    await city.issue(actual())
    await city.work()
    async with city.store.write() as connection:
        await tellings.forget(connection, datetime.now(NOW.tzinfo) + timedelta(days=39))
        assert len((await connection.execute(select(told))).all()) == 1
        await tellings.forget(connection, datetime.now(NOW.tzinfo) + timedelta(days=41))
        assert (await connection.execute(select(told))).all() == []


def test_who_is_told_what() -> None:
    def choice(one: Alert, wish: Wish, before: Before = Before()) -> Telling | None:  # noqa: B008 - frozen
        someone = Subscriber(uid="u", channel="mail", lookup="", sealed=b"", state=Membership.CONFIRMED, wish=wish,
                             changed_at=NOW)  # fmt: skip
        return chosen(one, frozenset({"032010001"}), someone, before)

    minor, grave = actual(level=2), actual(level=3)
    over = actual(level=0, ends=True, msg_type="Update")
    heard, kept = Before(first=1, last=1, directly=True), Before(first=1, last=1)
    gathering = Wish(digest=True)
    assert choice(minor, gathering) is Telling.KEPT and choice(grave, gathering) is Telling.TAKEN
    assert choice(over, Wish()) is None, "who heard of no beginning hears of no end"
    assert choice(over, Wish(least=4), heard) is choice(over, gathering, heard) is Telling.TAKEN
    assert choice(over, gathering, kept) is Telling.KEPT
    assert choice(minor, Wish(least=4), heard) is Telling.TAKEN and choice(minor, Wish(least=4)) is None


def test_numbers_in_words_for_the_board() -> None:
    assert told_in_words(Tally(told=48211, kept=3, refused=2, why="550")) == (
        "48,211人に送った、まとめて送る人 3、届かない人 2、主な理由 550"
    )
    assert told_in_words(Tally(told=1, whole=False)) == "1人に送った、続いている"


def test_a_person_does_not_show() -> None:
    one = Person(id=7, uid="u", language="ja", address="taro@example.jp")
    said = [(one, Said(fate=Fate.TOLD))]
    assert "taro" not in f"{one} {said!r}" and "taro" in replace(one).address


async def test_the_pace_is_kept_by_those_who_are_told_and_by_nobody_else() -> None:
    """Twenty connections that each wait for a turn to find that one person was all held up the receipt by 0.2 s."""

    class Counted(fanout.Pace):
        turns = 0

        async def turn(self) -> None:
            self.turns += 1

    class Everybody:
        async def tell(self, _delivery: Delivery, _person: Person) -> Said:
            return Said(fate=Fate.TOLD)

    async def unminded(_remote_id: str) -> None:
        pass

    pace, one = Counted(1), actual()
    delivery = Delivery(
        id="d", key="k", series=one.series, revision=1, channel="mail", payload=payload(), status=one.status,
        attempts=1, after_unknown=False, first_tried_at=NOW, expires=one.expires,
    )  # fmt: skip
    crew = fanout.Crew(width=20, pace=pace)
    outcome = await fanout.fan_out(Everybody(), MemoryBook([person(1), person(2)]), crew, delivery, unminded)
    assert (outcome.verdict, pace.turns) == (Verdict.ACCEPTED, 2)
