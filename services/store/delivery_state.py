"""Where a delivery stands: the word that the store keeps, and the words that people read, in one place."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class DeliveryState(StrEnum):
    """The state of one alert revision on one channel."""

    WAITING = "waiting"
    SENDING = "sending"
    UNKNOWN = "unknown"  # it left the house and nothing came back; the next try looks first
    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"  # was there already: a success
    REJECTED = "rejected"
    EXPIRED = "expired"  # never stale: what ran out before it could be sent is not sent
    SUPERSEDED = "superseded"
    REFUSED = "refused"  # the channel does not take this kind of alert, e.g. a drill

    @property
    def ja(self) -> str:
        """For staff, in Japanese, without a full stop."""
        return _WORDS[self][0]

    @property
    def en(self) -> str:
        """The same in English."""
        return _WORDS[self][1]


_WORDS: Mapping[DeliveryState, tuple[str, str]] = {
    DeliveryState.WAITING: ("まだ送れていない", "still waiting"),
    DeliveryState.SENDING: ("送信中。結果はまだ分からない", "being sent"),
    DeliveryState.UNKNOWN: ("届いたか不明", "not known whether it arrived"),
    DeliveryState.ACCEPTED: ("相手先が受け付けた", "accepted"),
    DeliveryState.DUPLICATE: ("相手先に届いていたと確認した", "was there already"),
    DeliveryState.REJECTED: ("相手先が受け付けなかった", "refused by the provider"),
    DeliveryState.EXPIRED: ("期限切れで送らなかった", "expired unsent"),
    DeliveryState.SUPERSEDED: ("新しい報に替わり送らなかった", "superseded before it could be sent"),
    DeliveryState.REFUSED: ("この経路では送らない", "not for this channel"),
}
TAKEN = (DeliveryState.ACCEPTED.value, DeliveryState.DUPLICATE.value)  # the channel said that it has it
PERHAPS_OUT = (*TAKEN, DeliveryState.SENDING.value, DeliveryState.UNKNOWN.value)  # or it may have
