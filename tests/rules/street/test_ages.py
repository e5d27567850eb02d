"""Age classes of passes, held back for a while."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from rules.street.ages import age

NOW = datetime(2027, 1, 15, 6, 0, tzinfo=UTC)
HALF = timedelta(minutes=30)


@pytest.mark.parametrize(
    ("hours", "name"),
    [(0.4, ""), (0.5, "0-1"), (1, "1-3"), (2.99, "1-3"), (3, "3-6"), (6, "6-12"), (12, "12-24"), (24, ""), (-1, "")],
)
def test_the_class_by_hours(hours: float, name: str) -> None:
    assert age(NOW - timedelta(hours=hours), NOW, HALF) == name


def test_what_was_not_done_has_none() -> None:
    assert age(None, NOW, HALF) == ""
