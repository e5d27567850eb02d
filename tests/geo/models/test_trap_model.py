"""Box traps: closed, flapping in the wind, silent; and none of it is anybody's business but the desk's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest

from geo.hazard import Hazard
from geo.model import Sample
from geo.models.trap import Trap
from services.callout.traps import trap_occasions
from services.store.ringing import Broken
from tests.geo.making import NOW, gauge, ground, inputs

TRAP = gauge(
    "wana-07", name="米内 わな7", quantities=frozenset({"trap_closed"}), owner="猟友会", thresholds={}, river=""
)


def run(*heard: tuple[float, float]) -> list[Hazard]:
    """``heard``: minutes ago and value, the oldest first."""
    samples: Sequence[Sample] = [Sample(NOW - timedelta(minutes=ago), value, f"r{ago}") for ago, value in heard]
    return Trap().run(inputs("wana-07", "trap_closed", samples), ground(TRAP))


@pytest.mark.parametrize(
    ("heard", "source", "words"),
    [
        ([(60, 0)], None, ""),
        ([(60, 0), (10, 1), (5, 1)], "trap", "8月1日17:50 に閉じました"),
        ([(60, 1), (10, 0)], None, ""),  # set again
        ([(50, 0), (40, 1), (39, 0), (30, 1), (29, 0), (20, 1), (19, 0)], "flapping", "1時間に3回"),
        ([(50, 0), (40, 1), (39, 0), (30, 1), (29, 0), (20, 1)], "trap", "風か故障"),
        ([(300, 0), (280, 1), (279, 0), (270, 1), (269, 0), (260, 1), (259, 0)], None, ""),  # the wind of before
        ([(27 * 60, 0)], "silent", "を最後に便りがありません"),
        ([(27 * 60, 1)], "trap", "閉じました"),  # a closed one that fell silent is closed
        ([], "silent", "7日間便りがありません"),
    ],
)
def test_what_is_told_of_a_trap(heard: list[tuple[float, float]], source: str | None, words: str) -> None:
    found = run(*heard)
    assert [one.source for one in found] == ([f"{source}:wana-07"] if source else [])
    assert all(words in one.headline and "猟友会" in one.headline for one in found)
    assert all(one.for_staff and one.level == 1 for one in found)


def test_only_a_closed_one_rings() -> None:
    told = [*run((10, 1)), *run((27 * 60, 0))]
    broken = [Broken(one.key, one.source, one.status, one.headline, one.since) for one in told]
    (rings,) = trap_occasions(broken)
    assert rings.event == "trap" and "米内 わな7" in rings.subject


def test_a_trap_is_for_staff_and_a_gauge_is_not() -> None:
    assert TRAP.for_staff and not gauge().for_staff
