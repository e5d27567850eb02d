"""Waiting: from the trigger to the first pass; what nobody passed counts as the longest wait."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from geo.plow.fairness import Fairness, Street, Trigger, fairness, first_done, waits
from geo.plow.passes import Pass

STREETS = [
    Street(id=f"s{n}", section="a" if n < 5 else "b", route_class=1 if n % 2 else 3, length_m=100) for n in range(10)
]
TRIGGER = Trigger(section="a", at=1000, until=50_000, finish=5000)


def passed(segment: str, ended: float, from_m: float = 0, to_m: float = 100, activity: str = "plow") -> Pass:
    return Pass(
        began=ended - 30, ended=ended, segment=segment, from_m=from_m, to_m=to_m, length_m=100, direction=1,
        fixes=3, off_m=2, activity=activity,
    )  # fmt: skip


def test_the_first_pass_after_the_trigger_counts() -> None:
    over = [passed("s0", 900), passed("s0", 1020), passed("s0", 4000), passed("s0", 3000)]
    assert first_done(over, TRIGGER) == 3000, "one that had begun before was no answer to it"
    halves = [passed("s0", 2000, 0, 50), passed("s0", 2500, 50, 95)]
    assert first_done(halves, TRIGGER) == 2500
    assert first_done([halves[0], replace(halves[1], began=11_000, ended=12_000)], TRIGGER) is None, "hours apart"
    assert first_done([passed("s0", 60_000)], TRIGGER) is None


def test_salting_is_no_pass_and_two_machines_in_tandem_are_one_first_pass() -> None:
    (wait, *_) = waits(
        [TRIGGER], STREETS, [passed("s0", 2000, activity="deice"), passed("s0", 3000), passed("s0", 3060)]
    )
    assert wait.seconds == 2000


def test_the_groups() -> None:
    over = [passed(f"s{n}", 1000 + 600 * (n + 1)) for n in range(4)]
    found = fairness(waits([TRIGGER], STREETS, over))
    whole = found[0]
    assert whole == Fairness(
        section="", route_class=None, streets=5, passed=4, median_s=1800, p90_s=None, in_time=0.8
    ), "the forgotten street is among them"
    assert [(one.section, one.route_class, one.streets) for one in found] == [
        ("", None, 5), ("", 1, 2), ("", 3, 3), ("a", None, 5), ("a", 1, 2), ("a", 3, 3),
    ]  # fmt: skip
    only = waits([replace(TRIGGER, classes=(1,))], STREETS, over)
    assert {one.street.id for one in only} == {"s1", "s3"}
    assert fairness([]) == []


@given(st.lists(st.floats(1100, 49_000), min_size=1, max_size=30), st.integers(0, 30))
def test_forgetting_a_street_never_makes_the_figures_better(ends: list[float], forgotten: int) -> None:
    streets = [Street(id=f"x{n}", section="a", route_class=2, length_m=100) for n in range(len(ends))]
    over = [passed(f"x{n}", end) for n, end in enumerate(ends)]
    gone = over[: len(over) - min(forgotten, len(over))]
    before, after = fairness(waits([TRIGGER], streets, over))[0], fairness(waits([TRIGGER], streets, gone))[0]
    for one, other in ((before.median_s, after.median_s), (before.p90_s, after.p90_s)):
        assert other is None or (one is not None and one <= other)
