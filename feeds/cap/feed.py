"""The feed of CAP alerts of other senders, from files: one record per document, or the reason for refusing it."""

from __future__ import annotations

from feeds.cap.read import read
from feeds.cap.types import CapError
from feeds.records import CapTelegram, Decoded, Message, Rejected
from feeds.status import Status

_STATUSES = {"Actual": Status.ACTUAL, "Exercise": Status.EXERCISE}  # System and Draft are as little real as Test


class CapFeed:
    """CAP 1.2, and 1.0 and 1.1 as they are still met. It takes no topic: official messages over MQTT are JMA's."""

    filters: tuple[str, ...] = ()
    name = "cap"

    def accepts(self, topic: str) -> bool:  # noqa: ARG002
        return False

    def decode(self, message: Message) -> Decoded:
        try:
            alert = read(message.payload)
        except CapError as error:
            return Decoded(rejected=(Rejected(code=error.code, message=error.message, at=error.at),))
        status = _STATUSES.get(alert.status, Status.TEST)
        return Decoded(records=(CapTelegram(alert=alert, status=status, gateway=message.gateway),))
