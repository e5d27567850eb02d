"""Orders in the store, on both engines: what the row tells is what the events come to."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from feeds.status import Status
from rules.orders.decide import decide
from rules.orders.decision import Expected, Kind
from rules.orders.life import Act, ActError, Event, How, Order, State, apply
from services.store import decided, order_links, orders
from services.store.engine import Store
from tests.rules.orders.nights import PRESETS, picture, rising
from tests.services.orders.night import MIDNIGHT

NEW = Order(
    id=0, status=Status.ACTUAL, section="sw", section_name="南西", kind=Kind.PLOW, rule="all-roads", classes=(1, 2)
)


def event(act: Act, how: How = How.DESK, minutes: float = 0, **more: object) -> Event:
    return Event(act=act, at=MIDNIGHT + timedelta(minutes=minutes), how=how, who="suzuki", **more)  # type: ignore[arg-type]


async def test_an_order_is_what_its_events_come_to_and_only_one_of_a_key_is_open(store: Store) -> None:
    acts = [
        event(Act.PROPOSE, How.HUB, facts={"have_cm": 10.5}),
        event(Act.ORDER, minutes=1, text="北建設へ"),
        event(Act.ACKNOWLEDGE, How.LINK, 5, vehicles=3),
        event(Act.START, How.PASSES, 30, happened_at=MIDNIGHT + timedelta(minutes=20)),
        event(Act.FINISH, How.PASSES, 90),
        event(Act.NOTE, minutes=95, text="間口に苦情"),
    ]
    async with store.write() as connection:
        order = await orders.begin(connection, NEW, acts[0])
        for one in acts[1:]:
            order = await orders.act(connection, order, one)
    async with store.read() as connection:
        read = await orders.find(connection, order.id)
    folded = replace(NEW, id=order.id)
    for one in acts:
        folded = apply(folded, one)
    assert read == order == folded and read.state is State.FINISHED and read.vehicles == 3
    async with store.write() as connection:
        again = await orders.begin(connection, NEW, event(Act.PROPOSE, How.HUB, 100))
        assert again.id != order.id  # the first is over
        with pytest.raises(ActError):
            await orders.act(connection, again, event(Act.FINISH))
    async with store.read() as connection:
        assert [one.id for one in await orders.since(connection, MIDNIGHT, most=1)] == [again.id]  # the open one
        assert [one.id for one in await orders.since(connection, MIDNIGHT)] == [again.id, order.id]
        given = await orders.since(connection, MIDNIGHT, only=(Act.ORDER,))
        assert {act.act for one in given for act in one.events} == {Act.ORDER}, "of these acts alone"
        assert [one.state for one in given] == [one.state for one in await orders.since(connection, MIDNIGHT)]
    with pytest.raises(IntegrityError):
        async with store.write() as connection:
            await orders.begin(connection, NEW, event(Act.PROPOSE, How.HUB, 100))


async def test_decisions_come_back_as_they_were_and_links_run_out(store: Store) -> None:
    made = decide(picture(rising(12, 6), MIDNIGHT), PRESETS["morioka"])
    foreseen = Expected(cm=8, at=MIDNIGHT, until=MIDNIGHT + timedelta(hours=7), source="気象台")
    async with store.write() as connection:
        await decided.look(connection, Status.ACTUAL, [made], {})
        await decided.keep(connection, [made])
        await decided.expect(connection, Status.ACTUAL, "", foreseen, "suzuki")
        order = await orders.begin(connection, NEW, event(Act.ORDER))
        for token in ("first", "second"):
            await order_links.add(connection, order.id, token, foreseen.until, "suzuki", MIDNIGHT)
    async with store.read() as connection:
        assert await decided.last_look(connection, Status.ACTUAL) == {"sw": made}
        assert await decided.recorded(connection, Status.ACTUAL, "sw", 10) == [made]
        assert await decided.last_look(connection, Status.EXERCISE) == {}
        assert await decided.expected(connection, Status.ACTUAL, MIDNIGHT) == {"": foreseen}
        assert await decided.expected(connection, Status.ACTUAL, foreseen.until) == {}
        answers = [await order_links.order_of(connection, token, MIDNIGHT) for token in ("first", "second", "third")]
        assert answers == [None, order.id, None]
        assert await order_links.order_of(connection, "second", foreseen.until) is None
