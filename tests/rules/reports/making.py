"""Cases and acts for tests of the queue's life."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from feeds.status import Status
from rules.reports.case import Act, Case, Event, How
from rules.reports.life import REASONS, apply
from rules.reports.reason import Reason

NOW = datetime(2026, 10, 23, 21, tzinfo=UTC)


def case(number: int = 1, **more: object) -> Case:
    told = {
        "id": number,
        "key": f"gw/report/{number}",
        "status": Status.ACTUAL,
        "kind": "bear",
        "seen_at": NOW,
        "arrived_at": NOW,
        "lon": 141.154,
        "lat": 39.704,
    }
    return Case(**told | more)  # type: ignore[arg-type]


def event(act: Act, how: How = How.DESK, minutes: float = 0, who: str = "sato", **facts: object) -> Event:
    reason: Reason | None = REASONS.get(act, (None,))[0]
    return Event(act=act, at=NOW + timedelta(minutes=minutes), how=how, who=who, reason=reason, facts=facts)


def lived(one: Case, *acts: Act) -> Case:
    """The case after its arrival and these acts of one officer."""
    one = apply(one, event(Act.ARRIVE, How.SENDER, who="gw"))
    for act in acts:
        one = apply(one, event(act))
    return one
