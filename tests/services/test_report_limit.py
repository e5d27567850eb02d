"""The limit on what anybody may send; most of it is tried by the pages that have one."""

from __future__ import annotations

from datetime import timedelta

from services.web.report_limit import WINDOW, ReportLimit
from tests.services.making import NOW


def test_it_opens_again_when_the_window_has_passed_or_the_clock_was_set_back() -> None:
    limit = ReportLimit(per_client=2, in_all=9)
    assert [limit.admit("192.0.2.1", NOW) for _ in range(3)] == [None, None, WINDOW]
    assert limit.admit("192.0.2.1", NOW + WINDOW) is None
    assert limit.admit("192.0.2.1", NOW - timedelta(hours=1)) is None, "nobody waits for the hour that was none"
