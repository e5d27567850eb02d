"""What the standard asks of an info block beyond its schema, and what receivers make of it."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from feeds.cap.lint.blocks import blocks
from feeds.cap.lint.finding import Finding, found
from feeds.cap.tree import child_of, children_of, texts_of, words_of
from feeds.cap.xml import text_of

_ADVISED = ("language", "expires", "senderName", "headline", "description", "instruction", "web", "contact")
_PROTECT = {"Shelter", "Evacuate", "Prepare", "Avoid"}


def info_findings(root: etree._Element) -> Iterator[Finding]:
    """Faults of every info block."""
    for info in blocks(root):
        yield from _advice(info)
        yield from _responses(info)
        for name in ("eventCode", "parameter"):
            yield from repeated_values(info, name)


def _advice(info: etree._Element) -> Iterator[Finding]:
    for name in _ADVISED:
        if child_of(info, name) is None:
            yield found("advised", info, f"{name} is missing", f"add {name}: receivers rely on it")
    for name in ("urgency", "severity", "certainty"):
        element = child_of(info, name)
        if element is not None and words_of(info, name) == "Unknown":
            yield found("unknown_scale", element, f"{name} Unknown lets many receivers drop it", "judge it")


def _responses(info: etree._Element) -> Iterator[Finding]:
    for name in ("category", "responseType"):
        seen = set()
        for element in children_of(info, name):
            word = text_of(element).strip()
            if word in seen:
                yield found("repeated_word", element, f"{name} {word[:40]} stands twice", "name it once")
            seen.add(word)
    told, first = set(texts_of(info, "responseType")), child_of(info, "responseType")
    if first is None:
        return
    against = told & _PROTECT if "AllClear" in told else told - {"None"} if "None" in told else set()
    if against:
        message = f"{'AllClear' if 'AllClear' in told else 'None'} beside {', '.join(sorted(against))[:80]}"
        yield found("response_conflict", first, message, "say either that it is over or what to do")
    if "AllClear" in told and words_of(info, "urgency") not in ("Past", ""):
        message = f"an AllClear with urgency {words_of(info, 'urgency')[:40]}"
        yield found("all_clear_urgency", first, message, "set urgency to Past: nothing is left to do")


def repeated_values(parent: etree._Element, name: str) -> Iterator[Finding]:
    """Pairs of valueName and value that stand twice under one element."""
    seen = set()
    for element in children_of(parent, name):
        pair = (words_of(element, "valueName"), words_of(element, "value"))
        if pair in seen and all(pair):
            yield found("repeated_value", element, f"{name} {pair[0][:40]} {pair[1][:40]} stands twice", "name it once")
        seen.add(pair)
