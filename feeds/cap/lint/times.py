"""What the standard asks of times beyond their form: an order, an end, and no end long ago."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from lxml import etree

from feeds.cap.lint.blocks import moment, of_blocks
from feeds.cap.lint.finding import Finding, found
from feeds.cap.schema import is_time
from feeds.cap.tree import child_of
from feeds.cap.xml import text_of

_LONG = timedelta(days=31)
_CLOCKS_APART = timedelta(minutes=5)  # what clocks of honest senders may differ by


def time_findings(root: etree._Element) -> Iterator[Finding]:
    """Times that do not go together, and times that the schema lets pass."""
    sent = moment(root, "sent")
    for info, element in of_blocks(root, "expires"):
        expires = moment(info, "expires")
        if expires is None:
            continue
        starts = (sent, moment(info, "effective"), moment(info, "onset"))
        if any(start is not None and expires < start for start in starts):
            message = "expires lies before the alert begins: receivers drop it at once"
            yield found("expires_early", element, message, "set expires after sent, effective and onset")
        if sent is not None and expires - sent > _LONG:
            message = f"the alert holds for {(expires - sent).days} days: nobody will look at it for so long"
            yield found("long_life", element, message, "send an Update before a nearer end")
    for name in ("sent", "effective", "onset", "expires"):
        for element in root.iter(f"{{{etree.QName(root).namespace}}}{name}"):
            if is_time(text_of(element)) and text_of(element).strip().endswith("+00:00"):
                message = "UTC is written -00:00; +00:00 says that the clocks there show UTC"
                yield found("utc", element, message, "write -00:00 where UTC is meant")


def clock_findings(root: etree._Element, now: datetime) -> Iterator[Finding]:
    """Times that are odd today."""
    sent, element = moment(root, "sent"), child_of(root, "sent")
    if sent is not None and element is not None and sent > now + _CLOCKS_APART:
        message = f"sent lies {sent - now} in the future: receivers put it before what comes after it"
        yield found("sent_ahead", element, message, "set the clock of the sender")
    for info, end in of_blocks(root, "expires"):
        expires = moment(info, "expires")
        if expires is not None and expires <= now:
            yield found("expired", end, "the alert is over: receivers drop it", "nothing to do for an old document")
