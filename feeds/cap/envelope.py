"""EDXL-DE 1.0: the envelope in which CAP alerts travel between systems that route by it without opening it.

The status of the envelope is that of the alert: there is no way to say another, so a drill never leaves as Actual.
Of an envelope that comes in, the stricter of the two counts, that is any but Actual.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from lxml import etree

from feeds.cap.read import moment_of, read
from feeds.cap.schema import NAMESPACE, OLDER
from feeds.cap.tree import children_of, texts_of, words_of
from feeds.cap.types import CapAlert, CapError
from feeds.cap.xml import LIMIT, parse, path_of

DISTRIBUTION = "urn:oasis:names:tc:emergency:EDXL:DE:1.0"
STATUSES = ("Actual", "Exercise", "System", "Test")
_KINDS = {"Alert": "Report", "Update": "Update", "Cancel": "Cancel", "Ack": "Ack", "Error": "Error"}
_ALERTS = {f"{{{namespace}}}alert" for namespace in (NAMESPACE, *OLDER)}
_MOST = 100  # alerts of one envelope


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What came in. ``documents`` are the alerts as they stood inside, each as a document of its own."""

    distribution_id: str
    sender_id: str
    sent: datetime
    status: str
    kind: str
    references: tuple[str, ...] = ()
    documents: tuple[bytes, ...] = ()

    def alerts(self) -> Iterator[CapAlert]:
        """The alerts, none of them more real than the envelope. Raises :class:`CapError` for one that is no CAP."""
        for document in self.documents:
            yield self.stricter(read(document))

    def stricter(self, alert: CapAlert) -> CapAlert:
        """The alert, with the status of the envelope where only the alert itself says Actual."""
        return replace(alert, status=self.status) if alert.status == "Actual" else alert


def is_envelope(root: etree._Element) -> bool:
    """True for the root element of an EDXL-DE 1.0 document."""
    return root.tag == f"{{{DISTRIBUTION}}}EDXLDistribution"


def unwrap(data: bytes, limit: int = LIMIT) -> Envelope:
    """The envelope and the alerts in it. Raises :class:`CapError` with the place."""
    return opened(parse(data, limit))


def opened(root: etree._Element) -> Envelope:
    """The envelope of a parsed document."""
    if not is_envelope(root):
        raise CapError("not_edxl", f"the root element is {root.tag}, not EDXLDistribution of EDXL-DE 1.0", "/")
    status = _needed(root, "distributionStatus")
    if status not in STATUSES:
        message = f"distributionStatus is {status[:40]!r}, not one of {', '.join(STATUSES)}"
        raise CapError("bad_value", message, f"{path_of(root)}/distributionStatus")
    try:
        sent = moment_of(_needed(root, "dateTimeSent"))
    except (ValueError, OverflowError) as error:
        raise CapError("bad_time", str(error), f"{path_of(root)}/dateTimeSent") from error
    documents = tuple(_alone(alert) for alert in _alerts(root))
    if len(documents) > _MOST:
        raise CapError("too_many", f"{len(documents)} alerts in one envelope; at most {_MOST} are read", path_of(root))
    return Envelope(
        distribution_id=_needed(root, "distributionID"),
        sender_id=_needed(root, "senderID"),
        sent=sent,
        status=status,
        kind=_needed(root, "distributionType"),
        references=tuple(texts_of(root, "distributionReference")),
        documents=documents,
    )


def _needed(root: etree._Element, name: str) -> str:
    text = words_of(root, name)
    if not text:
        raise CapError("missing", f"{name} is missing or empty", f"{path_of(root)}/{name}")
    return text


def _alerts(root: etree._Element) -> Iterator[etree._Element]:
    """The alerts where the standard puts them, and nowhere else."""
    for content in children_of(root, "contentObject"):
        for xml in children_of(content, "xmlContent"):
            for name in ("keyXMLContent", "embeddedXMLContent"):
                for embedded in children_of(xml, name):
                    yield from embedded.iterchildren(*_ALERTS)


def _alone(alert: etree._Element) -> bytes:
    """The alert as a document of its own, without what only the envelope declared: signatures may cover that."""
    parent = alert.getparent()
    around = {} if parent is None else parent.nsmap
    own = [prefix for prefix, uri in alert.nsmap.items() if prefix and around.get(prefix) != uri]
    copy = etree.fromstring(etree.tostring(alert, with_tail=False))
    etree.cleanup_namespaces(copy, keep_ns_prefixes=own)
    return etree.tostring(copy, xml_declaration=True, encoding="UTF-8")


def wrap(document: bytes) -> bytes:
    """The CAP document in an envelope of its status, byte for byte as it was signed.

    Raises :class:`CapError` where it is no CAP, or a Draft: drafts do not travel.
    """
    alert, root = read(document), parse(document)
    if alert.status not in STATUSES:
        raise CapError("draft", f"a {alert.status} does not leave the house", "/alert/status")
    envelope = etree.fromstring(f'<EDXLDistribution xmlns="{DISTRIBUTION}"/>')
    _put(envelope, "distributionID", alert.identifier)
    _put(envelope, "senderID", _actor(alert.sender))
    _put(envelope, "dateTimeSent", words_of(root, "sent"))
    _put(envelope, "distributionStatus", alert.status)
    _put(envelope, "distributionType", _KINDS[alert.msg_type])
    _put(envelope, "combinedConfidentiality", "UNCLASSIFIED AND NOT SENSITIVE")
    if alert.infos:
        _put(envelope, "language", alert.infos[0].language)
    for earlier in alert.references:
        told = f"{earlier.identifier},{_actor(earlier.sender)},{earlier.sent.isoformat()}"
        _put(envelope, "distributionReference", told)
    _put_area(envelope, root)
    content = _put(envelope, "contentObject")
    if alert.infos:
        _put(content, "contentDescription", alert.infos[0].headline or alert.infos[0].event)
    _put(_put(content, "xmlContent"), "embeddedXMLContent").append(root)
    return etree.tostring(envelope, xml_declaration=True, encoding="UTF-8") + b"\n"


def _put_area(envelope: etree._Element, root: etree._Element) -> None:
    """The shapes of the first block; those of the other languages are the same."""
    areas = [area for info in list(children_of(root, "info"))[:1] for area in children_of(info, "area")]
    shapes = {name: [text for area in areas for text in texts_of(area, name)] for name in ("circle", "polygon")}
    if any(shapes.values()):
        target = _put(envelope, "targetArea")
        for name, texts in shapes.items():
            for text in texts:
                _put(target, name, " ".join(text.split()))


def _actor(sender: str) -> str:
    """The sender as EDXL-DE wants it, somebody at a domain."""
    return sender if "@" in sender else f"cap@{sender}"


def _put(parent: etree._Element, name: str, text: str = "") -> etree._Element:
    element = etree.SubElement(parent, f"{{{DISTRIBUTION}}}{name}")
    element.text = text or None
    return element
