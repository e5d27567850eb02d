"""Deciding at the timers' instants alone says what deciding every few seconds says, and when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from feeds.status import Status
from geo.hazard import Hazard
from rules.alert import Place
from rules.engine import decide
from rules.ledger import Ledger
from rules.rule import CATALOG, load_rules
from rules.silence import Silence
from rules.situation import Situation
from rules.timers import due
from rules.trial import SENDER

RULES = [one for one in load_rules([CATALOG]) if one.id in {"river-level", "snow-plowing", "crime-notice"}]
NOW = datetime(2026, 1, 14, 19, 0, tzinfo=UTC)  # 04:00 in Japan
MINUTE, SECONDS = timedelta(minutes=1), timedelta(seconds=10)
END = NOW + timedelta(hours=4)


def one(kind: str, since: float, until: float, level: int = 2, **more: object) -> Hazard:
    """A hazard that has stood since so many minutes after NOW and is believed until so many."""
    whole: dict[str, object] = {
        "area": "a",
        "area_name": "内丸",
        "alert_level": False,
        "model": "flood@1",
        "status": Status.ACTUAL,
        "observed": True,
        "headline": "",
        "source": "g1",
    }
    times = {"since": NOW + since * MINUTE, "valid_until": NOW + until * MINUTE}
    return Hazard(kind=kind, level=level, **{**whole, **times, **more})  # type: ignore[arg-type]


SNOW = {"model": "snow@2", "facts": {"new_snow_cm": 12.0, "depth_cm": 30.0}}
PICTURES = {  # from so many minutes after NOW
    0: [one("suspicious_person", -30, 900, model="sighting@1", source="r1")],  # told at 06:30
    7: [one("suspicious_person", -30, 900, model="sighting@1", source="r1"), one("snow_depth", 3.5, 130, **SNOW)],
    40: [one("flood", 40, 210, 3), one("snow_depth", 3.5, 130, **SNOW)],
    75: [one("flood", 75, 210, 2), one("suspicious_person", -30, 900, model="sighting@1", source="r1")],
}
QUIET = Silence(
    id=1,
    status=Status.ACTUAL,
    rule="snow-plowing",
    kind="",
    area="",
    owner="班長",
    reason="",
    begins=NOW,
    ends=NOW + timedelta(minutes=22, seconds=30),
)


def said(instants: Iterator[datetime] | None) -> list[tuple[datetime, str, int, bool]]:
    """Every revision over four hours, decided at these instants, or where the timers say; people agree at once."""
    ledger, found, now = Ledger(Status.ACTUAL), [], NOW
    while now <= END:
        picture = PICTURES[max(minutes for minutes in PICTURES if NOW + minutes * MINUTE <= now)]
        quiet = [QUIET] if QUIET.begins <= now < QUIET.ends else []
        situation = Situation(
            now=now, status=Status.ACTUAL, hazards=picture, standing=ledger.standing(now), silences=quiet
        )
        decision = decide(situation, RULES, SENDER, lambda code: Place(code=code, name="内丸"))
        ledger.take(decision)
        for alert in ledger.drafts():
            ledger.issue(alert)
        found += [(now, alert.rule, alert.revision, alert.ends) for alert in decision.alerts]
        if instants is not None:
            now = next(instants)
            continue
        after = Situation(now=now, status=Status.ACTUAL, hazards=picture, standing=ledger.standing(now), silences=quiet)
        changes = [at for minutes in PICTURES if (at := NOW + minutes * MINUTE) > now]
        now = min([at for at in (due(after, RULES), *changes) if at is not None], default=END + MINUTE)
    return found


def test_the_timers_miss_nothing() -> None:
    every = (NOW + n * SECONDS for n in range(1, 10**6))
    often, timed = said(every), said(None)
    assert timed == often
    assert {rule for _, rule, _, _ in timed} == {"river-level", "snow-plowing", "crime-notice"}
    snow = next(at for at, rule, _, _ in timed if rule == "snow-plowing")
    assert snow == QUIET.ends, "a silence's end is a timer"
    crime = next(at for at, rule, _, _ in timed if rule == "crime-notice")
    assert crime == datetime(2026, 1, 14, 21, 30, tzinfo=UTC), "half past six in Japan"


@pytest.mark.parametrize("hazards", [[], [one("flood", -5, 60)]])
def test_where_nothing_stands_time_changes_nothing(hazards: list[Hazard]) -> None:
    at = due(Situation(now=NOW, status=Status.ACTUAL, hazards=hazards), RULES)
    assert (at is None) if not hazards else (at == NOW + MINUTE)
