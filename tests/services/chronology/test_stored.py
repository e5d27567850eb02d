"""What is kept of the headquarters, on both engines: lines as they happened, matters, handovers, screens."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from feeds.status import Status
from rules.chronology.line import Sieve
from rules.chronology.matter import Act, Content, Priority, State
from services.chronology.desk import Deed, Fresh, do, enter
from services.chronology.reading import every, page_of
from services.clock import wall
from services.handover.desk import Wish, hand_over, take_over
from services.store import chronology, chronology_read, displays, handovers, matters
from services.store.chronology import Entry
from services.store.chronology_read import Span
from services.store.engine import Store
from tests.services.making import NOW

SAID = Content(happened=NOW - timedelta(minutes=90), words="毛布", state=State.OPEN, priority=Priority.HIGH)


async def test_lines_stand_where_they_happened_and_no_question_reads_without_end(store: Store) -> None:
    lines = [
        Entry(at=NOW - timedelta(minutes=n), status=Status.ACTUAL, kind="hazard", who="m", text=f"{n}")
        for n in range(60)
    ]
    async with store.write() as connection:
        await chronology.append(connection, lines)
    await enter(store, Fresh(status=Status.ACTUAL, who="suzuki", content=SAID), NOW)
    async with store.read() as connection:
        oldest = await chronology_read.slice_of(connection, Span(newest_first=False), most=1)
        assert oldest[0].kind == "matter" and oldest[0].entered == NOW, "it happened first, and was entered last"
        first = await page_of(connection, Span(), Sieve(words=("毛布",)), None, 5, most=30)
        assert not first.lines and first.following and first.looked_to, "it says how far it looked"
        more = await page_of(connection, Span(), Sieve(words=("毛布",)), first.following, 5, most=100)
        assert [one.who for one in more.lines] == ["suzuki"] and more.following is None
        since = Span(since=NOW - timedelta(minutes=10), until=NOW)
        assert len((await page_of(connection, since, Sieve(), None, 100)).lines) == 10
        upto = (await chronology_read.last(connection))[0]
    assert len([one async for one in every(store, Span(), Sieve(), upto, 1000)]) == 61
    assert len([one async for one in every(store, Span(), Sieve(), upto - 1, 1000)]) == 60
    assert len([one async for one in every(store, Span(), Sieve(), upto, 7)]) == 7


async def test_matters_handovers_and_screens(store: Store) -> None:
    fresh = Fresh(status=Status.EXERCISE, who="suzuki", content=SAID, once="a-token-of-one-form")
    one = await enter(store, fresh, NOW)
    assert (await enter(store, fresh, NOW)).id == one.id, "pressed twice"
    async with store.read() as connection:
        assert [found.id for found in await matters.waiting(connection, Status.EXERCISE)] == [one.id]
        assert await matters.waiting(connection, Status.ACTUAL) == []
    done = replace(SAID, words="届けた", state=State.DONE)
    deed = Deed(matter=one.id, seen=1, act=Act.FOLLOW, who="sato", content=done)
    after = await do(store, deed, NOW + timedelta(minutes=5))
    wish = Wish(status=Status.EXERCISE, city="盛岡市", who="suzuki", words="よろしく")
    first = await hand_over(store, wish, NOW + timedelta(minutes=6))
    second = await hand_over(store, wish, NOW + timedelta(hours=8))
    assert (first.document.number, second.document.number) == (1, 2) and second.document.since == first.made_at
    assert (await take_over(store, Status.EXERCISE, 2, "sato", NOW + timedelta(hours=8))).taken_by == "sato"
    now = wall()
    async with store.write() as connection:
        number = await displays.add(connection, "本部室", "hash", "suzuki", now)
        assert await displays.revoke(connection, number, now) == "本部室"
        assert await displays.revoke(connection, number, now) is None
        assert await displays.everyone(connection, now) == []
    async with store.read() as connection:
        assert await matters.count_waiting(connection, Status.EXERCISE) == {}
        assert await matters.find(connection, one.id) == after
        assert await handovers.find(connection, Status.EXERCISE, 1) == first
        assert await chronology.first_broken(connection) is None
