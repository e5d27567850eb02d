"""Writing a document for L-Alert: the EDXL-DE envelope with its Report, in the order of the version 1 series.

Names, order and what stands twice follow a whole call as the node delivered it in 2013, and the interface's public
descriptions; the numbers in the namespaces are a setting, because versions differ in them.
"""

from __future__ import annotations

from lxml import etree

from feeds.lalert.document import Issue, Office
from feeds.lalert.pen import COMMONS, DE, PCX, put, stamp, texts
from feeds.lalert.write_body import write_body

_CARRIERS = "publicCommons:media:urgentmail:carrier"
_CONTACTS = ("phone", "fax", "e-mail", "personResponsible")


def write(issue: Issue, suffix: str = "3") -> bytes:
    """The document in UTF-8. ``suffix`` is the number at the end of the namespaces of Report, Head and bodies."""
    pen = _Pen(suffix)
    root = etree.Element(f"{{{DE}}}EDXLDistribution", nsmap=pen.names)
    texts(
        root,
        DE,
        {
            "distributionID": issue.distribution_id,
            "senderID": issue.sender_id,
            "dateTimeSent": stamp(issue.sent),
            "distributionStatus": issue.status,
            "distributionType": issue.type,
            "combinedConfidentiality": "UNCLASSIFIED AND NOT SENSITIVE",
            "language": "ja-JP",
        },
    )
    for spot in issue.targets:
        target = put(root, COMMONS, "targetArea")
        texts(target, COMMONS, {"areaName": spot.name, "jisX0402": spot.municipality})
    content = put(root, COMMONS, "contentObject")
    put(content, DE, "contentDescription", issue.headline)
    if issue.carrier:
        texts(put(content, DE, "consumerRole"), DE, {"valueListUrn": _CARRIERS, "value": issue.carrier})
    embedded = put(put(content, DE, "xmlContent"), DE, "embeddedXMLContent")
    pen.report(embedded, issue)
    texts(
        content,
        COMMONS,
        {
            "publishingOfficeName": issue.office.name,
            "publishingOfficeID": issue.office.code,
            "publishingOfficeDomainName": issue.office.domain,
            **_identity(issue),
            "category": issue.category,
            "urgency": issue.urgency,
            "severity": issue.severity,
            "certainty": issue.certainty,
        },
    )
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


class _Pen:
    """Writes what has a number in its namespace."""

    def __init__(self, suffix: str) -> None:
        self._suffix = suffix
        self._report, self._head = f"{PCX}/{suffix}", f"{PCX}/informationBasis{suffix}/"
        self._basis = f"{PCX}/elementBasis{suffix}/"
        self.names = {
            "edxlde": DE,
            "commons": COMMONS,
            "pcxml": self._report,
            "pcx_ib": self._head,
            "pcx_eb": self._basis,
        }

    def report(self, parent: etree._Element, issue: Issue) -> None:
        report = put(parent, self._report, "Report")
        self._control(put(report, self._report, "Control"), issue)
        self._write_head(put(report, self._head, "Head"), issue)
        write_body(report, issue.body, self._suffix)

    def _control(self, control: etree._Element, issue: Issue) -> None:
        put(control, self._report, "Title", issue.category)
        put(control, DE, "distributionStatus", issue.status)
        self._office(put(control, self._report, "EditorialOffice"), issue.office)
        publishing = put(control, self._report, "PublishingOffice")
        self._office(put(publishing, self._basis, "OfficeInfo"), issue.office)
        if issue.errata:
            errata = put(control, self._report, "Errata")
            texts(errata, self._basis, {"Description": issue.errata, "DateTime": stamp(issue.sent)})

    def _office(self, parent: etree._Element, office: Office) -> None:
        put(parent, self._basis, "OrganizationCode", office.code)
        for kind in _CONTACTS:
            if office.contacts.get(kind):
                contact = put(parent, self._basis, "ContactInfo", office.contacts[kind])
                contact.set(f"{{{self._basis}}}contactType", kind)
        names = {"OfficeName": office.name, "OfficeDomainName": office.domain, "OrganizationName": office.organization}
        texts(parent, self._basis, names)

    def _write_head(self, head: etree._Element, issue: Issue) -> None:
        times = {
            "Title": issue.title,
            "CreateDateTime": stamp(issue.sent),
            "FirstCreateDateTime": stamp(issue.first_sent),
            "ReportDateTime": stamp(issue.sent),
            "TargetDateTime": stamp(issue.sent),
            "ValidDateTime": stamp(issue.until) if issue.until else "",
        }
        texts(head, self._head, times)
        texts(head, DE, {"distributionID": issue.distribution_id, "distributionType": issue.type})
        revision, before, document = "documentRevision", "previousDocumentRevision", "documentID"
        identity = _identity(issue)  # in another order here than at the end
        texts(head, COMMONS, {name: identity[name] for name in (revision, before, document)})
        headline = put(head, self._head, "Headline")
        put(headline, self._head, "Text", issue.headline)
        areas = put(headline, self._head, "Areas")
        for spot in issue.targets:
            texts(put(areas, self._head, "Area"), COMMONS, {"areaName": spot.name, "jisX0402": spot.municipality})


def _identity(issue: Issue) -> dict[str, str]:
    before = str(issue.revision - 1) if issue.revision > 1 else ""
    return {
        "previousDocumentRevision": before,
        "documentRevision": str(issue.revision),
        "documentID": issue.document_id,
    }
