"""Which report is whose turn: what waits for a person first, drills behind the real thing, then by urgency and age."""

from __future__ import annotations

from datetime import datetime, timedelta

from feeds.status import Status
from rules.reports.case import Case
from rules.reports.kinds import kind_of
from rules.reports.life import waits


def turn(case: Case, now: datetime) -> tuple[bool, bool, float, int]:
    """A key to sort by. Of those that wait the one first that has used up most of the patience for its kind; of the
    others the newest."""
    drill = case.status is not Status.ACTUAL
    if not waits(case):
        return True, drill, -case.arrived_at.timestamp(), -case.id
    used = (now - case.arrived_at) / max(kind_of(case.kind).patience, timedelta(seconds=1))
    return False, drill, -used, case.id
