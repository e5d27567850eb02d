"""The two sets of state of a delivery, read off its one row: what we sent, and what the channel said to it.

They differ exactly where it matters: what left the house may never have been taken, and what nobody could be asked
about must not look like a success.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import RowMapping

from services.store.delivery_state import DeliveryState


class Sent(StrEnum):
    """What we did."""

    WAITING = "waiting"  # nothing has left the house
    SENDING = "sending"
    PARTLY = "partly"  # some parts of a thread are out
    SENT = "sent"  # it left the house
    NEVER = "never"  # it did not, and will not


class Said(StrEnum):
    """What the other side answered."""

    NOTHING = "nothing"  # it was not asked yet, or could not be
    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"  # it had it already
    REJECTED = "rejected"
    NO_ANSWER = "no_answer"  # it was asked and did not answer: it may have it


CONFIRMED = frozenset({Said.ACCEPTED, Said.DUPLICATE})

_BY_STATE: Mapping[DeliveryState, tuple[Sent, Said]] = {
    DeliveryState.WAITING: (Sent.WAITING, Said.NOTHING),
    DeliveryState.SENDING: (Sent.SENDING, Said.NOTHING),
    DeliveryState.UNKNOWN: (Sent.SENT, Said.NO_ANSWER),
    DeliveryState.ACCEPTED: (Sent.SENT, Said.ACCEPTED),
    DeliveryState.DUPLICATE: (Sent.SENT, Said.DUPLICATE),
    DeliveryState.REJECTED: (Sent.SENT, Said.REJECTED),
    DeliveryState.EXPIRED: (Sent.NEVER, Said.NOTHING),
    DeliveryState.SUPERSEDED: (Sent.NEVER, Said.NOTHING),
    DeliveryState.REFUSED: (Sent.NEVER, Said.NOTHING),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """Both sets, side by side. ``receipts`` are the other side's own names for what it took."""

    sent: Sent
    sent_at: datetime | None  # wall time of the first attempt that may have left the house
    attempts: int
    said: Said
    said_at: datetime | None  # hub time
    receipts: tuple[str, ...]
    words: str  # of the other side, or why it was not asked

    @property
    def confirmed(self) -> bool:
        """True where the channel said that it has it."""
        return self.said in CONFIRMED


def confirmation(row: Mapping[str, Any] | RowMapping) -> Confirmation:
    """Both sets of a row of the outbox."""
    state, done = DeliveryState(row["state"]), tuple(row["done"])
    sent, said = _BY_STATE[state]
    if sent in (Sent.WAITING, Sent.NEVER):
        if row["after_unknown"]:
            sent, said = Sent.SENT, Said.NO_ANSWER
        elif done:
            sent = Sent.PARTLY
    return Confirmation(
        sent=sent,
        sent_at=row["first_tried_at"] if sent is not Sent.NEVER else None,
        attempts=row["attempts"],
        said=said,
        said_at=row["finished_at"] if said in (*CONFIRMED, Said.REJECTED) else None,
        receipts=done,
        words=row["reason"],
    )
