"""How much may be read from X, over the borders of hours and months."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from services.configuration.listening import XSearch
from services.listening.rations import LEAST, hour_of, month_of, room

AT = datetime(2026, 11, 22, 3, 20, tzinfo=UTC)
X = XSearch(bearer=SecretStr("b"), reads_a_month=1000, reads_an_hour=60, urgent_reads_an_hour=400, reserve=0.5)


@given(st.integers(0, 1200), st.integers(0, 500), st.booleans())
def test_no_more_is_given_than_there_is(month: int, hour: int, urgent: bool) -> None:
    left = room(X, hour, month, AT, urgent=urgent)
    if left.reads:
        assert left.reads >= LEAST and left.page <= 100 and not left.why
        assert month + left.page <= (1000 if urgent else 500) and hour + left.page <= (400 if urgent else 60)
    else:
        assert left.why and left.resumes is not None and left.resumes > AT


def test_a_month_is_one_of_japan_and_a_ration_says_when_it_goes_on() -> None:
    assert month_of(datetime(2026, 11, 30, 15, 0, tzinfo=UTC)) == datetime(2026, 11, 30, 15, 0, tzinfo=UTC)
    assert month_of(datetime(2026, 11, 30, 14, 59, tzinfo=UTC)) == datetime(2026, 10, 31, 15, 0, tzinfo=UTC)
    assert hour_of(AT) == AT - timedelta(minutes=20)
    assert room(X, 0, 495, AT, urgent=False).resumes == datetime(2026, 11, 30, 15, 0, tzinfo=UTC)
    assert room(X, 55, 0, AT, urgent=False).resumes == hour_of(AT) + timedelta(hours=1)
    assert "残り505件は危険なときのため" in room(X, 0, 495, AT, urgent=False).why
