"""Read CAP: hostile documents are refused, clumsy ones are understood.

Any order of elements, CAP 1.0 and 1.1, open rings, brackets around coordinates and ``Z`` times are accepted here;
whether a document keeps the rules is the linter's question. What cannot be understood is an error, never a guess.
"""

from __future__ import annotations

import math
import re
import shlex
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from lxml import etree

from feeds import cap_schema as schema
from feeds.cap_types import CapAlert, CapArea, CapCircle, CapError, CapInfo, CapReference, CapResource, CapValue, Ring
from feeds.cap_xml import LIMIT, name_of, parse, path_of

_VERSIONS = {schema.NAMESPACE: "1.2", **schema.OLDER}
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?([-+]\d\d:\d\d|Z)", re.ASCII)
_RENAMED = {"Very Likely": "Likely"}  # CAP 1.0


def read(data: bytes, limit: int = LIMIT) -> CapAlert:
    """The alert in a CAP 1.2, 1.1 or 1.0 document of at most ``limit`` bytes.

    Raises :class:`CapError` with the place, e.g. ``doctype``, ``not_xml``, ``not_cap``, ``missing``, ``bad_value``,
    ``bad_time``, ``bad_number`` or ``bad_polygon``.
    """
    root = parse(data, limit)
    version = _VERSIONS.get(etree.QName(root).namespace or "")
    if name_of(root) != "alert" or version is None:
        raise CapError("not_cap", f"the root element is {root.tag}, not an alert of CAP 1.2", "/" + name_of(root))
    scope = _text(root, "scope")
    return CapAlert(
        identifier=_needed(root, "identifier"),
        sender=_needed(root, "sender"),
        sent=_time(_needed(root, "sent"), path_of(root) + "/sent"),
        status=_word(root, schema.STATUS),
        msg_type=_word(root, schema.MSG_TYPE),
        # CAP 1.0 let the scope go unsaid.
        scope="Public" if version == "1.0" and not scope else _word(root, schema.SCOPE),
        source=_text(root, "source"),
        restriction=_text(root, "restriction"),
        addresses=_quoted(_text(root, "addresses")),
        codes=tuple(_texts(root, "code")),
        note=_text(root, "note"),
        references=tuple(_references(root)),
        incidents=_quoted(_text(root, "incidents")),
        infos=tuple(_info(element) for element in _children(root, "info")),
    )


def _info(element: etree._Element) -> CapInfo:
    return CapInfo(
        language=_text(element, "language") or "en-US",
        categories=_words(element, schema.CATEGORY),
        event=_text(element, "event"),
        response_types=_words(element, schema.RESPONSE),
        urgency=_word(element, schema.URGENCY, "Unknown"),
        severity=_word(element, schema.SEVERITY, "Unknown"),
        certainty=_word(element, schema.CERTAINTY, "Unknown"),
        audience=_text(element, "audience"),
        event_codes=_values(element, "eventCode"),
        effective=_optional_time(element, "effective"),
        onset=_optional_time(element, "onset"),
        expires=_optional_time(element, "expires"),
        sender_name=_text(element, "senderName"),
        headline=_text(element, "headline"),
        description=_text(element, "description"),
        instruction=_text(element, "instruction"),
        web=_text(element, "web"),
        contact=_text(element, "contact"),
        parameters=_values(element, "parameter"),
        resources=tuple(_resource(child) for child in _children(element, "resource")),
        areas=tuple(_area(child) for child in _children(element, "area")),
    )


def _resource(element: etree._Element) -> CapResource:
    size = _number(element, "size")
    return CapResource(
        description=_text(element, "resourceDesc"),
        mime_type=_text(element, "mimeType"),
        size=None if size is None else int(size),
        uri=_text(element, "uri"),
        deref_uri=_text(element, "derefUri"),
        digest=_text(element, "digest"),
    )


def _area(element: etree._Element) -> CapArea:
    polygons = (ring_of(_own_text(child), path_of(child)) for child in _children(element, "polygon"))
    return CapArea(
        description=_text(element, "areaDesc"),
        polygons=tuple(ring for ring in polygons if ring),
        circles=tuple(
            circle_of(_own_text(child), path_of(child)) for child in _children(element, "circle") if _own_text(child)
        ),
        geocodes=_values(element, "geocode"),
        altitude_ft=_number(element, "altitude"),
        ceiling_ft=_number(element, "ceiling"),
    )


def ring_of(text: str, at: str) -> Ring:
    """A closed ring of (lon, lat) from ``lat,lon lat,lon …``; an empty text gives an empty ring."""
    ring = tuple(_point(pair, at) for pair in text.replace("(", " ").replace(")", " ").split())
    if ring and ring[0] != ring[-1]:
        ring = (*ring, ring[0])
    if 0 < len(ring) < 4:
        raise CapError("bad_polygon", "a polygon needs at least three corners", at)
    return ring


