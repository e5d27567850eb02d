"""The bucket of each gateway: a flood is over it, a catch-up never is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from services.allowance import BURST_S, UNKNOWN_S, Allowance

NOW = datetime(2026, 1, 15, 6, 0, tzinfo=UTC)
RATE = 2.0  # a small one: every message is counted singly
HOUR = timedelta(hours=1)


def passed(allowance: Allowance, gateway: str, messages: int, seconds: float, began: datetime = NOW) -> int:
    """How many of ``messages`` spread evenly over ``seconds`` are not over."""
    moments = (began + timedelta(seconds=seconds * number / messages) for number in range(messages))
    return sum(not allowance.over(gateway, at) for at in moments)


def level(at: datetime = NOW) -> Allowance:
    """Of a hub that knows its gateways and is level with its broker."""
    allowance = Allowance(RATE)
    allowance.level_at = at
    allowance.remember({"gw07": at, "gw08": at})
    return allowance


def test_whoever_keeps_to_the_allowance_is_never_over_it() -> None:
    assert passed(level(), "gw07", 3_000, 3_000 / RATE) == 3_000


def test_a_flood_gets_its_bucket_and_its_allowance_and_costs_the_others_nothing() -> None:
    allowance = level()
    got = passed(allowance, "gw07", 20_000, 100)
    assert RATE * (BURST_S + 100) - 1 <= got <= RATE * (BURST_S + 101)
    assert passed(allowance, "gw08", 20, 100) == 20


def test_a_gateway_of_its_own_rate_goes_by_that() -> None:
    allowance = level()
    assert sum(not allowance.over("gw07", NOW, 1.0) for _ in range(10_000)) == BURST_S
    assert not allowance.over("gw07", NOW + timedelta(seconds=1), 1.0)


def test_a_gateway_that_was_silent_hands_over_all_it_measured_meanwhile_at_once() -> None:
    allowance = level()
    passed(allowance, "gw07", 10, 1)
    allowance.level_at = back = NOW + 12 * HOUR
    backlog = int(12 * 3600 * RATE)
    assert passed(allowance, "gw07", backlog, 60, back) == backlog


def test_what_a_silence_gave_wears_off() -> None:
    allowance = level()
    passed(allowance, "gw07", 10, 1)
    back = NOW + HOUR
    passed(allowance, "gw07", 288, 7_200, back)
    allowance.level_at = later = back + 2 * HOUR
    assert passed(allowance, "gw07", 20_000, 1, later) <= RATE * (BURST_S + 2)


def test_a_gateway_nobody_knew_may_bring_a_day() -> None:
    backlog = int(UNKNOWN_S * RATE)
    assert passed(level(), "gw09", backlog, 60) == backlog


def test_the_hub_was_away_and_what_waited_comes_whole() -> None:
    allowance = Allowance(RATE)  # a new life: how far behind it is, it learns when it has caught up
    allowance.remember({"gw07": NOW - 6 * HOUR})
    backlog = int(6 * 3600 * RATE)
    assert passed(allowance, "gw07", backlog, 60) == backlog


def test_a_hub_that_was_slow_for_hours_takes_all_that_piled_up() -> None:
    allowance = level()
    assert passed(allowance, "gw07", 2_400, 6 * 3600) == 2_400  # no silence, only a trickle of what was published
    backlog = int(6 * 3600 * RATE) - 2_400
    assert passed(allowance, "gw07", backlog, 60, NOW + 6 * HOUR) == backlog


def test_a_flood_from_the_first_moment_on_has_an_end_too() -> None:
    allowance = Allowance(RATE)
    allowance.remember({"gw07": NOW})
    allowed = int(RATE * (BURST_S + UNKNOWN_S))
    assert passed(allowance, "gw07", allowed + 400, 1) <= allowed + RATE


def test_once_level_again_the_bucket_is_an_ordinary_one() -> None:
    allowance = level()
    for minute in range(6 * 60):
        allowance.over("gw07", NOW + timedelta(minutes=minute))
    allowance.level_at = later = NOW + 6 * HOUR
    assert passed(allowance, "gw07", 20_000, 1, later) <= RATE * (BURST_S + 62)


def test_a_clock_that_jumps_back_gives_nothing_twice() -> None:
    allowance = level()
    passed(allowance, "gw07", 4_000, 1)
    assert passed(allowance, "gw07", 10, 1, NOW - HOUR) <= RATE


def test_after_a_clock_that_jumps_back_the_bucket_fills_as_before() -> None:
    """It was an hour ahead, and is right again: whoever keeps to the allowance stays below it in that hour too."""
    messages = int(RATE * 3000)
    assert passed(level(NOW + HOUR), "gw07", messages, 3000) == messages
