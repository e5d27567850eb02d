"""Write CAP 1.2, strictly: an alert that would break a rule is refused instead of published.

Identity is the triplet (sender, identifier, sent) and receivers quote it: write once, keep the bytes, never again.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from lxml import etree

from feeds.cap.schema import NAMESPACE
from feeds.cap.types import CapAlert, CapArea, CapError, CapInfo, CapResource, CapValue
from feeds.cap.xml import path_of
from feeds.japan import JAPAN

# Warnings about what others send that are faults in what we send.
_REFUSED_TOO = frozenset({"impossible_reference", "expires_early", "low_ceiling", "date_line"})


def write(alert: CapAlert) -> bytes:
    """The document as UTF-8, times in +09:00 and whole seconds, nothing empty.

    Raises :class:`CapError` naming the element that breaks the standard.
    """
    root = etree.fromstring(f'<alert xmlns="{NAMESPACE}"/>')  # makes it the default namespace, without prefix
    _put(root, "identifier", alert.identifier)
    _put(root, "sender", alert.sender)
    _put_time(root, "sent", alert.sent)
    _put(root, "status", alert.status)
    _put(root, "msgType", alert.msg_type)
    _put(root, "source", alert.source)
    _put(root, "scope", alert.scope)
    _put(root, "restriction", alert.restriction)
    _put(root, "addresses", _quoted(alert.addresses))
    for code in alert.codes:
        _put(root, "code", code)
    _put(root, "note", alert.note)
    triplets = (f"{ref.sender},{ref.identifier},{_stamp(ref.sent, '/alert/references')}" for ref in alert.references)
    _put(root, "references", " ".join(triplets))
    _put(root, "incidents", _quoted(alert.incidents))
    for info in alert.infos:
        _put_info(root, info)
    _refuse_faults(root)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _put_info(root: etree._Element, info: CapInfo) -> None:
    element = _group(root, "info")
    if not info.language:
        raise CapError("missing", "language is missing; without it receivers read English", path_of(element))
    _put(element, "language", info.language)
    for category in info.categories:
        _put(element, "category", category)
    _put(element, "event", info.event)
    for response in info.response_types:
        _put(element, "responseType", response)
    _put(element, "urgency", info.urgency)
    _put(element, "severity", info.severity)
    _put(element, "certainty", info.certainty)
    _put(element, "audience", info.audience)
    _put_values(element, "eventCode", info.event_codes)
    _put_time(element, "effective", info.effective)
    _put_time(element, "onset", info.onset)
    _put_time(element, "expires", info.expires)
    _put(element, "senderName", info.sender_name)
    _put(element, "headline", info.headline)
    _put(element, "description", info.description)
    _put(element, "instruction", info.instruction)
    _put(element, "web", info.web)
    _put(element, "contact", info.contact)
    _put_values(element, "parameter", info.parameters)
    for resource in info.resources:
        _put_resource(element, resource)
    for area in info.areas:
        _put_area(element, area)


def _put_resource(parent: etree._Element, resource: CapResource) -> None:
    element = _group(parent, "resource")
    _put(element, "resourceDesc", resource.description)
    _put(element, "mimeType", resource.mime_type)
    _put(element, "size", "" if resource.size is None else str(resource.size))
    _put(element, "uri", resource.uri)
    _put(element, "derefUri", resource.deref_uri)
    _put(element, "digest", resource.digest)


def _put_area(parent: etree._Element, area: CapArea) -> None:
    element = _group(parent, "area")
    _put(element, "areaDesc", area.description)
    for ring in area.polygons:
        _put(element, "polygon", _pairs(ring))
    for circle in area.circles:
        _put(element, "circle", f"{_pairs([(circle.lon, circle.lat)])} {_decimal(circle.radius_km)}")
    _put_values(element, "geocode", area.geocodes)
    _put(element, "altitude", "" if area.altitude_ft is None else _decimal(area.altitude_ft))
    _put(element, "ceiling", "" if area.ceiling_ft is None else _decimal(area.ceiling_ft))


def _put_values(parent: etree._Element, name: str, values: Iterable[CapValue]) -> None:
    for value in values:
        element = _group(parent, name)
        _put(element, "valueName", value.name)
        _put(element, "value", value.value)


def _group(parent: etree._Element, name: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{NAMESPACE}}}{name}")


def _put(parent: etree._Element, name: str, text: str) -> None:
    """Write the element, unless there is nothing to write: empty elements mislead receivers."""
    if not text.strip():
        return
    element = _group(parent, name)
    try:
        element.text = text.strip()
    except ValueError as error:
        raise CapError("bad_text", f"{name} holds a control character", path_of(element)) from error


def _put_time(parent: etree._Element, name: str, moment: datetime | None) -> None:
    if moment is not None:
        _put(parent, name, _stamp(moment, f"{path_of(parent)}/{name}"))


def _stamp(moment: datetime, at: str) -> str:
    if moment.tzinfo is None:
        raise CapError("bad_time", f"{moment!r} has no time zone", at)
    if moment.microsecond:
        raise CapError("bad_time", f"{moment.isoformat()} is not a whole second", at)
    return moment.astimezone(JAPAN).isoformat()


def _pairs(points: Iterable[tuple[float, float]]) -> str:
    """The one place where (lon, lat) becomes ``lat,lon``."""
    return " ".join(f"{_decimal(lat)},{_decimal(lon)}" for lon, lat in points)


def _decimal(number: float) -> str:
    """Seven decimals (a centimetre) at most, never an exponent."""
    return f"{number:.7f}".rstrip("0").rstrip(".")


def _quoted(words: Iterable[str]) -> str:
    return " ".join(f'"{word}"' if " " in word else word for word in words)


def _refuse_faults(root: etree._Element) -> None:
    from feeds.cap.lint import message_findings  # late: readers, which are everywhere, need no geometry

    for finding in message_findings(root):
        if finding.level == "error" or finding.rule in _REFUSED_TOO:
            raise CapError(finding.rule, f"{finding.message}; {finding.fix}", finding.path)
