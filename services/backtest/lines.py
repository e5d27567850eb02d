"""The lines a back-test prints, as plain JSON values. Times are Japanese, as the first line says."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from rules.alert import Alert
from rules.proposal import Reason
from services.backtest.desk import Desk, Event, Held, Said
from services.backtest.period import local

Line = dict[str, Any]


def stage(alert: Alert) -> str:
    """begin, update, all_clear, or cancel: what was announced should never have been."""
    if alert.ends:
        return "cancel" if alert.msg_type == "Cancel" else "all_clear"
    return "begin" if alert.msg_type == "Alert" else "update"


def of_event(event: Event) -> Line:
    """A step of a series."""
    if isinstance(event, Said):
        return {"line": "alert", "at": local(event.at), "act": event.act, **of_alert(event.alert), "who": event.who}
    return {
        "line": "over",
        "at": local(event.at),
        "rule": event.rule,
        "series": event.series,
        "act": "ended" if event.ended else "withdrawn",
        "reason": event.reason.value,
        "why": event.reason.ja,
    }


def of_alert(alert: Alert) -> Line:
    """What is said, and what it takes to say it."""
    text = alert.texts["ja"]
    return {
        "rule": alert.rule,
        "series": alert.series,
        "revision": alert.revision,
        "stage": stage(alert),
        "kind": alert.kind,
        "level": alert.level,
        "areas": [place.name for place in alert.places],
        "area_codes": [place.code for place in alert.places],
        "headline": text.headline,
        "approval": alert.approval.value,
        "channels": list(alert.channels),
        "expires": local(alert.expires),
        "why": alert.evidence[0] if alert.evidence else "",
    }


def held(desk: Desk) -> list[Line]:
    """What the rules held back, by rule, stage and reason, the most frequent first."""
    ranked = sorted(desk.held.items(), key=lambda one: (-one[1].times, one[0]))
    return [_held(*key, one) for key, one in ranked if key[2] is not Reason.NOTHING_NEW]


def _held(rule: str, at_stage: str, reason: Reason, one: Held) -> Line:
    return {
        "line": "held_back",
        "rule": rule,
        "stage": at_stage,
        "reason": reason.value,
        "why": reason.ja,
        "times": one.times,
        "first_at": local(one.first_at),
        "last_at": local(one.last_at),
        "example": one.example,
    }


def period(start: datetime, end: datetime, more: Line) -> Line:
    """The first line: what was asked, and how it was reckoned."""
    return {"line": "period", "from": local(start), "to": local(end), "time_zone": "Asia/Tokyo", **more}
