"""A message that says: I am alive, and these were the last. What is missing at a reader got lost on the way."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from feeds.cap import CapAlert, CapReference

MOST = 50  # messages listed; more than any city sends between two looks of a reader


def heartbeat(sender: str, minute: datetime, published: Sequence[CapReference]) -> CapAlert:
    """The System message of one full minute. ``published`` is in its order; the last fifty are told."""
    return CapAlert(
        identifier=f"heartbeat-{minute:%Y%m%dT%H%M}Z",
        sender=sender,
        sent=minute,
        status="System",
        msg_type="Alert",
        scope="Public",
        note=f"heartbeat: the last {MOST} alerts that were published, the newest last",
        references=tuple(published[-MOST:]),
    )
