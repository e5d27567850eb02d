"""Which report is whose turn: what waits for a person first, drills behind the real thing, then by urgency and age."""

from __future__ import annotations

from datetime import datetime

from feeds.status import Status
from rules.reports.case import Case
from rules.reports.kinds import kind_of
from rules.reports.life import waits


def turn(case: Case, now: datetime) -> tuple[bool, bool, float, float, float]:
    """A key to sort by: what has waited too long, by how urgent its kind is; then what has used up most of the patience
    for its kind; then, of what does not wait, the newest."""
    drill = case.status is not Status.ACTUAL
    if not waits(case):
        return True, drill, 0.0, -case.arrived_at.timestamp(), -case.id
    patience = kind_of(case.kind).patience
    used = (now - case.arrived_at) / patience
    late = (0.0, patience.total_seconds()) if used >= 1 else (1.0, -used)
    return False, drill, *late, case.arrived_at.timestamp()
