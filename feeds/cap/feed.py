"""The feed of CAP alerts of other senders, from files: one record per alert, or the reason for refusing it."""

from __future__ import annotations

from feeds.cap.envelope import is_envelope, opened
from feeds.cap.read import read
from feeds.cap.types import CapAlert, CapError
from feeds.cap.xml import parse
from feeds.records import CapTelegram, Decoded, Message, Rejected
from feeds.status import Status

_STATUSES = {"Actual": Status.ACTUAL, "Exercise": Status.EXERCISE}  # System and Draft are as little real as Test


class CapFeed:
    """CAP 1.2, and 1.0 and 1.1 as they are still met, bare or in envelopes of EDXL-DE.

    It takes no topic: official messages over MQTT are JMA's.
    """

    filters: tuple[str, ...] = ()
    name = "cap"

    def accepts(self, topic: str) -> bool:  # noqa: ARG002
        return False

    def decode(self, message: Message) -> Decoded:
        try:
            alerts = _alerts(message.payload)
        except CapError as error:
            return Decoded(rejected=(Rejected(code=error.code, message=error.message, at=error.at),))
        return Decoded(records=tuple(_telegram(alert, message.gateway) for alert in alerts))


def _alerts(data: bytes) -> tuple[CapAlert, ...]:
    root = parse(data)
    if not is_envelope(root):
        return (read(data),)
    alerts = tuple(opened(root).alerts())
    if not alerts:
        raise CapError("no_alert", "the envelope holds no CAP alert", "/EDXLDistribution")
    return alerts


def _telegram(alert: CapAlert, gateway: str) -> CapTelegram:
    return CapTelegram(alert=alert, status=_STATUSES.get(alert.status, Status.TEST), gateway=gateway)
