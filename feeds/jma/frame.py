"""Control and Head: what every telegram has, whatever its type. Elements are matched by namespace and local name."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from feeds.decimals import decimal
from feeds.instant import instant, iso_utc
from feeds.records import Rejected
from feeds.safe_xml import path_of
from feeds.status import Status

JMX = "http://xml.kishou.go.jp/jmaxml1/"
IB = f"{JMX}informationBasis1/"
EB = f"{JMX}elementBasis1/"
METEOROLOGY = f"{JMX}body/meteorology1/"
SEISMOLOGY = f"{JMX}body/seismology1/"
VOLCANOLOGY = f"{JMX}body/volcanology1/"
BODIES = (METEOROLOGY, SEISMOLOGY, VOLCANOLOGY)

STATUSES = {"通常": Status.ACTUAL, "訓練": Status.EXERCISE, "試験": Status.TEST}
_BLANK = " \t\r\n"  # XML's blanks only: a full-width space belongs to the text


class BadTelegram(ValueError):  # noqa: N818 - it carries a finding, it is not the program's error
    """A telegram that is not what its type says. Stays inside the feed: it becomes a Rejected."""

    def __init__(self, code: str, message: str, at: str) -> None:
        super().__init__(message)
        self.rejected = Rejected(code=code, message=message, at=at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Control and Head taken apart, Headline and Body as elements. Texts as given; empty is None."""

    title: str
    control_status: str
    status: Status
    control_datetime: str
    editorial_office: str
    publishing_office: str
    head_title: str
    report_datetime: str
    reported_at: datetime
    target_datetime: str | None
    valid_datetime: str | None
    event_id: str | None
    info_type: str
    serial: str | None
    info_kind: str | None
    info_kind_version: str | None
    headline: str | None
    information: tuple[etree._Element, ...]  # Head/Headline/Information
    body: etree._Element | None  # None where it is empty


def plain(text: str | None) -> str:
    """Full-width digits and brackets made half-width, blanks around gone: for comparing, never for showing."""
    return unicodedata.normalize("NFKC", text or "").strip()


def children(parent: etree._Element | None, name: str) -> Iterator[etree._Element]:
    """Child elements of that name in the parent's own namespace."""
    if parent is not None:
        yield from parent.iterchildren(f"{{{etree.QName(parent).namespace}}}{name}")


def child(parent: etree._Element | None, *names: str) -> etree._Element | None:
    """The first element down the path of names, None where a step is missing."""
    for name in names:
        parent = next(children(parent, name), None)
    return parent


def text(parent: etree._Element | None, *names: str) -> str | None:
    """The text of the element down the path, None where it is absent or empty."""
    found = child(parent, *names)
    return None if found is None else (found.text or "").strip(_BLANK) or None


def number(element: etree._Element | None) -> float | None:
    """The finite number an element holds; None where it is absent, empty (欠測) or NaN (不明)."""
    try:
        return None if element is None else decimal(unicodedata.normalize("NFKC", element.text or "").strip())
    except ValueError:
        return None


def need(parent: etree._Element, name: str) -> str:
    """The text of a child that must be there."""
    found = text(parent, name)
    if found is None:
        raise BadTelegram("bad_telegram", f"{name} is missing or empty", f"{path_of(parent)}/{name}")
    return found


def read_frame(root: etree._Element) -> Frame:
    """Take the frame apart; BadTelegram where this is no JMA report, or its Status or ReportDateTime cannot be read."""
    if root.tag != f"{{{JMX}}}Report":
        raise BadTelegram("not_jma", f"the root is {root.tag!r}, expected Report of {JMX}", f"/{_local(root)}")
    control, head = root.find(f"{{{JMX}}}Control"), root.find(f"{{{IB}}}Head")
    if control is None or head is None:
        lacking = "Control" if control is None else "Head"
        raise BadTelegram("bad_telegram", f"{lacking} is missing", f"/Report/{lacking}")
    control_status = need(control, "Status")  # first of all: is this real?
    if control_status not in STATUSES:
        raise BadTelegram("bad_status", f"{control_status!r} is not 通常, 訓練 or 試験", "/Report/Control/Status")
    report_datetime = need(head, "ReportDateTime")
    headline = child(head, "Headline")
    return Frame(
        title=need(control, "Title"),
        control_status=control_status,
        status=STATUSES[control_status],
        control_datetime=_in_utc(need(control, "DateTime")),
        editorial_office=text(control, "EditorialOffice") or "",
        publishing_office=text(control, "PublishingOffice") or "",
        head_title=text(head, "Title") or "",
        report_datetime=report_datetime,
        reported_at=_moment(report_datetime),
        target_datetime=text(head, "TargetDateTime"),
        valid_datetime=text(head, "ValidDateTime"),
        event_id=text(head, "EventID"),
        info_type=need(head, "InfoType"),
        serial=text(head, "Serial"),
        info_kind=text(head, "InfoKind"),
        info_kind_version=text(head, "InfoKindVersion"),
        headline=text(headline, "Text"),
        information=tuple(children(headline, "Information")),
        body=_body(root),
    )


def _body(root: etree._Element) -> etree._Element | None:
    for namespace in BODIES:
        body = root.find(f"{{{namespace}}}Body")
        if body is not None and len(body):
            return body
    return None


def _moment(report_datetime: str) -> datetime:
    try:
        return instant(report_datetime)
    except ValueError as error:
        raise BadTelegram("bad_time", str(error), "/Report/Head/ReportDateTime") from None


def _in_utc(told: str) -> str:
    """As JMA writes it, in UTC with Z: by this text two telegrams of one minute are told apart."""
    try:
        return iso_utc(instant(told))
    except ValueError:
        return told


def _local(element: etree._Element) -> str:
    return etree.QName(element).localname
