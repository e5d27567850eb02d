"""What is kept of dumps: the last word of each kind outlives everything, and counts are not read for every asker."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import event

from feeds.status import Status
from rules.dumps.life import Act, Event, State
from services.dumps.announced import Announced
from services.store import dumps
from services.store.engine import Store
from tests.services.between import statements
from tests.services.dumps.test_dumps import NOON, known

LONG_AGO = NOON - timedelta(days=1000)


async def test_the_last_word_of_each_kind_is_told_however_old_it_is(store: Store) -> None:
    acts = (Act.OPEN, Act.MEASURE, Act.FULL, Act.MEASURE, Act.CLOSE, Act.OPEN)
    async with store.write() as connection:
        for seen, act in enumerate(acts):
            volume = 100.0 * seen if act is Act.MEASURE else None
            one = Event(act=act, at=LONG_AGO + timedelta(days=seen), who="sato", volume_m3=volume)
            assert await dumps.add(connection, Status.ACTUAL, "d1", one, seen)
        assert not await dumps.add(connection, Status.ACTUAL, "d1", one, 0), "somebody was quicker"
        assert await dumps.add(connection, Status.EXERCISE, "d1", one, 0), "a drill's are a drill's"
    async with store.read() as connection:
        told = (await dumps.told(connection, Status.ACTUAL, NOON))["d1"]
        assert [one.act for one in told.events] == [Act.FULL, Act.MEASURE, Act.CLOSE, Act.OPEN]
        assert (told.seen, told.state, told.measured[0].volume_m3) == (6, State.OPEN, 300.0)
        whole = (await dumps.told(connection, Status.ACTUAL, LONG_AGO))["d1"]
        assert len(whole.events) == 6 and whole.since == LONG_AGO + timedelta(days=5)
        assert [one.act for one in await dumps.recorded(connection, Status.ACTUAL, "d1", 2)] == [Act.OPEN, Act.CLOSE]


async def test_visits_are_read_once_for_all_who_ask_at_a_time(store: Store) -> None:
    read: list[str] = []
    mine = known()
    async with store.read() as connection:
        event.listen(connection.sync_connection, "before_cursor_execute", lambda *told: read.append(told[2]))
        await mine.look(connection, Status.ACTUAL, NOON)
        first = sum("FROM spells" in one for one in read)
        for second in range(1, 20):
            await mine.look(connection, Status.ACTUAL, NOON + timedelta(seconds=second))
        assert sum("FROM spells" in one for one in read) == first > 100
        await mine.look(connection, Status.ACTUAL, NOON + timedelta(seconds=40))
        assert sum("FROM spells" in one for one in read) == first + 1, "the days that are over are known"


async def test_what_is_announced_of_dumps_is_read_again_when_somebody_says_something(store: Store) -> None:
    """The models ask several times a second, and a winter has thousands of acts."""
    kept = Announced(known().sites)
    for seen, act in enumerate((Act.OPEN, Act.FULL, Act.NOTE, Act.OPEN)):
        async with store.write() as connection:
            said = Event(act=act, at=NOON + timedelta(minutes=seen), who="sato", text="混雑")
            assert await dumps.add(connection, Status.ACTUAL, "d1", said, seen)
        async with store.read() as connection:
            found = await kept.dumps(connection, Status.ACTUAL, NOON)
            assert found == await Announced(known().sites).dumps(connection, Status.ACTUAL, NOON)
            with statements(store) as asked:
                assert await kept.dumps(connection, Status.ACTUAL, NOON) == found
            assert len(asked) == 1, "what the last act is"
    assert found[0].reopened and found[0].state == "open"
