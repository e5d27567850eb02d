"""L-Alert (公共情報コモンズ): what neighbours, lifelines and 国民保護 tell, as EDXL or as a SOAP ``publish`` call.

Version 1 series, written down in 2010–2016. Elements are matched by their local names: the node rewrites the numbers
in the namespaces, and version 2 has others again. A document's identity stands there twice, and both must agree.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from lxml import etree

from feeds.instant import instant
from feeds.lalert.body import areas_of, facts_of, items_of, places_in
from feeds.lalert.tree import child, children, descend, local, text
from feeds.lalert.types import LalertDocument, LalertError
from feeds.records import Decoded, Message, Rejected
from feeds.safe_xml import path_of, read_xml
from feeds.status import Status

SCHEME = "lalert:"  # of what the receiver takes in: lalert:RECEIVER/STATUS
_EDXL = "urn:oasis:names:tc:emergency:EDXL:DE:1.0"
_STATUSES = {"Actual": Status.ACTUAL, "Exercise": Status.EXERCISE, "System": Status.TEST, "Test": Status.TEST}
_TYPES = ("Report", "Update", "Cancel")
_ID_AT_MOST = 128


class Lalert:
    """Files, and what the SOAP receiver takes in. It takes no topic: no gateway shall speak for a neighbour."""

    filters: tuple[str, ...] = ()
    name = "lalert"

    def accepts(self, topic: str) -> bool:
        """What the SOAP receiver took in, when it is read again."""
        return topic.startswith(SCHEME)

    def decode(self, message: Message) -> Decoded:
        """A document per content object, or why there is none: hostile XML, no EDXL, no identity, a disagreement.

        The status at the end of the topic bounds theirs, now and when it is read again: a test node stays one.
        """
        root = read_xml(message.payload)
        if isinstance(root, Rejected):
            return Decoded(rejected=(root,))
        try:
            documents = list(_documents(_envelope(root), message.gateway))
        except LalertError as error:
            return Decoded(rejected=(Rejected(code=error.code, message=error.message, at=error.at),))
        most = _at_most(message.topic)
        return Decoded(records=tuple(replace(one, status=one.status.stricter(most)) for one in documents))


def _at_most(topic: str) -> Status:
    if not topic.startswith(SCHEME):
        return Status.ACTUAL
    word = topic.rpartition("/")[2]
    return Status(word) if word in set(Status) else Status.TEST


def _envelope(root: etree._Element) -> etree._Element:
    """The EDXL element: the root itself, or what a SOAP call publishes."""
    if local(root) == "Envelope":
        found = descend(root, "Body", "publish", "message", "EDXLDistribution")
        if found is None:
            raise LalertError("not_lalert", "the SOAP body publishes no EDXLDistribution", path_of(root))
        root = found
    if local(root) != "EDXLDistribution" or etree.QName(root).namespace != _EDXL:
        raise LalertError("not_lalert", f"expected EDXLDistribution of {_EDXL}, found {local(root)}", path_of(root))
    return root


def _documents(envelope: etree._Element, gateway: str) -> Iterator[LalertDocument]:
    contents = list(children(envelope, "contentObject"))
    if not contents:
        raise LalertError("no_content", "the envelope holds no contentObject", path_of(envelope))
    for content in contents:
        yield _document(envelope, content, gateway)


def _document(envelope: etree._Element, content: etree._Element, gateway: str) -> LalertDocument:
    report = descend(content, "xmlContent", "embeddedXMLContent", "Report")
    head, control = child(report, "Head"), child(report, "Control")
    body = _body(report)
    sent_text = text(envelope, "dateTimeSent")
    category = text(content, "category") or text(control, "Title") or (local(body) if body is not None else "")
    disaster = text(body, "Disaster", "DisasterName")
    return LalertDocument(
        category=category,
        document_id=_agreed("documentID", content, head) or _missing("documentID", content),
        revision=_revision(content, head),
        previous_revision=text(content, "previousDocumentRevision") or text(head, "previousDocumentRevision") or None,
        distribution_id=_agreed("distributionID", envelope, head),
        type=_type(_agreed("distributionType", envelope, head), envelope),
        distribution_status=text(envelope, "distributionStatus"),
        status=_status(envelope, control),
        sender=text(envelope, "senderID"),
        sent=sent_text,
        measured_at=_instant(sent_text, envelope),
        title=text(head, "Title"),
        headline=text(head, "Headline", "Text") or text(content, "contentDescription"),
        report_datetime=text(head, "ReportDateTime") or None,
        target_datetime=text(head, "TargetDateTime") or None,
        valid_datetime=text(head, "ValidDateTime") or None,
        urgency=text(content, "urgency"),
        severity=text(content, "severity"),
        certainty=text(content, "certainty"),
        errata=text(control, "Errata", "Description"),
        office=text(content, "publishingOfficeName") or text(control, "EditorialOffice", "OfficeName"),
        organization=text(control, "EditorialOffice", "OrganizationName"),
        organization_code=text(control, "EditorialOffice", "OrganizationCode"),
        disaster=disaster,
        areas=areas_of(body, head, envelope, disaster),
        target_areas=places_in(envelope, "targetArea"),
        items=items_of(body, disaster),
        facts=facts_of(body),
        gateway=gateway,
    )


def _body(report: etree._Element | None) -> etree._Element | None:
    """What stands beside Control and Head, None in a shortened document."""
    if report is None:
        return None
    return next((one for one in report.iterchildren("{*}*") if local(one) not in {"Control", "Head"}), None)


def _agreed(name: str, outer: etree._Element, head: etree._Element | None) -> str:
    """What the envelope and the document's Head both say, or the one that says it."""
    without, within = text(outer, name), text(head, name)
    if without and within and without != within:
        what = f"{name} is {without[:64]!r} in the envelope and {within[:64]!r} in the document"
        raise LalertError("disagreement", f"{what}: which one is meant?", path_of(outer))
    found = without or within
    if len(found) > _ID_AT_MOST:
        raise LalertError("bad_lalert", f"{name} has {len(found)} characters; at most {_ID_AT_MOST}", path_of(outer))
    return found


def _missing(name: str, element: etree._Element) -> str:
    raise LalertError("bad_lalert", f"{name} is missing: without it revisions cannot be told apart", path_of(element))


def _revision(content: etree._Element, head: etree._Element | None) -> int:
    written = _agreed("documentRevision", content, head) or _missing("documentRevision", content)
    if not written.isascii() or not written.isdigit() or len(written) > 9:
        raise LalertError("bad_lalert", f"documentRevision {written[:20]!r} is no number", path_of(content))
    return int(written)


def _type(written: str, envelope: etree._Element) -> str | None:
    if written and written not in _TYPES:
        what = f"distributionType {written[:40]!r} is none of {', '.join(_TYPES)}"
        raise LalertError("bad_lalert", what, path_of(envelope))
    return written or None


def _status(envelope: etree._Element, control: etree._Element | None) -> Status:
    """How real it is. A word that is not known, or none, is refused and never taken for real."""
    written = _agreed("distributionStatus", envelope, control)
    if written not in _STATUSES:
        what = f"distributionStatus {written[:40]!r} is none of {', '.join(_STATUSES)}"
        raise LalertError("bad_status", what, path_of(envelope))
    return _STATUSES[written]


def _instant(written: str, envelope: etree._Element) -> datetime:
    try:
        return instant(written)
    except ValueError as error:
        raise LalertError("bad_time", f"dateTimeSent: {error}", path_of(envelope)) from None
