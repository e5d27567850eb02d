"""The CAP document of an alert: the same bytes for every channel that speaks CAP, signed where a key is set."""

from __future__ import annotations

from feeds.cap import write
from feeds.cap.sign import Signer
from rules.alert import Alert
from rules.cap_message import to_cap
from services.channels.channel import Payload

MEDIA_TYPE = "application/cap+xml"


def cap_payload(alert: Alert, signer: Signer | None) -> Payload:
    """The document; raises :class:`feeds.cap.CapError` naming the element that breaks the standard."""
    written = write(to_cap(alert))
    document = (signer.sign(written) if signer else written).decode()
    return Payload(media_type=MEDIA_TYPE, parts=(document,), counts=(f"{len(document.encode())} bytes",))
