"""The CAP document of an alert: the same bytes for every channel that speaks CAP, signed where a key is set."""

from __future__ import annotations

from feeds.cap import write
from feeds.cap.envelope import wrap
from feeds.cap.sign import Signer
from rules.alert import Alert
from rules.cap_message import to_cap
from services.channels.channel import Payload

MEDIA_TYPE = "application/cap+xml"


def cap_payload(alert: Alert, signer: Signer | None, enveloped: bool = False) -> Payload:
    """The document, on wish in an envelope of EDXL-DE.

    Raises :class:`feeds.cap.CapError` naming the element that breaks the standard.
    """
    written = write(to_cap(alert))
    signed = signer.sign(written) if signer else written
    document = (wrap(signed) if enveloped else signed).decode()
    media_type = "application/xml" if enveloped else MEDIA_TYPE
    return Payload(media_type=media_type, parts=(document,), counts=(f"{len(document.encode())} bytes",))
