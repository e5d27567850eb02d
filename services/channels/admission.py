"""What no channel sends, whatever it is: the same three questions before every attempt."""

from __future__ import annotations

from datetime import datetime

from feeds.status import Status
from services.channels.channel import Delivery, Outcome, Verdict


def refusal(delivery: Delivery, statuses: frozenset[Status], now: datetime) -> Outcome | None:
    """Why this delivery must not go out at all, or None.

    Refused for ever: a status that the account was not set up for (a drill on the city's real account), an alert that
    expired, and a payload without parts.
    """
    if delivery.status not in statuses:
        taken = ", ".join(sorted(statuses)) or "nothing"
        return Outcome(
            verdict=Verdict.REJECTED,
            detail=f"this account takes {taken}, not {delivery.status}; name {delivery.status} in the channel's "
            "statuses only for an account that exists for it",
        )
    if now >= delivery.expires:
        return Outcome(verdict=Verdict.REJECTED, detail=f"expired at {delivery.expires.isoformat()} before it was sent")
    if not delivery.payload.parts:
        return Outcome(verdict=Verdict.REJECTED, detail="the payload has no parts; render the alert again")
    return None