def circle_of(text: str, at: str) -> CapCircle:
    """A circle from ``lat,lon radius``."""
    parts = text.replace("(", " ").replace(")", " ").split()
    if len(parts) != 2:
        raise CapError("bad_circle", f"{text[:60]!r} is not 'latitude,longitude radius'", at)
    lon, lat = _point(parts[0], at)
    radius = _finite(parts[1])
    if radius is None or radius < 0:
        raise CapError("bad_circle", f"{parts[1][:20]!r} is not a radius in kilometres", at)
    return CapCircle(lon, lat, radius)


def references_of(text: str) -> Iterator[CapReference | str]:
    """The triplets of a references element; what is not a triplet comes back as the text it is."""
    for token in text.split():
        parts = token.split(",")
        if len(parts) == 3 and all(parts) and _TIME.fullmatch(parts[2]):
            yield CapReference(sender=parts[0], identifier=parts[1], sent=_time(parts[2], "references"))
        else:
            yield token


def _references(root: etree._Element) -> Iterator[CapReference]:
    for reference in references_of(_text(root, "references")):
        if isinstance(reference, str):
            message = f"{reference[:80]!r} is not sender,identifier,sent"
            raise CapError("bad_reference", message, path_of(root) + "/references")
        yield reference


def _point(pair: str, at: str) -> tuple[float, float]:
    halves = pair.split(",")
    lat, lon = (_finite(half) for half in halves) if len(halves) == 2 else (None, None)
    if lat is None or lon is None:
        raise CapError("bad_polygon", f"{pair[:40]!r} is not 'latitude,longitude'", at)
    if abs(lat) > 90 or abs(lon) > 360:  # shapes across the date line run on beyond 180
        raise CapError("bad_polygon", f"{pair[:40]!r} lies outside the earth; the latitude comes first", at)
    return lon, lat


def _finite(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _time(text: str, at: str) -> datetime:
    found = _TIME.fullmatch(text)
    midnight = "T24:00:00" in text
    try:
        if not found:
            raise ValueError(text)
        moment = datetime.fromisoformat(text.replace("T24:00:00", "T00:00:00"))
    except ValueError as error:
        raise CapError(
            "bad_time", f"{text[:40]!r} is not a time with its zone, as 2026-01-15T06:10:00+09:00", at
        ) from error
    moment += timedelta(days=1) if midnight else timedelta()
    return moment.replace(tzinfo=UTC) if not moment.utcoffset() else moment


def _optional_time(element: etree._Element, name: str) -> datetime | None:
    text = _text(element, name)
    return _time(text, f"{path_of(element)}/{name}") if text else None


def _number(element: etree._Element, name: str) -> float | None:
    text = _text(element, name)
    number = _finite(text)
    if text and number is None:
        raise CapError("bad_number", f"{text[:40]!r} is not a number", f"{path_of(element)}/{name}")
    return number


def _needed(element: etree._Element, name: str) -> str:
    text = _text(element, name)
    if not text:
        raise CapError("missing", f"{name} is missing or empty", f"{path_of(element)}/{name}")
    return text


def _word(element: etree._Element, kind: schema.Element, absent: str = "") -> str:
    text = _text(element, kind.name) or absent
    word = _RENAMED.get(text, text)
    if word not in kind.words:
        code = "bad_value" if text else "missing"
        raise CapError(code, f"{kind.name} is {text[:40]!r}, not {kind.wants}", f"{path_of(element)}/{kind.name}")
    return word


def _words(element: etree._Element, kind: schema.Element) -> tuple[str, ...]:
    words = tuple(_texts(element, kind.name))
    for word in words:
        if word not in kind.words:
            message = f"{kind.name} is {word[:40]!r}, not {kind.wants}"
            raise CapError("bad_value", message, f"{path_of(element)}/{kind.name}")
    return words


def _values(element: etree._Element, name: str) -> tuple[CapValue, ...]:
    return tuple(_value(child) for child in _children(element, name))


def _value(element: etree._Element) -> CapValue:
    if not len(element) and "=" in _own_text(element):  # CAP 1.0 wrote NAME=value
        name, _, value = _own_text(element).partition("=")
        return CapValue(name.strip(), value.strip())
    return CapValue(_text(element, "valueName"), _text(element, "value"))


def _quoted(text: str) -> tuple[str, ...]:
    """Space separated words, those with spaces in double quotes."""
    lexer = shlex.shlex(text, posix=True)
    lexer.whitespace_split, lexer.commenters, lexer.quotes, lexer.escape = True, "", '"', ""
    try:
        return tuple(lexer)
    except ValueError:  # a quote that never closes: take the words as they stand
        return tuple(text.split())


def _children(element: etree._Element, name: str) -> Iterator[etree._Element]:
    space = etree.QName(element).namespace
    return element.iterchildren(f"{{{space}}}{name}")


def _texts(element: etree._Element, name: str) -> Iterator[str]:
    return (text for child in _children(element, name) if (text := _own_text(child)))


def _text(element: etree._Element, name: str) -> str:
    return next(_texts(element, name), "")


def _own_text(element: etree._Element) -> str:
    """The text of the element, also where a comment stands in the middle of it."""
    return ((element.text or "") + "".join(child.tail or "" for child in element)).strip()
