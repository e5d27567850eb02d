"""What rings at the snow desk, and when: pure, by the orders as they stand."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from feeds.status import Status
from rules.orders.decision import Kind
from rules.orders.life import Act, Event, How, Order, apply
from services.callout.snow import order_occasions
from services.configuration.plow import Plow
from tests.services.orders.night import MIDNIGHT

PLOW = Plow(answer_minutes=15, late_minutes=60)
NEW = Order(id=0, status=Status.ACTUAL, section="sw", section_name="南西工区", kind=Kind.PLOW, rule="all-roads")
MINUTE = timedelta(minutes=1)


def proposed(number: int = 1, **changes: object) -> Order:
    event = Event(act=Act.PROPOSE, at=MIDNIGHT, how=How.HUB, who="orders")
    order = replace(NEW, id=number, finish_by=MIDNIGHT + timedelta(hours=7), **changes)  # type: ignore[arg-type]
    return apply(order, event)


def given(order: Order, minutes: float = 5) -> Order:
    return apply(order, Event(act=Act.ORDER, at=MIDNIGHT + minutes * MINUTE, how=How.DESK, who="suzuki"))


def rings(*orders: Order, minutes: float) -> list[str]:
    return [one.key for one in order_occasions(orders, PLOW, MIDNIGHT + minutes * MINUTE)]


def test_proposals_of_a_storm_ring_once_and_a_drill_by_itself() -> None:
    many = [proposed(number, section=f"s{number}") for number in range(1, 100)]
    drill = proposed(100, status=Status.EXERCISE)
    assert rings(*many, drill, minutes=14) == []
    assert rings(*many, drill, minutes=15) == ["order:Actual:proposed", "order:Exercise:proposed"]
    paths = [one.path for one in order_occasions([proposed(), given(drill)], PLOW, MIDNIGHT + 20 * MINUTE)]
    assert paths == ["/ops/snow", "/ops/snow?status=Exercise"], "a drill's link never opens the real desk"
    (one,) = order_occasions(many, PLOW, MIDNIGHT + 15 * MINUTE)
    assert "99件の提案" in one.subject and len(one.detail) < 400


def test_an_order_rings_until_it_is_acknowledged_and_again_when_nobody_says_it_is_done() -> None:
    order = given(proposed())
    assert rings(order, minutes=19) == []
    assert rings(order, minutes=20) == ["order:1:unanswered"]
    answered = apply(order, Event(act=Act.ACKNOWLEDGE, at=MIDNIGHT + 21 * MINUTE, how=How.LINK, who="北建設"))
    assert rings(answered, minutes=22) == []
    assert rings(answered, minutes=8 * 60) == ["order:1:late"]
    done = apply(answered, Event(act=Act.FINISH, at=MIDNIGHT + 300 * MINUTE, how=How.LINK, who="北建設"))
    assert rings(done, minutes=8 * 60) == []
