"""What passes of several machines come to."""

from __future__ import annotations

from itertools import permutations

from geo.plow.coverage import coverage, united_m
from geo.plow.passes import Pass


def run(low: float, high: float, ended: float, activity: str = "") -> Pass:
    facts = {"segment": "s", "length_m": 200.0, "direction": 1, "fixes": 3, "off_m": 2.0, "activity": activity}
    return Pass(began=ended - 30, ended=ended, from_m=low, to_m=high, **facts)  # type: ignore[arg-type]


def test_eighty_per_cent_is_done_and_less_is_partial() -> None:
    assert coverage([run(0, 159, 100)])["s"].done_at is None
    done = coverage([run(0, 160, 100)])["s"]
    assert done.done_at == 100 and done.times == 1 and done.share == 0.8


def test_two_halves_make_a_whole_when_they_are_near_in_time() -> None:
    assert coverage([run(0, 100, 0), run(95, 200, 3600)])["s"].done_at == 3600
    apart = coverage([run(0, 100, 0), run(95, 200, 9000)])["s"]
    assert apart.done_at is None and apart.share == 0.525 and apart.reports == 2


def test_machines_in_tandem_are_one_pass_and_two_reports() -> None:
    both = coverage([run(0, 200, 1000), run(0, 200, 1300)])["s"]
    assert (both.times, both.reports, both.done_at) == (1, 2, 1300)
    assert coverage([run(0, 200, 1000), run(0, 200, 5000)])["s"].times == 2


def test_half_again_does_not_make_it_done_twice() -> None:
    again = coverage([run(0, 200, 1000), run(0, 100, 3000)])["s"]
    assert (again.times, again.done_at, again.last_at) == (1, 1000, 3000)


def test_salting_is_no_plowing() -> None:
    assert coverage([run(0, 200, 1000, "deice")]) == {}
    assert coverage([run(0, 200, 1000, "deice")], activities=frozenset({"deice"}))["s"].done_at == 1000


def test_order_does_not_matter() -> None:
    some = [run(0, 100, 0), run(90, 200, 600), run(0, 200, 5000), run(50, 80, 5100)]
    assert len({tuple(coverage(order).items()) for order in permutations(some)}) == 1


def test_what_overlaps_counts_once() -> None:
    assert united_m([run(0, 100, 0), run(50, 120, 1), run(150, 160, 2), run(20, 30, 3)]) == 130
