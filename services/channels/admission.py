"""What no channel sends, whatever it is: the same four questions before every attempt."""

from __future__ import annotations

from datetime import datetime

from feeds.status import Status
from rules.voice.tongue import TONGUES
from services.channels.channel import Cause, Delivery, Outcome, Verdict
from services.channels.marks import status_mark


def refusal(delivery: Delivery, statuses: frozenset[Status], now: datetime) -> Outcome | None:
    """Why this delivery must not go out at all, or None.

    Refused for ever: a status that the account was not set up for (a drill on the city's real account), an alert that
    expired, a payload without parts, and one of a drill that bears no mark anywhere, whoever rendered it.
    """
    if delivery.status not in statuses:
        taken = ", ".join(sorted(statuses)) or "nothing"
        return Outcome(
            verdict=Verdict.REJECTED,
            cause=Cause.OURS,
            detail=f"this account takes {taken}, not {delivery.status}; name {delivery.status} in the channel's "
            "statuses only for an account that exists for it",
        )
    if now >= delivery.expires:
        return Outcome(
            verdict=Verdict.REJECTED,
            cause=Cause.OURS,
            detail=f"expired at {delivery.expires.isoformat()} before it was sent",
        )
    if not delivery.payload.parts:
        return Outcome(
            verdict=Verdict.REJECTED, cause=Cause.OURS, detail="the payload has no parts; render the alert again"
        )
    if _bare(delivery):
        detail = f"a part of an alert of status {delivery.status} lacks its mark first and last; render the alert again"
        return Outcome(verdict=Verdict.REJECTED, cause=Cause.OURS, detail=detail)
    return None


def _bare(delivery: Delivery) -> bool:
    """True where a part of a drill could be taken for the real thing, whoever rendered it."""
    if delivery.status is Status.ACTUAL:
        return False
    marks = (status_mark(delivery.status), *(tongue.drills[delivery.status] for tongue in TONGUES.values()))
    return any(not any(mark in part for mark in marks) for part in delivery.payload.parts)
