"""Orders that people gave: one operation for all sections at work, told as over when all of them are."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from feeds.status import Status
from geo.model import Ground, Inputs
from geo.models.plow_orders import PlowOrders
from geo.plow.announced import Ordered
from tests.geo.models.worlds import noon_in_winter

WORLD = noon_in_winter()
NOW, GROUND = WORLD.inputs.now, WORLD.ground
HOUR = timedelta(hours=1)
ONE = Ordered(number=1, section="sw", name="南西工区", given_at=NOW - 6 * HOUR, finish_by=NOW + HOUR)
TWO = replace(ONE, number=2, section="se", name="南東工区", given_at=NOW - 5 * HOUR)


def told(*orders: Ordered, ground: Ground = GROUND) -> set[tuple[str, str]]:
    found = PlowOrders().run(Inputs(now=NOW, status=Status.EXERCISE, ordered=orders), ground)
    assert {one.status for one in found} <= {Status.EXERCISE}
    return {(one.kind.removeprefix("plow_"), one.area) for one in found}


def test_what_is_done_stays_in_the_operation_until_all_is_done() -> None:
    done = replace(TWO, finished_at=NOW - HOUR)
    assert told(ONE, TWO) == {("ordered", "sw"), ("ordered", "se")}
    assert told(ONE, done) == {("ordered", "sw"), ("ordered", "se"), ("done", "se")}
    assert told(replace(ONE, finished_at=NOW), done) == set()


def test_the_last_operation_is_not_this_one() -> None:
    before = replace(TWO, given_at=NOW - 20 * HOUR, finished_at=NOW - 12 * HOUR)
    assert told(ONE, before) == {("ordered", "sw")}
    assert told(replace(ONE, number=7), replace(ONE, finished_at=NOW - 5.5 * HOUR)) == {("ordered", "sw")}


def test_what_is_to_come_and_what_nobody_ended_says_nothing() -> None:
    assert told(replace(ONE, given_at=NOW + HOUR)) == set()
    assert told(replace(ONE, given_at=NOW - timedelta(days=4))) == set()
    assert told(replace(ONE, finished_at=NOW + HOUR)) == {("ordered", "sw")}


def test_the_evidence_is_the_order() -> None:
    (one,) = PlowOrders().run(Inputs(now=NOW, status=Status.ACTUAL, ordered=[ONE]), GROUND)
    assert one.evidence[0].ref == one.source == "section:sw"
    assert "指示 1：南西工区 除雪を指示" in one.evidence[0].text
    assert "完了の予定" in one.evidence[0].text and not one.for_staff
