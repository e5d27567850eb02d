"""What residents ask turns into ruts of a depth, and into reasons for extra orders."""

from __future__ import annotations

from rules.orders.decision import Reason
from rules.orders.requested import Asked, told_of_roads


def test_one_rut_is_enough_and_hauling_takes_three_who_ask() -> None:
    asked = [
        Asked(1, "SNOW_RUT", "sw", ("ankle",)),
        Asked(2, "SNOW_RUT", "sw", ("shin",)),
        Asked(3, "SNOW_NARROW", "sw"),
        Asked(4, "SNOW_NARROW", "sw"),
        *(Asked(number, "SNOW_NARROW", "ne") for number in (5, 6, 7)),
        Asked(8, "SNOW_BERM", "se"),
        Asked(9, "SNOW_RUT", "nw", ("who knows",)),
    ]
    deepest, calls = told_of_roads(asked)
    assert deepest == {"sw": 20.0}
    assert {section: set(told) for section, told in calls.items()} == {
        "sw": {Reason.RUTS},
        "ne": {Reason.NARROW},
        "nw": {Reason.RUTS},
    }
    assert calls["ne"][Reason.NARROW][0].text == "道幅が狭いとの要望 3件（番号 5、6、7）"
