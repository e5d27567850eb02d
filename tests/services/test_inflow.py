"""How much comes in: by the second, not by the gulp; a flood leaves the looks a tenth."""

from __future__ import annotations

from services.inflow import CALM_SHARE, FLOOD, FLOOD_SHARE, Inflow


def shares(per_second: float, gulp: int, seconds: float) -> list[float]:
    """The share after each look at records that come so many at once."""
    inflow, came, found = Inflow(), 0, list[float]()
    while came < per_second * seconds:
        inflow.saw(came, came / per_second)
        found.append(inflow.share())
        came += gulp
    return found


def test_a_flood_is_one_within_a_second_and_is_over_with_the_next_calm_look() -> None:
    found = shares(FLOOD * 2, 50, 2.0)
    assert found[0] == CALM_SHARE, "of one look nobody can tell"
    assert set(found[len(found) // 2 :]) == {FLOOD_SHARE}
    inflow = Inflow()
    for upto, at in ((0, 0.0), (10_000, 1.0), (10_010, 2.0)):
        inflow.saw(upto, at)
    assert inflow.share() == CALM_SHARE


def test_a_busy_prefecture_is_no_flood_however_it_is_served() -> None:
    for gulp in (1, 20, 200):
        assert set(shares(FLOOD * 0.6, gulp, 3.0)) == {CALM_SHARE}


def test_two_looks_in_one_instant_and_a_store_that_begins_anew_tell_of_no_flood() -> None:
    inflow = Inflow()
    for upto, at in ((0, 5.0), (9_000, 5.0), (0, 6.0)):
        inflow.saw(upto, at)
        assert inflow.share() == CALM_SHARE
