"""From positions to paid hours, through the loop and the store: the edge cases of a night."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random

import pytest

from feeds.status import Status
from geo.plow.coverage import coverage
from geo.plow.ledger.book import Book, Machine
from geo.plow.ledger.contract import Band, Contract
from geo.plow.spells import Doing
from rules.orders.decision import Kind
from rules.orders.life import Act, Event, How, Order
from services.ledger.account import Account, account
from services.store import orders, plowed
from services.store.engine import Store
from tests.geo.plow.streets import network
from tests.services.test_plow import BEGAN, LATER, Desk, driven, roads

pytestmark = pytest.mark.one_engine
MIDNIGHT_S = 2800.0  # after the beginning of the made tracks it is midnight in Japan
FIRST, SECOND = date(2026, 1, 14), date(2026, 1, 15)
STREET = network(
    {"city": ((0, 0), (300, 0)), "pref": ((300, 0), (600, 0))},
    city={"administrator": "city", "section": "s1"},
    pref={"administrator": "prefecture"},
)
BANDS = (
    Band(name="night", title="夜間", begins=time(22), ends=time(5)),
    Band(name="day", title="昼間", begins=time(5), ends=time(22)),
)
FIRM = Contract(
    contractor="firm", name="試験", since=date(2026, 1, 1), until=date(2026, 1, 31), bands=BANDS,
    holidays=frozenset({SECOND}), rates={"truck": {"night": 3600, "day": 1800}},
)  # fmt: skip
BOOK = Book([Machine(id=name, contractor="firm", rate="truck") for name in ("p7", "p8")], [FIRM])


async def paid(store: Store, status: Status = Status.ACTUAL) -> Account:
    async with store.read() as connection:
        return await account(connection, BOOK, status, (FIRST, SECOND))


async def test_work_over_midnight_on_two_owners_roads_is_cut_to_the_second(store: Store) -> None:
    desk = Desk(store, roads(STREET))
    await desk.hear(driven((0, 0), (600, 0), start=MIDNIGHT_S - 30))
    found = await paid(store)
    assert [(one.item.day, one.item.band, one.gps) for one in found.items] == [
        (FIRST, "night", 30),
        (SECOND, "night", 24),
    ]
    times = found.machines[0].times
    assert sum(one.seconds for one in times.values()) == 108, "all of it, the prefecture's 54 too"
    assert {key.administrator for key in times} == {"city", "prefecture"}


async def test_work_outside_every_order_is_shown_apart(store: Store) -> None:
    desk = Desk(store, roads(STREET))
    await desk.hear(driven((0, 0), (300, 0)))
    given = Order(id=0, status=Status.ACTUAL, section="s1", section_name="一", kind=Kind.PLOW, rule="")
    async with store.write() as connection:
        at = BEGAN + timedelta(seconds=30)
        await orders.begin(connection, given, Event(act=Act.ORDER, at=at, how=How.DESK, who="佐藤"))
    found = await paid(store)
    assert list(found.gps().values()) == [54] and list(found.outside.values()) == [30], "shown, and not taken away"
    async with store.write() as connection:  # done after ten seconds more, and talked about the next morning
        (order,) = await orders.still_open(connection)
        for act, after in ((Act.FINISH, 40), (Act.NOTE, 36_000)):
            event = Event(act=act, at=BEGAN + timedelta(seconds=after), how=How.DESK, who="佐藤", text="電話")
            order = await orders.act(connection, order, event)
    assert list((await paid(store)).outside.values()) == [44], "a note does not order anything"


async def test_an_order_that_was_open_for_a_week_still_orders_the_work_and_a_day_without_one_is_told(
    store: Store,
) -> None:
    desk = Desk(store, roads(STREET))
    await desk.hear(driven((0, 0), (300, 0)))
    assert (await paid(store)).not_ordered(next(iter((await paid(store)).gps()))) is None, "no orders are kept"
    given = Order(id=0, status=Status.ACTUAL, section="s1", section_name="一", kind=Kind.HAULING, rule="")
    long_ago = BEGAN - timedelta(days=9)
    async with store.write() as connection:
        await orders.begin(connection, given, Event(act=Act.ORDER, at=long_ago, how=How.DESK, who="佐藤"))
    found = await paid(store)
    (item,) = found.gps()
    assert found.not_ordered(item) == 0
    async with store.write() as connection:
        (order,) = await orders.still_open(connection)
        ended = Event(act=Act.FINISH, at=BEGAN - timedelta(days=5), how=How.DESK, who="佐藤")
        await orders.act(connection, order, ended)
    assert (await paid(store)).not_ordered(item) == 54, "nothing was ordered on those days"


@pytest.mark.parametrize(("how", "outside"), [(How.PASSES, []), (How.DESK, [24])])
async def test_the_last_streets_of_a_round_that_positions_called_done_are_ordered_work(
    store: Store, how: How, outside: list[int]
) -> None:
    desk = Desk(store, roads(STREET))
    await desk.hear(driven((0, 0), (300, 0)))
    given = Order(id=0, status=Status.ACTUAL, section="s1", section_name="一", kind=Kind.PLOW, rule="")
    async with store.write() as connection:
        order = await orders.begin(connection, given, Event(act=Act.ORDER, at=BEGAN, how=How.DESK, who="佐藤"))
        for act, second in ((Act.START, 5), (Act.FINISH, 30)):
            at = BEGAN + timedelta(seconds=second)
            order = await orders.act(connection, order, Event(act=act, at=at, how=how, who="佐藤"))
    assert list((await paid(store)).outside.values()) == outside


async def test_a_phone_that_sends_two_hours_at_once_is_paid_once(store: Store) -> None:
    there_and_back = ((0, 0), (300, 0), (0, 0))
    fixes = [one for hour in range(3) for one in driven(*there_and_back, start=3600.0 * hour)]
    desk, late = Desk(store, roads(STREET)), LATER + timedelta(hours=3)
    await desk.hear([*fixes[:10], *fixes[-10:]], late)
    before = (await paid(store)).gps()
    rest = [*fixes, *fixes[5:30]]
    Random(3).shuffle(rest)
    for begin in range(0, len(rest), 9):
        await desk.hear(rest[begin : begin + 9], late)
    after = await paid(store)
    assert sum(after.gps().values()) == 3 * 108 > sum(before.values())
    assert after.machines[0].unseen_s == 3600 - 108, "within a day; the hour over midnight is of none"


async def test_two_machines_in_tandem_are_one_pass_of_the_street_and_two_reports(store: Store) -> None:
    desk = Desk(store, roads(STREET))
    await desk.hear([*driven((0, 0), (300, 0)), *driven((0, 0), (300, 0), start=40.0, vehicle="p8")])
    async with store.read() as connection:
        over = await plowed.passes_over(connection, Status.ACTUAL, ["city"], BEGAN)
    told = coverage(over.values())["city"]
    assert (told.share, told.times, told.reports) == (1.0, 1, 2)
    assert {one.item.machine: one.gps for one in (await paid(store)).items} == {"p7": 54, "p8": 54}


async def test_waiting_at_a_shop_is_no_work_and_a_drill_is_nobodys_hours(store: Store) -> None:
    desk = Desk(store, roads(STREET))
    way = driven((0, 0), (150, 0))
    wait = [replace(way[-1], measured_at=way[-1].measured_at + timedelta(seconds=20 * n)) for n in range(1, 121)]
    await desk.hear([*way, *wait, *driven((0, 0), (300, 0), status=Status.EXERCISE)])
    times = (await paid(store)).machines[0].times
    seconds = {doing: sum(s.seconds for key, s in times.items() if key.doing is doing) for doing in Doing}
    assert seconds[Doing.STANDBY] == 2400 and seconds[Doing.WORK] == 27
    assert [one.gps for one in (await paid(store)).items] == [27], "this contract has no rate for standing"
    assert [one.gps for one in (await paid(store, Status.EXERCISE)).items] == [54]


async def test_de_icer_is_told_by_pass_and_by_day(store: Store) -> None:
    desk = Desk(store, roads(STREET))
    spreader = driven((0, 0), (300, 0), activity="deice", spread_g_m2=20.0, spread_width_m=5.0)
    await desk.hear(spreader)
    (row,) = await desk.passes()
    assert 29 < row[-1] < 31, "twenty grams on five metres over three hundred"
    (one,) = (await paid(store)).machines
    assert sum(spent.deicer_kg or 0 for spent in one.times.values()) == pytest.approx(row[-1], abs=0.01)
    assert datetime(2026, 1, 14, 14, 13, 20, tzinfo=UTC) == BEGAN
