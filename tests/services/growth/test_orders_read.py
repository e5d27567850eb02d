"""The loop of orders reads what plows did since its last look, writes what came to something else, and no more."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import select

from feeds.status import Status
from geo.plow.passes import Pass
from rules.orders.decision import Kind
from rules.orders.life import Act, Event, How, Order, State
from services.orders.roadwork import Roadwork
from services.store import decided, plowed
from services.store.engine import Store
from services.store.plowed import Vehicle
from services.store.tables_plow import passes
from tests.rules.orders.nights import rising
from tests.services.between import statements
from tests.services.orders.night import MIDNIGHT, Night, roads
from tests.services.orders.test_orders_loop import ordered

pytestmark = pytest.mark.one_engine
MINUTE = timedelta(minutes=1)
P7 = Vehicle(Status.ACTUAL, "gw1", "p7")


def order(number: int, kind: Kind = Kind.PLOW) -> Order:
    given = Event(act=Act.ORDER, at=MIDNIGHT, how=How.DESK, who="suzuki")
    return Order(
        id=number, status=Status.ACTUAL, section="sw", section_name="", kind=kind, rule="r", state=State.ORDERED,
        events=(given,),
    )  # fmt: skip


def by_chance(random: Random, segment: str, look: int) -> Pass:
    low, high = sorted(random.sample(range(0, 201, 20), 2))
    began = MIDNIGHT.timestamp() + 60 * random.randint(-20, 10 * look)
    what = {"from_m": low, "to_m": high, "length_m": 200.0, "direction": 1, "fixes": 3, "off_m": 2.0}
    return Pass(began=began, ended=began + 30, segment=segment, activity=random.choice(["", "plow", "deice"]), **what)  # type: ignore[arg-type]


async def test_what_is_counted_look_by_look_is_what_all_passes_come_to(store: Store) -> None:
    """Passes come, change and go, orders are given and end; a loop that begins anew comes to the same."""
    random, kept = Random(11), Roadwork(roads())
    told = list[int]()
    for look in range(1, 9):
        changed = random.sample("abc", random.randint(0, 2))
        async with store.write() as connection:
            rows = await connection.execute(select(passes.c.id).where(passes.c.segment.in_(changed)))
            gone = [one for one in rows.scalars() if random.random() < 0.2]
            new = [(P7, by_chance(random, segment, look)) for segment in changed for _ in range(random.randint(1, 4))]
            await plowed.replace(connection, gone, new)
            await plowed.cover(connection, Status.ACTUAL, changed, {})
        given = [order(1), order(2, Kind.DEICING), order(3)][: 1 if look == 1 else 3]
        now, fresh = MIDNIGHT + 10 * look * MINUTE, Roadwork(roads())
        async with store.read() as connection:
            news = await kept.read(connection, Status.ACTUAL, given)
            whole = await fresh.read(connection, Status.ACTUAL, given)
        if look > 2:
            assert {segment for one in news.orders for segment in one.segments} == set(changed)
        acts = kept.acts(Status.ACTUAL, news, now)
        assert acts == fresh.acts(Status.ACTUAL, whole, now)
        told.append(sum(len(events) for _, events in acts.values()))
    assert told[0] < told[-1], "something came of it in the end"


async def test_a_step_that_fails_between_reading_and_counting_forgets_nothing(store: Store) -> None:
    night = Night(store)
    kept, mine = Roadwork(roads()), [order(1)]
    async with store.read() as connection:
        kept.acts(Status.ACTUAL, await kept.read(connection, Status.ACTUAL, mine), MIDNIGHT)
    await night.plows(MIDNIGHT + MINUTE, "a", "b", "c")
    async with store.read() as connection:
        await kept.read(connection, Status.ACTUAL, mine)  # and nothing comes of it
        news = await kept.read(connection, Status.ACTUAL, mine)
    ((_, acts),) = kept.acts(Status.ACTUAL, news, MIDNIGHT + 5 * MINUTE).values()
    assert [one.act for one in acts] == [Act.START, Act.FINISH]


async def test_a_look_that_comes_to_the_same_reads_no_pass_and_writes_no_decision(store: Store) -> None:
    night = Night(store)
    await ordered(night)
    await night.plows(MIDNIGHT + 6 * MINUTE, "a")
    await night.look(MIDNIGHT + 9 * MINUTE)
    with statements(store) as asked:
        await night.look(MIDNIGHT + 10 * MINUTE)
    assert not [one for one in asked if "FROM passes" in one or "INTO looks" in one or "DELETE FROM looks" in one]
    async with store.read() as connection:
        seen = await decided.last_look(connection, Status.ACTUAL)
        assert await decided.last_look_at(connection, Status.ACTUAL, "sw") == seen["sw"]
    assert {one.picture.at for one in seen.values()} == {MIDNIGHT + 10 * MINUTE}, "they were looked at"
    await night.snows([*rising(10, 5)[1:], 14.0], MIDNIGHT + 20 * MINUTE)
    with statements(store) as asked:
        await night.look()
    assert [one for one in asked if "INTO looks" in one]


async def test_where_somebody_else_has_looked_since_all_is_written(store: Store) -> None:
    night = Night(store)
    await night.snows(rising(8, 5), MIDNIGHT)
    await night.look()
    async with store.read() as connection:
        before = await decided.last_look(connection, Status.ACTUAL)
    await night.snows(rising(9, 5), MIDNIGHT + MINUTE)
    await night.look()
    async with store.write() as connection:
        await decided.look(connection, Status.ACTUAL, [*before.values()], before)
    async with store.read() as connection:
        assert await decided.last_look(connection, Status.ACTUAL) == before
    async with store.write() as connection:
        await decided.look(connection, Status.ACTUAL, [], before)
    async with store.read() as connection:
        assert await decided.last_look(connection, Status.ACTUAL) == {}
