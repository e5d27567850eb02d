"""The tables of watching over people, on both engines."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from feeds.status import Status
from rules.watch.alarm import Answer, Reply, What
from services.store import watch_alarms, watch_log, watch_sends, watch_signals, watch_wards
from services.store.engine import Store
from services.store.tables_watch import looks
from services.store.watch_alarms import NewAlarm
from services.store.watch_log import Look
from services.store.watch_sends import LEASE, Message, SendKind, SendState
from tests.services.making import NOW

LATER = NOW + timedelta(minutes=1)
NEW = NewAlarm(
    key="w-1/Actual/help",
    ward="w-1",
    what=What.BUTTON,
    status=Status.ACTUAL,
    since=NOW,
    level=0,
    sealed=b"\x00\xff",
)


def message(alarm: int, supporter: int = 1, **changes: object) -> Message:
    told = {"alarm": alarm, "kind": SendKind.ASK, "step": 0, "supporter": supporter, "ward": "w-1", "due_at": NOW}
    return Message(**{**told, "status": Status.ACTUAL, **changes})  # type: ignore[arg-type]


async def test_a_ward_is_written_over_what_was_seen_alone_and_devices_follow(store: Store) -> None:
    async with store.write() as connection:
        assert await watch_wards.put(connection, "w-1", b"\x00one", 0, NOW)
        assert not await watch_wards.put(connection, "w-1", b"two", 0, NOW), "it is there"
        assert await watch_wards.put(connection, "w-1", b"two", 1, LATER)
        assert not await watch_wards.put(connection, "w-1", b"three", 1, LATER), "somebody was first"
        await watch_wards.bind(connection, "w-1", {("g", "a"), ("g", "b")})
        await watch_wards.heard(connection, "g", "a", LATER, 40.0)
        await watch_wards.heard(connection, "g", "a", NOW, 90.0)
        await watch_wards.bind(connection, "w-1", {("g", "a"), ("g", "c")})
        for _ in range(2):
            await watch_wards.drop(connection, "2026-11-20", "g", "no_consent")
        await watch_wards.grant(connection, "sato", "admin", NOW, NOW)
        await watch_wards.grant(connection, "sato", "admin", LATER, NOW)
    async with store.read() as connection:
        kept = await watch_wards.find(connection, "w-1")
        assert kept and (kept.version, bytes(kept.sealed)) == (2, b"two")
        assert await watch_wards.versions(connection) == {"w-1": 2}
        devices = {one.device: (one.seen_at, one.battery) for one in await watch_wards.of_ward(connection, "w-1")}
        assert devices == {"a": (LATER, 40.0), "c": (None, None)}
        assert await watch_wards.dropped_since(connection, "2026-11-20") == [("g", "no_consent", 2)]
        assert await watch_wards.granted(connection, NOW) == {"sato": LATER}
        assert await watch_wards.granted(connection, LATER) == {}


async def test_signals_are_kept_once_and_alarms_open_once(store: Store) -> None:
    async with store.write() as connection:
        assert await watch_signals.add(connection, "k", "w-1", NOW, NOW, b"\x00")
        assert not await watch_signals.add(connection, "k", "w-1", LATER, LATER, b"x")
        first = await watch_alarms.begin(connection, NEW, NOW)
        assert first and first.sealed == b"\x00\xff" and await watch_alarms.begin(connection, NEW, NOW) is None
        assert await watch_alarms.step_on(connection, first, LATER)
        assert not await watch_alarms.step_on(connection, first, LATER), "two at once begin one step"
        await watch_alarms.reply(connection, first.id, Reply(supporter=1, answer=Answer.GOING, at=NOW))
        assert await watch_alarms.close(connection, [first.id], "done", LATER) == 1
        assert await watch_alarms.close(connection, [first.id], "over", LATER) == 0
        assert await watch_alarms.begin(connection, NEW, LATER), "after it was closed another may begin"
        assert await watch_alarms.ever(connection, [NEW.key, "x"]) == {NEW.key}
        gone = await watch_wards.erase(connection, "w-1")
    assert (gone["signals"], gone["alarms"], gone["replies"]) == (1, 2, 1)


async def test_a_message_is_claimed_once_and_what_was_cut_off_is_unknown(store: Store) -> None:
    async with store.write() as connection:
        alarm = await watch_alarms.begin(connection, NEW, NOW)
        assert alarm
        drill = message(alarm.id, 2, status=Status.EXERCISE)
        later = message(alarm.id, 3, kind=SendKind.NOTICE, due_at=LATER)
        await watch_sends.add(connection, [drill, message(alarm.id), later])
        await watch_sends.add(connection, [message(alarm.id)])  # the same again changes nothing
    async with store.hold() as connection:
        [one] = await watch_sends.claim(connection, NOW, 1)
        assert one.supporter == 1, "what is real goes first"
        [two] = await watch_sends.claim(connection, NOW, 9)
        assert two.supporter == 2 and await watch_sends.claim(connection, NOW, 9) == []
        await watch_sends.link(connection, one.id, "token", LATER)
        await watch_sends.finish(connection, [one.id], SendState.SENT.value, "json", NOW)
    async with store.read() as connection:
        assert await watch_sends.linked(connection, "token", NOW)
        assert not await watch_sends.linked(connection, "token", LATER)
        assert not await watch_sends.linked(connection, "other", NOW)
        assert not await watch_sends.needs_work(connection, NOW) and await watch_sends.needs_work(connection, LATER)
    async with store.write() as connection:
        await watch_alarms.close(connection, [alarm.id], "done", LATER)
        await watch_sends.add(connection, [message(alarm.id, 4)])
    async with store.hold() as connection:
        left = await watch_sends.claim(connection, NOW + LEASE, 9)
    assert [one.supporter for one in left] == [3]
    async with store.read() as connection:
        states = {one.supporter: one.state for one in (await watch_sends.of_alarms(connection, [alarm.id]))[alarm.id]}
    assert states[2] is SendState.UNKNOWN and states[4] is SendState.DROPPED


async def test_the_log_shows_what_was_changed_and_still_lets_a_reason_go(store: Store) -> None:
    entries = [Look(at=NOW, who="sato", ward=f"w-{n % 2}", what="page", why="氏名") for n in range(4)]
    async with store.write() as connection:
        await watch_log.append(connection, entries[:2])
        await watch_log.append(connection, entries[2:])
        assert await watch_log.blank(connection, "w-1") == 2
    async with store.read() as connection:
        assert await watch_log.broken(connection) is None
        assert [one.why for one in await watch_log.of_ward(connection, "w-1")] == ["", ""]
    async with store.write() as connection:
        await connection.execute(looks.update().where(looks.c.seq == 3).values(who="suzuki"))
    async with store.read() as connection:
        assert await watch_log.broken(connection) == 3
        seqs = list(await connection.scalars(select(looks.c.seq).order_by(looks.c.seq)))
    async with store.write() as connection:
        await connection.execute(looks.delete().where(looks.c.seq == seqs[1]))
    async with store.read() as connection:
        assert await watch_log.broken(connection) == 3, "a row that was taken out of the middle is missed"
