"""What is wrong with the city's own equipment."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from feeds.status import Status
from geo.gateway import GatewayState
from geo.hazard import Hazard
from geo.model import Inputs, Sample
from geo.models.equipment import Equipment
from tests.geo.making import NOW, gauge, ground

MINUTE = timedelta(minutes=1)
WELL = GatewayState(
    name="gw07",
    status=Status.ACTUAL,
    checked_at=NOW - timedelta(seconds=5),
    watched_since=NOW - timedelta(days=1),
    seen_at=NOW - MINUTE,
    beats=True,
    online=True,
    said_at=NOW - timedelta(hours=5),
    skew_s=1.2,
)


def run(*states: GatewayState, battery: list[tuple[int, float]] | None = None) -> list[Hazard]:
    samples = [Sample(NOW - minutes * MINUTE, value, f"r{minutes}") for minutes, value in battery or []]
    series = {("g1", "battery"): samples} if battery else {}
    return Equipment().run(Inputs(now=NOW, status=Status.ACTUAL, gateways=states, series=series), ground(gauge()))


@pytest.mark.parametrize(
    ("change", "source"),
    [
        ({}, None),
        ({"online": False, "said_at": NOW - 10 * MINUTE}, "gateway:gw07"),  # its will, or a goodbye
        ({"seen_at": NOW - 4 * MINUTE}, "gateway:gw07"),  # three heartbeats missed
        ({"seen_at": NOW - 4 * MINUTE, "beats": False}, None),  # it never sent any
        ({"seen_at": NOW - 4 * MINUTE, "watched_since": NOW - MINUTE}, None),  # we were not there ourselves
        ({"seen_at": NOW - 4 * MINUTE, "checked_at": NOW - 4 * MINUTE}, None),  # and are not there now
        ({"seen_at": NOW - timedelta(days=3), "said_at": None}, None),  # taken away
        ({"seen_at": None, "said_at": None}, None),
        ({"skew_s": 75.0}, "clock:gw07"),
        ({"skew_s": -3600.0}, "clock:gw07"),
        ({"skew_s": 59.0}, None),
        ({"over_since": NOW - 9 * MINUTE}, "allowance:gw07"),
    ],
)
def test_gateways(change: dict[str, object], source: str | None) -> None:
    found = run(replace(WELL, **change))  # type: ignore[arg-type]
    assert [one.source for one in found] == ([source] if source else [])
    assert all(one.for_staff and one.level == 1 and "gw07" in one.headline for one in found)


def test_the_words_say_which_way_the_clock_is_off() -> None:
    assert "約 60 分進んで" in run(replace(WELL, skew_s=-3600.0))[0].headline
    assert "約 2 分遅れて" in run(replace(WELL, skew_s=100.0))[0].headline


def test_a_battery_that_runs_out() -> None:
    assert run(battery=[(120, 40.0), (60, 21.0)]) == []
    (low,) = run(battery=[(180, 40.0), (120, 20.0), (60, 15.4)])
    assert (low.source, low.since) == ("battery:g1", NOW - 120 * MINUTE)
    assert "試験橋" in low.headline and "15％" in low.headline


def test_the_same_trouble_is_the_same_picture() -> None:
    (first,), (later,) = run(replace(WELL, skew_s=130.0)), run(replace(WELL, skew_s=131.0))
    assert first.same_picture(later)
