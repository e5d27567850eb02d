"""The CAP 1.2 schema as data: which element stands where, how often, and with which content.

The reader takes its vocabularies from here, the writer and the linter their order and rules.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from feeds.cap.xml import BLANK

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
OLDER = {"urn:oasis:names:tc:emergency:cap:1.1": "1.1", "http://www.incident.com/cap/1.0": "1.0"}
SIGNATURE = "{http://www.w3.org/2000/09/xmldsig#}Signature"

MANY = 1_000_000

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[-+]\d\d:\d\d", re.ASCII)
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")
_INTEGER = re.compile(r"[-+]?\d+", re.ASCII)
_DECIMAL = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)", re.ASCII)
_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*")
_AUTHORITY = re.compile(r"([^@]*@)?(\[[^\[\]]*\]|[^\[\]:]*)(:[0-9]*)?")


def is_time(text: str) -> bool:
    """True for ``YYYY-MM-DDThh:mm:ss±hh:mm`` that names a real instant; 24:00:00 is the midnight that follows."""
    text = text.strip(BLANK)
    if not _TIME.fullmatch(text):
        return False
    hours, minutes = int(text[20:22]), int(text[23:25])
    if hours * 60 + minutes > 14 * 60 or minutes > 59:
        return False
    try:
        datetime.fromisoformat(text.replace("T24:00:00", "T00:00:00"))
    except ValueError:
        return False
    return True


def is_uri(text: str) -> bool:
    """True for what xs:anyURI allows: RFC 3986 after everything beyond ASCII has been escaped."""
    head = re.split(r"[?#]", text.strip(BLANK), maxsplit=1)[0]
    scheme, colon, rest = head.partition(":")
    if colon and "/" not in scheme:
        if not _SCHEME.fullmatch(scheme):
            return False
        head = rest
    if head.startswith("//"):
        authority, _, head = head[2:].partition("/")
        if not _AUTHORITY.fullmatch(authority):
            return False
    return not _BROKEN_ESCAPE.search(text) and text.count("#") < 2 and not set(head) & set("[]")


@dataclass(frozen=True, slots=True)
class Element:
    """One element of the schema: text that ``fits``, or a group of ``children`` in this order."""

    name: str
    least: int = 1
    most: int = 1
    children: tuple[Element, ...] = ()
    fits: Callable[[str], bool] | None = None  # None: any text
    wants: str = ""  # what ``fits`` asks for, in words
    words: tuple[str, ...] = ()  # the closed list, where there is one


def _any(name: str, least: int = 0, most: int = 1) -> Element:
    return Element(name, least, most)


def _time(name: str, least: int = 0) -> Element:
    return Element(name, least, fits=is_time, wants="a time such as 2026-01-15T06:10:00+09:00, without Z and fractions")


def _words(name: str, words: str, least: int = 1, most: int = 1) -> Element:
    listed = tuple(words.split())
    return Element(
        name, least, most, fits=lambda text: text in listed, wants=f"one of {', '.join(listed)}", words=listed
    )


def _pair(name: str) -> Element:
    return Element(name, 0, MANY, (_any("valueName", 1), _any("value", 1)))


def _pattern(name: str, pattern: re.Pattern[str], wants: str) -> Element:
    return Element(name, 0, fits=lambda text: pattern.fullmatch(text.strip(BLANK)) is not None, wants=wants)


def _uri(name: str) -> Element:
    return Element(name, 0, fits=is_uri, wants="a URI")


STATUS = _words("status", "Actual Exercise System Test Draft")
MSG_TYPE = _words("msgType", "Alert Update Cancel Ack Error")
SCOPE = _words("scope", "Public Restricted Private")
CATEGORY = _words("category", "Geo Met Safety Security Rescue Fire Health Env Transport Infra CBRNE Other", 1, MANY)
RESPONSE = _words("responseType", "Shelter Evacuate Prepare Execute Avoid Monitor Assess AllClear None", 0, MANY)
URGENCY = _words("urgency", "Immediate Expected Future Past Unknown")
SEVERITY = _words("severity", "Extreme Severe Moderate Minor Unknown")
CERTAINTY = _words("certainty", "Observed Likely Possible Unlikely Unknown")

RESOURCE = Element(
    "resource",
    0,
    MANY,
    (
        _any("resourceDesc", 1),
        _any("mimeType", 1),
        _pattern("size", _INTEGER, "a whole number of bytes"),
        _uri("uri"),
        _any("derefUri"),
        _any("digest"),
    ),
)
AREA = Element(
    "area",
    0,
    MANY,
    (
        _any("areaDesc", 1),
        _any("polygon", 0, MANY),
        _any("circle", 0, MANY),
        _pair("geocode"),
        _pattern("altitude", _DECIMAL, "a number of feet"),
        _pattern("ceiling", _DECIMAL, "a number of feet"),
    ),
)
INFO = Element(
    "info",
    0,
    MANY,
    (
        _pattern("language", _LANGUAGE, "a language tag such as ja"),
        CATEGORY,
        _any("event", 1),
        RESPONSE,
        URGENCY,
        SEVERITY,
        CERTAINTY,
        _any("audience"),
        _pair("eventCode"),
        *(_time(name) for name in ("effective", "onset", "expires")),
        *(_any(name) for name in ("senderName", "headline", "description", "instruction")),
        _uri("web"),
        _any("contact"),
        _pair("parameter"),
        RESOURCE,
        AREA,
    ),
)
ALERT = Element(
    "alert",
    children=(
        _any("identifier", 1),
        _any("sender", 1),
        _time("sent", 1),
        STATUS,
        MSG_TYPE,
        _any("source"),
        SCOPE,
        _any("restriction"),
        _any("addresses"),
        _any("code", 0, MANY),
        *(_any(name) for name in ("note", "references", "incidents")),
        INFO,
    ),
)
