"""Writing a document for L-Alert: the EDXL-DE envelope with its Report, in the order of the version 1 series.

Names, order and what stands twice follow a whole call as the node delivered it in 2013, and the interface's public
descriptions; the numbers in the namespaces are a setting, because versions differ in them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone

from lxml import etree

from feeds.lalert.document import Evacuation, Issue, Notice, Office, Order, Spot

_DE = "urn:oasis:names:tc:emergency:EDXL:DE:1.0"
_COMMONS = "http://xml.publiccommons.ne.jp/xml/edxl/"
_PCX = "http://xml.publiccommons.ne.jp/pcxml1"
_JST = timezone(timedelta(hours=9))
_CONTACTS = ("phone", "fax", "e-mail", "personResponsible")


def write(issue: Issue, suffix: str = "3") -> bytes:
    """The document in UTF-8. ``suffix`` is the number at the end of the namespaces of Report, Head and bodies."""
    pen = _Pen(suffix)
    root = etree.Element(f"{{{_DE}}}EDXLDistribution", nsmap=pen.names)
    _texts(
        root,
        _DE,
        {
            "distributionID": issue.distribution_id,
            "senderID": issue.sender_id,
            "dateTimeSent": _time(issue.sent),
            "distributionStatus": issue.status,
            "distributionType": issue.type,
            "combinedConfidentiality": "UNCLASSIFIED AND NOT SENSITIVE",
            "language": "ja-JP",
        },
    )
    for spot in issue.targets:
        target = _put(root, _COMMONS, "targetArea")
        _texts(target, _COMMONS, {"areaName": spot.name, "jisX0402": spot.municipality})
    content = _put(root, _COMMONS, "contentObject")
    _put(content, _DE, "contentDescription", issue.headline)
    embedded = _put(_put(content, _DE, "xmlContent"), _DE, "embeddedXMLContent")
    pen.report(embedded, issue)
    _texts(
        content,
        _COMMONS,
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
        self._report, self._head = f"{_PCX}/{suffix}", f"{_PCX}/informationBasis{suffix}/"
        self._basis = f"{_PCX}/elementBasis{suffix}/"
        self.names = {
            "edxlde": _DE,
            "commons": _COMMONS,
            "pcxml": self._report,
            "pcx_ib": self._head,
            "pcx_eb": self._basis,
        }

    def report(self, parent: etree._Element, issue: Issue) -> None:
        report = _put(parent, self._report, "Report")
        self._control(_put(report, self._report, "Control"), issue)
        self._write_head(_put(report, self._head, "Head"), issue)
        if isinstance(issue.body, Evacuation):
            self._evacuation(report, issue.body)
        else:
            self._notice(report, issue.body)

    def _control(self, control: etree._Element, issue: Issue) -> None:
        _put(control, self._report, "Title", issue.category)
        _put(control, _DE, "distributionStatus", issue.status)
        self._office(_put(control, self._report, "EditorialOffice"), issue.office)
        publishing = _put(control, self._report, "PublishingOffice")
        self._office(_put(publishing, self._basis, "OfficeInfo"), issue.office)
        if issue.errata:
            errata = _put(control, self._report, "Errata")
            _texts(errata, self._basis, {"Description": issue.errata, "DateTime": _time(issue.sent)})

    def _office(self, parent: etree._Element, office: Office) -> None:
        _put(parent, self._basis, "OrganizationCode", office.code)
        for kind in _CONTACTS:
            if office.contacts.get(kind):
                contact = _put(parent, self._basis, "ContactInfo", office.contacts[kind])
                contact.set(f"{{{self._basis}}}contactType", kind)
        names = {"OfficeName": office.name, "OfficeDomainName": office.domain, "OrganizationName": office.organization}
        _texts(parent, self._basis, names)

    def _write_head(self, head: etree._Element, issue: Issue) -> None:
        times = {
            "Title": issue.title,
            "CreateDateTime": _time(issue.sent),
            "FirstCreateDateTime": _time(issue.first_sent),
            "ReportDateTime": _time(issue.sent),
            "TargetDateTime": _time(issue.sent),
            "ValidDateTime": _time(issue.until) if issue.until else "",
        }
        _texts(head, self._head, times)
        _texts(head, _DE, {"distributionID": issue.distribution_id, "distributionType": issue.type})
        revision, before, document = "documentRevision", "previousDocumentRevision", "documentID"
        identity = _identity(issue)  # in another order here than at the end
        _texts(head, _COMMONS, {name: identity[name] for name in (revision, before, document)})
        headline = _put(head, self._head, "Headline")
        _put(headline, self._head, "Text", issue.headline)
        areas = _put(headline, self._head, "Areas")
        for spot in issue.targets:
            _texts(_put(areas, self._head, "Area"), _COMMONS, {"areaName": spot.name, "jisX0402": spot.municipality})

    def _evacuation(self, report: etree._Element, body: Evacuation) -> None:
        space = f"{_PCX}/body/evacuation{self._suffix}"
        root = etree.SubElement(report, f"{{{space}}}EvacuationOrder", nsmap={"pcx_ev": space})
        _put(_put(root, self._basis, "Disaster"), self._basis, "DisasterName", body.disaster)
        for order in body.orders:
            self._detail(_put(root, space, "Detail"), space, order)

    def _detail(self, detail: etree._Element, space: str, order: Order) -> None:
        _texts(detail, space, {"Sort": order.sort, "IssueOrLift": "解除" if order.lifts else "発令"})
        areas = _put(detail, space, "Areas")
        for spot in order.spots:
            area = _put(areas, space, "Area")
            self._location(_put(area, self._basis, "Location"), spot)
            _put(area, space, "DateTime", _time(order.at))

    def _location(self, location: etree._Element, spot: Spot) -> None:
        if spot.middle:
            latitude, longitude = spot.middle
            _put(location, _DE, "circle", f"{latitude:.6f},{longitude:.6f},0")
        codes = {"areaName": spot.name, "jisX0402": spot.municipality, "ooAzaTyouTyouMokuCode": spot.town_code}
        _texts(location, _COMMONS, codes)

    def _notice(self, report: etree._Element, body: Notice) -> None:
        space = f"{_PCX}/body/GeneralInformation{self._suffix}"
        root = etree.SubElement(report, f"{{{space}}}GeneralInformation", nsmap={"pcx_gi": space})
        _put(root, space, "DisasterInformationType", body.kind)
        if body.disaster:
            _put(_put(root, self._basis, "Disaster"), self._basis, "DisasterName", body.disaster)
        said = {"Category": body.category, "SubCategory": body.subcategory, "Title": body.title}
        _texts(root, space, {**said, "Description": body.description, "URL": body.url})


def _identity(issue: Issue) -> dict[str, str]:
    before = str(issue.revision - 1) if issue.revision > 1 else ""
    return {
        "previousDocumentRevision": before,
        "documentRevision": str(issue.revision),
        "documentID": issue.document_id,
    }


def _texts(parent: etree._Element, space: str, texts: Mapping[str, str]) -> None:
    """An element each, in order; what is empty is left out."""
    for name, text in texts.items():
        if text:
            _put(parent, space, name, text)


def _put(parent: etree._Element, space: str, name: str, text: str = "") -> etree._Element:
    element = etree.SubElement(parent, f"{{{space}}}{name}")
    element.text = text or None
    return element


def _time(moment: datetime) -> str:
    return moment.astimezone(_JST).isoformat(timespec="seconds")
