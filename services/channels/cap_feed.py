"""The open CAP feed: residents' apps and other systems fetch it, nobody is called.

Publishing is the accepted row of the outbox itself; the pages under ``/cap`` serve its stored bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote

from lxml import etree
from pydantic import BaseModel, ConfigDict

from feeds.cap.lint import lint
from feeds.cap.sign import Signer
from feeds.status import Status
from rules.alert import Alert
from services.channels.admission import refusal
from services.channels.cap_document import MEDIA_TYPE, cap_payload
from services.channels.channel import Delivery, Outcome, Payload, Progress, Verdict
from services.channels.proof import Proof

NAME = "cap_feed"
HEARTBEAT = "heartbeat"  # the name of the document that lists what was published last
_ATOM = "http://www.w3.org/2005/Atom"


class Config(BaseModel):
    """What the feed takes. Whether a drill among it is shown to the public is decided where it is served."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    statuses: frozenset[Status] = frozenset({Status.ACTUAL, Status.EXERCISE})


class CapFeed:
    """The channel ``cap_feed``."""

    name = NAME

    def __init__(self, config: Config, signer: Signer | None = None) -> None:
        self.statuses, self._signer = config.statuses, signer

    def render(self, alert: Alert) -> Payload:
        """The CAP document; raises :class:`feeds.cap.CapError` naming the element that breaks the standard."""
        return cap_payload(alert, self._signer)

    async def send(self, delivery: Delivery, now: datetime, progress: Progress) -> Outcome:  # noqa: ARG002
        """Nothing leaves the house: once this outcome is stored, the alert is in the feed."""
        if refused := refusal(delivery, self.statuses, now):
            return refused
        identifier = delivery.context.get("identifier", delivery.id)
        return Outcome(verdict=Verdict.ACCEPTED, remote_id=identifier, detail="published in the feed")

    async def prove(self, alert: Alert, now: datetime) -> Proof:
        """The document is written, and signed where a key is set, as our own reader wants it. Nothing is published."""
        try:
            (document,) = self.render(alert).parts
        except ValueError as error:
            return Proof(fault=f"試験の文書を作れません：{error}")
        faults = [f"{one.rule}：{one.message}" for one in lint(document.encode(), now) if one.level == "error"]
        proven = "CAP文書が規格どおりに書ける" + ("（署名つき）" if self._signer else "")
        if faults:
            return Proof(fault="、".join(faults))
        return Proof(proven=(proven,), unproven=("外から読めること（見張りは shirase cap watch）",))

    async def close(self) -> None:
        """There is nothing to close."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One alert of the feed."""

    identifier: str
    title: str
    author: str
    updated: datetime


def document_url(base_url: str, identifier: str) -> str:
    """Where an alert is and stays; its content never changes."""
    return f"{base_url.rstrip('/')}/cap/{quote(identifier, safe='')}.xml"


def atom(entries: Sequence[Entry], base_url: str, title: str, updated: datetime) -> bytes:
    """An Atom feed (RFC 4287) that links to the alerts, newest first; no entry means no alert is in force."""
    root = etree.fromstring(f'<feed xmlns="{_ATOM}"/>')
    address = f"{base_url.rstrip('/')}/cap/feed.atom"
    _put(root, "id", address)
    _put(root, "title", title)
    _put(root, "updated", _time(updated))
    _put(_put(root, "author"), "name", title)
    _put(root, "link", rel="self", type="application/atom+xml", href=address)
    _put(root, "link", rel="related", type=MEDIA_TYPE, title=HEARTBEAT, href=document_url(base_url, HEARTBEAT))
    for entry in sorted(entries, key=lambda one: (one.updated, one.identifier), reverse=True):
        _put_entry(root, entry, document_url(base_url, entry.identifier))
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _put_entry(root: etree._Element, entry: Entry, url: str) -> None:
    element = _put(root, "entry")
    _put(element, "id", url)
    _put(element, "title", entry.title)
    _put(element, "updated", _time(entry.updated))
    _put(_put(element, "author"), "name", entry.author)
    _put(element, "link", rel="alternate", type=MEDIA_TYPE, href=url)


def _put(parent: etree._Element, name: str, text: str = "", **attributes: str) -> etree._Element:
    element = etree.SubElement(parent, f"{{{_ATOM}}}{name}", attributes)
    element.text = text or None
    return element


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
