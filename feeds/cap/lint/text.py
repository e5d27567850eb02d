"""What people read: plain, whole, in the language it says it is in."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from feeds.cap.lint.blocks import blocks
from feeds.cap.lint.finding import Finding, found
from feeds.cap.tree import child_of, words_of
from feeds.cap.xml import text_of

_PROSE = ("event", "headline", "description", "instruction")
_HTML = re.compile(
    r"</?(p|br|b|i|a|div|span|strong|em|ul|ol|li|table|tr|td|h[1-6])\b[^>]*>|&(nbsp|amp|lt|gt|quot|#\d+);"
)
_KANA = re.compile(r"[\u3041-\u30ff]")
_HIDDEN = re.compile("[\u200b\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_BLANKS = re.compile(
    r"\{\{|\}\}|\{%|\$\{|%\(\w+\)s|\bTBD\b|\blorem ipsum\b|[○◯]{2}|(?<![一二三四五六七八九十〇])〇〇(?![年〇])", re.I
)
_RELATIVE = re.compile(r"\b(yesterday|today|tonight|tomorrow)\b|明日(?!香)|明後日|昨日|今日|本日|今夜|今晩", re.I)
_IN_WORDS = {  # rule → what must not stand in text, the fault, the cure
    "html": (_HTML, "{} holds HTML; receivers show it as it stands", "write plain text"),
    "hidden_text": (_HIDDEN, "{} holds characters that nobody sees and that turn or hide others", "take them out"),
    "unfilled": (_BLANKS, "{} holds the blank of a template", "fill it in"),
    "relative_time": (_RELATIVE, "{} says a day by its distance; who reads it later is misled", "write the date"),
}


def text_findings(root: etree._Element) -> Iterator[Finding]:
    """Faults of what people read, block by block."""
    for info in blocks(root):
        for name in _PROSE:
            element = child_of(info, name)
            if element is not None:
                yield from _words(name, element)
        yield from _lengths(info)
        yield from _language(info)


def _words(name: str, element: etree._Element) -> Iterator[Finding]:
    text = text_of(element)
    for rule, (pattern, message, fix) in _IN_WORDS.items():
        if pattern.search(text):
            yield found(rule, element, message.format(name), fix)
    if "\ufffd" in text:
        message = f"{name} holds \ufffd, which stands for a character that was lost"
        yield found("broken_text", element, message, "send the original text in UTF-8")


def _lengths(info: etree._Element) -> Iterator[Finding]:
    headline = child_of(info, "headline")
    if headline is not None and len(words_of(info, "headline")) > 160:
        yield found("long_headline", headline, "some receivers cut a headline at 160 characters", "shorten it")
    description, instruction = words_of(info, "description"), child_of(info, "instruction")
    if description and instruction is not None and description == words_of(info, "instruction"):
        message = "description and instruction say the same"
        yield found("same_text", instruction, message, "description says what, instruction what to do")


def _language(info: etree._Element) -> Iterator[Finding]:
    language = words_of(info, "language").lower() or "en-us"
    if not language.startswith("ja") and any(_KANA.search(words_of(info, name)) for name in _PROSE):
        message = f"the text is Japanese, the language {language}"
        yield found("wrong_language", info, message, "write <language>ja</language>")


def empty_findings(root: etree._Element) -> Iterator[Finding]:
    """Elements without content."""
    for element in root.iter(f"{{{etree.QName(root).namespace}}}*"):
        if not len(element) and not text_of(element).strip():
            message = f"{etree.QName(element).localname} is empty"
            yield found("empty_element", element, message, "leave it out or fill it")
