"""What the standard asks of an info block beyond its schema, and what receivers make of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from urllib.parse import urlsplit

from lxml import etree

from feeds.cap.lint.finding import Finding, found
from feeds.cap.read import moment_of
from feeds.cap.schema import is_time
from feeds.cap.tree import child_of, children_of, words_of
from feeds.cap.xml import text_of

_HTML = re.compile(
    r"</?(p|br|b|i|a|div|span|strong|em|ul|ol|li|table|tr|td|h[1-6])\b[^>]*>|&(nbsp|amp|lt|gt|quot|#\d+);"
)
_KANA = re.compile(r"[\u3041-\u30ff]")
_SHA1 = re.compile(r"[0-9A-Fa-f]{40}")
_PROSE = ("event", "headline", "description", "instruction")
_ADVISED = ("language", "expires", "senderName", "headline", "description", "instruction", "web", "contact")


def info_findings(root: etree._Element) -> Iterator[Finding]:
    """Faults of every info block, and of the blocks among each other."""
    sent = _moment(root, "sent")
    for info in children_of(root, "info"):
        yield from _times(info, sent)
        yield from _text(info)
        yield from _advice(info)
        yield from _links(info)
    yield from _languages(root)


def _times(info: etree._Element, sent: datetime | None) -> Iterator[Finding]:
    expires = _moment(info, "expires")
    if expires is None:
        return
    element = child_of(info, "expires")
    assert element is not None
    for start in (sent, _moment(info, "effective"), _moment(info, "onset")):
        if start is not None and expires < start:
            message = "expires lies before the alert begins: receivers drop it at once"
            yield found("warning", "expires_early", element, message, "set expires after sent, effective and onset")
            return


def _moment(parent: etree._Element, name: str) -> datetime | None:
    text = words_of(parent, name)
    return moment_of(text) if is_time(text) else None


def _text(info: etree._Element) -> Iterator[Finding]:
    for name in _PROSE:
        element = child_of(info, name)
        if element is not None and _HTML.search(text_of(element)):
            message = f"{name} holds HTML; receivers show it as it stands"
            yield found("warning", "html", element, message, "write plain text")
    headline = child_of(info, "headline")
    if headline is not None and len(words_of(info, "headline")) > 160:
        yield found("info", "long_headline", headline, "some receivers cut a headline at 160 characters", "shorten it")
    description, instruction = words_of(info, "description"), child_of(info, "instruction")
    if description and instruction is not None and description == words_of(info, "instruction"):
        message = "description and instruction say the same"
        yield found("warning", "same_text", instruction, message, "description says what, instruction what to do")
    language = words_of(info, "language").lower() or "en-us"
    if not language.startswith("ja") and any(_KANA.search(words_of(info, name)) for name in _PROSE):
        message = f"the text is Japanese, the language {language}"
        yield found("warning", "wrong_language", info, message, "write <language>ja</language>")


def _advice(info: etree._Element) -> Iterator[Finding]:
    for name in _ADVISED:
        if child_of(info, name) is None:
            yield found("info", "advised", info, f"{name} is missing", f"add {name}: receivers rely on it")
    for name in ("urgency", "severity", "certainty"):
        element = child_of(info, name)
        if element is not None and words_of(info, name) == "Unknown":
            yield found("info", "unknown_scale", element, f"{name} Unknown lets many receivers drop it", "judge it")


def _links(info: etree._Element) -> Iterator[Finding]:
    web = child_of(info, "web")
    if web is not None and words_of(info, "web") and not _is_absolute(words_of(info, "web")):
        yield found("warning", "relative_uri", web, "web is not a full address", "begin it with https://")
    for resource in children_of(info, "resource"):
        uri, digest = words_of(resource, "uri"), words_of(resource, "digest")
        if uri and not _is_absolute(uri) and not words_of(resource, "derefUri"):
            message = "the address of the resource is not complete and its content is not here"
            yield found("warning", "relative_uri", resource, message, "begin it with https://")
        if digest and not _SHA1.fullmatch(digest):
            yield found("warning", "bad_digest", resource, "digest is not a SHA-1 in hexadecimal", "write 40 digits")


def _is_absolute(uri: str) -> bool:
    try:
        return bool(urlsplit(uri).scheme)
    except ValueError:
        return False


def _languages(root: etree._Element) -> Iterator[Finding]:
    scales: dict[str, set[tuple[str, ...]]] = {}
    texts: dict[str, str] = {}
    for info in children_of(root, "info"):
        language = words_of(info, "language").lower() or "en-us"
        scale = tuple(words_of(info, name) for name in ("urgency", "severity", "certainty"))
        scales.setdefault(language, set()).add(scale)
        text = words_of(info, "headline") + words_of(info, "description")
        if text and texts.setdefault(text, language) != language:
            message = f"the text under {language} is the same as under {texts[text]}"
            yield found("warning", "untranslated", info, message, "translate it or leave the block out")
    if len({frozenset(told) for told in scales.values()}) > 1:
        message = "the languages disagree on urgency, severity or certainty"
        yield found("warning", "languages_differ", root, message, "let only the text differ between languages")


def empty_findings(root: etree._Element) -> Iterator[Finding]:
    """Elements without content."""
    for element in root.iter(f"{{{etree.QName(root).namespace}}}*"):
        if not len(element) and not text_of(element).strip():
            message = f"{etree.QName(element).localname} is empty"
            yield found("warning", "empty", element, message, "leave it out or fill it")


def time_findings(root: etree._Element) -> Iterator[Finding]:
    """Times that the schema lets pass."""
    for name in ("sent", "effective", "onset", "expires"):
        for element in root.iter(f"{{{etree.QName(root).namespace}}}{name}"):
            if is_time(text_of(element)) and text_of(element).strip().endswith("+00:00"):
                message = "UTC is written -00:00; +00:00 says that the clocks there show UTC"
                yield found("warning", "utc", element, message, "write -00:00 where UTC is meant")
