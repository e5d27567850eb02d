"""A person's word about a sensor: what it covers, and what nobody may set."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.distrust import LONGEST, Distrust, DistrustError, doubted
from feeds.quality import Past, Track, judged
from feeds.records import Flag
from feeds.status import Status
from tests.services.making import NOW, reading

HOUR = timedelta(hours=1)


def distrust(**changes: Any) -> Distrust:
    told = {"status": Status.ACTUAL, "station": "tatesakabashi", "quantity": "water_level", "owner": "佐藤"}
    return Distrust(**{**told, "reason": "流木が当たった", "begins": NOW, "ends": NOW + HOUR, **changes})


@given(
    st.integers(-120, 120),
    st.sampled_from(Status),
    st.sampled_from(["tatesakabashi", "other"]),
    st.sampled_from(["water_level", "flow"]),
)
def test_it_covers_what_was_measured_meanwhile_by_that_sensor_alone(
    minute: int, status: Status, station: str, quantity: str
) -> None:
    one = reading(measured_at=NOW + timedelta(minutes=minute), status=status, station=station, quantity=quantity)
    told = doubted(one, [distrust()])
    meant = (status, station, quantity) == (Status.ACTUAL, "tatesakabashi", "water_level") and 0 <= minute < 60
    assert (Flag.DISTRUSTED in told.flags) is meant and told.trusted is not meant
    assert replace(told, flags=one.flags) == one, "the value is kept as it came"


@pytest.mark.parametrize(
    "changes",
    [
        {"reason": " "},
        {"station": ""},
        {"station": "a/b"},
        {"quantity": "vibes"},
        {"ends": NOW},
        {"ends": NOW + LONGEST + timedelta(seconds=1)},
    ],
)
def test_what_nobody_may_set(changes: dict[str, Any]) -> None:
    distrust(ends=NOW + LONGEST).check()
    with pytest.raises(DistrustError, match=" / "):
        distrust(**changes).check()


def test_a_value_that_is_not_believed_bears_no_other_out() -> None:
    """5 m after 1 m is a jump that the next report would confirm: not where the first of them was a lie."""
    before = Track((Past(NOW - 2 * HOUR / 6, 1.0), Past(NOW - HOUR / 6, 1.0)))
    lie = doubted(reading(value=1.1), [distrust()])
    _, track = judged(lie, before)
    assert [one.believed for one in track.samples] == [True, True, False]
