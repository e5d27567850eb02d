"""Read CAP: hostile documents are refused, clumsy ones are understood.

Any order of elements, CAP 1.0 and 1.1, open rings, brackets around coordinates and ``Z`` times are accepted here;
whether a document keeps the rules is the linter's question. What cannot be understood is an error, never a guess.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from lxml import etree

from feeds.cap import schema
from feeds.cap.tree import children_of, texts_of, words_of
from feeds.cap.types import CapAlert, CapArea, CapCircle, CapError, CapInfo, CapReference, CapResource, CapValue, Ring
from feeds.cap.xml import LIMIT, name_of, parse, path_of, text_of
from feeds.decimals import decimal

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
    scope = words_of(root, "scope")
    return CapAlert(
        identifier=_needed(root, "identifier"),
        sender=_needed(root, "sender"),
        sent=_time(root, "sent", _needed(root, "sent")),
        status=_word(root, schema.STATUS),
        msg_type=_word(root, schema.MSG_TYPE),
        # CAP 1.0 let the scope go unsaid.
        scope="Public" if version == "1.0" and not scope else _word(root, schema.SCOPE),
        source=words_of(root, "source"),
        restriction=words_of(root, "restriction"),
        addresses=_quoted(words_of(root, "addresses")),
        codes=tuple(texts_of(root, "code")),
        note=words_of(root, "note"),
        references=tuple(_references(root)),
        incidents=_quoted(words_of(root, "incidents")),
        infos=tuple(_info(element) for element in children_of(root, "info")),
    )


def _info(element: etree._Element) -> CapInfo:
    return CapInfo(
        language=words_of(element, "language") or "en-US",
        categories=_words(element, schema.CATEGORY),
        event=words_of(element, "event"),
        response_types=_words(element, schema.RESPONSE),
        urgency=_word(element, schema.URGENCY, "Unknown"),
        severity=_word(element, schema.SEVERITY, "Unknown"),
        certainty=_word(element, schema.CERTAINTY, "Unknown"),
        audience=words_of(element, "audience"),
        event_codes=_values(element, "eventCode"),
        effective=_optional_time(element, "effective"),
        onset=_optional_time(element, "onset"),
        expires=_optional_time(element, "expires"),
        sender_name=words_of(element, "senderName"),
        headline=words_of(element, "headline"),
        description=words_of(element, "description"),
        instruction=words_of(element, "instruction"),
        web=words_of(element, "web"),
        contact=words_of(element, "contact"),
        parameters=_values(element, "parameter"),
        resources=tuple(_resource(child) for child in children_of(element, "resource")),
        areas=tuple(_area(child) for child in children_of(element, "area")),
    )


def _resource(element: etree._Element) -> CapResource:
    size = _number(element, "size")
    return CapResource(
        description=words_of(element, "resourceDesc"),
        mime_type=words_of(element, "mimeType"),
        size=None if size is None else int(size),
        uri=words_of(element, "uri"),
        deref_uri=words_of(element, "derefUri"),
        digest=words_of(element, "digest"),
    )


def _area(element: etree._Element) -> CapArea:
    return CapArea(
        description=words_of(element, "areaDesc"),
        polygons=tuple(ring for child in children_of(element, "polygon") if (ring := _ring(child))),
        circles=tuple(circle_of(child) for child in children_of(element, "circle") if text_of(child).strip()),
        geocodes=_values(element, "geocode"),
        altitude_ft=_number(element, "altitude"),
        ceiling_ft=_number(element, "ceiling"),
    )


def _ring(polygon: etree._Element) -> Ring:
    """A closed ring; an empty element gives an empty one."""
    ring = points_of(polygon)
    if ring and ring[0] != ring[-1]:
        ring = (*ring, ring[0])
    if 0 < len(ring) < 4:
        raise CapError("bad_polygon", "a polygon needs at least three corners", path_of(polygon))
    return ring


def points_of(polygon: etree._Element) -> Ring:
    """The points of ``lat,lon lat,lon …`` as they stand, closed or not; brackets around them are ignored."""
    try:
        return tuple(_point(pair) for pair in _without_brackets(polygon))
    except ValueError as error:
        raise CapError("bad_polygon", str(error), path_of(polygon)) from error


def circle_of(circle: etree._Element) -> CapCircle:
    """The circle of ``lat,lon radius``."""
    try:
        centre, radius = _without_brackets(circle)
        lon, lat = _point(centre)
        kilometres = decimal(radius)
    except ValueError as error:
        message = f"{text_of(circle).strip()[:60]!r} is not 'latitude,longitude radius'"
        raise CapError("bad_circle", message, path_of(circle)) from error
    if kilometres < 0:
        raise CapError("bad_circle", f"{radius[:20]!r} is not a radius in kilometres", path_of(circle))
    return CapCircle(lon, lat, kilometres)


def _without_brackets(element: etree._Element) -> list[str]:
    return text_of(element).replace("(", " ").replace(")", " ").split()


def _point(pair: str) -> tuple[float, float]:
    """(lon, lat) of ``lat,lon``. Raises ValueError with words for the sender."""
    try:
        lat, lon = (decimal(half) for half in pair.split(","))
    except ValueError:
        raise ValueError(f"{pair[:40]!r} is not 'latitude,longitude'") from None
    if not (abs(lat) <= 90 and abs(lon) <= 360):  # shapes across the date line run on beyond 180
        raise ValueError(f"{pair[:40]!r} lies outside the earth; the latitude comes first")
    return lon, lat


def references_of(text: str) -> Iterator[CapReference | str]:
    """The triplets of a references element; what is not a triplet comes back as the text it is."""
    for token in text.split():
        sender, _, rest = token.partition(",")
        identifier, _, sent = rest.partition(",")
        try:
            moment = moment_of(sent)
        except ValueError:
            yield token
            continue
        yield CapReference(sender=sender, identifier=identifier, sent=moment) if sender and identifier else token


def _references(root: etree._Element) -> Iterator[CapReference]:
    for reference in references_of(words_of(root, "references")):
        if isinstance(reference, str):
            message = f"{reference[:80]!r} is not sender,identifier,sent"
            raise CapError("bad_reference", message, path_of(root) + "/references")
        yield reference


def moment_of(text: str) -> datetime:
    """A time with its zone; ``Z`` and fractions are understood, though CAP forbids them. Raises ValueError."""
    if not _TIME.fullmatch(text):
        raise ValueError(f"{text[:40]!r} is not a time with its zone, as 2026-01-15T06:10:00+09:00")
    moment = datetime.fromisoformat(text.replace("T24:00:00", "T00:00:00"))
    moment += timedelta(days=1) if "T24:00:00" in text else timedelta()
    return moment.replace(tzinfo=UTC) if not moment.utcoffset() else moment


def _time(element: etree._Element, name: str, text: str) -> datetime:
    try:
        return moment_of(text)
    except (ValueError, OverflowError) as error:
        raise CapError("bad_time", str(error), f"{path_of(element)}/{name}") from error


def _optional_time(element: etree._Element, name: str) -> datetime | None:
    text = words_of(element, name)
    return _time(element, name, text) if text else None


def _number(element: etree._Element, name: str) -> float | None:
    text = words_of(element, name)
    try:
        return decimal(text) if text else None
    except ValueError as error:
        raise CapError("bad_number", str(error), f"{path_of(element)}/{name}") from error


def _needed(element: etree._Element, name: str) -> str:
    text = words_of(element, name)
    if not text:
        raise CapError("missing", f"{name} is missing or empty", f"{path_of(element)}/{name}")
    return text


def _word(element: etree._Element, kind: schema.Element, absent: str = "") -> str:
    text = words_of(element, kind.name) or absent
    word = _RENAMED.get(text, text)
    if word not in kind.words:
        code = "bad_value" if text else "missing"
        raise CapError(code, f"{kind.name} is {text[:40]!r}, not {kind.wants}", f"{path_of(element)}/{kind.name}")
    return word


def _words(element: etree._Element, kind: schema.Element) -> tuple[str, ...]:
    words = tuple(texts_of(element, kind.name))
    for word in words:
        if word not in kind.words:
            message = f"{kind.name} is {word[:40]!r}, not {kind.wants}"
            raise CapError("bad_value", message, f"{path_of(element)}/{kind.name}")
    return words


def _values(element: etree._Element, name: str) -> tuple[CapValue, ...]:
    return tuple(_value(child) for child in children_of(element, name))


def _value(element: etree._Element) -> CapValue:
    if not len(element) and "=" in text_of(element):  # CAP 1.0 wrote NAME=value
        name, _, value = text_of(element).partition("=")
        return CapValue(name.strip(), value.strip())
    return CapValue(words_of(element, "valueName"), words_of(element, "value"))


def _quoted(text: str) -> tuple[str, ...]:
    """Space separated words, those with spaces in double quotes."""
    lexer = shlex.shlex(text, posix=True)
    lexer.whitespace_split, lexer.commenters, lexer.quotes, lexer.escape = True, "", '"', ""
    try:
        return tuple(lexer)
    except ValueError:  # a quote that never closes: take the words as they stand
        return tuple(text.split())
