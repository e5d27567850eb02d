"""How a text of staff tells a moment: in Japan's time, whatever zone it came in, and in English never without it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from feeds import japan

AT = datetime(2026, 3, 3, 20, 5, 7, tzinfo=UTC)  # the fourth in Japan


@pytest.mark.parametrize(
    ("form", "told"),
    [
        (japan.clock, "05:05"),
        (japan.clock_en, "05:05 JST"),
        (japan.dated, "3月4日05:05"),
        (japan.dated_en, "4 Mar 05:05 JST"),
        (japan.exact, "3月4日 05:05:07"),
        (japan.short, "3/4 05:05"),
        (japan.zoned, "3月4日05:05（日本時間）"),
        (japan.written, "2026-03-04 05:05"),
        (japan.stated, "2026-03-04 05:05 日本時間"),
    ],
)
def test_a_moment_is_told_in_japans_time(form: Callable[[datetime], str], told: str) -> None:
    assert form(AT) == told


def test_another_day_is_named() -> None:
    assert japan.near(AT, AT) == "05:05"
    midnight = datetime(2026, 3, 3, 14, 59, tzinfo=UTC)  # a minute before it in Japan, and the same day in UTC
    assert japan.near(AT, midnight) == "3月4日05:05"
