"""Blocks of one alert among each other: languages differ in their text and in nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from lxml import etree

from feeds.cap.lint.blocks import blocks, moment
from feeds.cap.lint.finding import Finding, found
from feeds.cap.tree import children_of, texts_of, words_of

Facts = tuple[object, ...]


def language_findings(root: etree._Element) -> Iterator[Finding]:
    """Where blocks contradict or repeat each other."""
    infos = list(blocks(root))
    by_language: dict[str, list[etree._Element]] = {}
    for info in infos:
        by_language.setdefault(_language(info), []).append(info)
    for rule, (facts, what) in _SHARED.items():
        told = {frozenset(facts(info) for info in group) for group in by_language.values()}
        if len(told) > 1:
            message = f"the languages disagree on {what}"
            yield found(rule, root, message, "let only the text differ between languages")
    yield from _texts(infos)
    yield from _repeated(infos)
    yield from _order(infos)


def _language(info: etree._Element) -> str:
    return words_of(info, "language").lower() or "en-us"


def _scales(info: etree._Element) -> Facts:
    return tuple(words_of(info, name) for name in ("urgency", "severity", "certainty"))


def _times(info: etree._Element) -> Facts:
    return tuple(moment(info, name) for name in ("effective", "onset", "expires"))


def _codes(info: etree._Element) -> Facts:
    words = (frozenset(texts_of(info, name)) for name in ("category", "responseType"))
    return (*words, _pairs(info, "eventCode"))


def _areas(info: etree._Element) -> Facts:
    shapes = frozenset(
        " ".join(text.split())
        for area in children_of(info, "area")
        for name in ("polygon", "circle")
        for text in texts_of(area, name)
    )
    return (shapes, frozenset().union(*(_pairs(area, "geocode") for area in children_of(info, "area"))))


def _pairs(parent: etree._Element, name: str) -> frozenset[tuple[str, str]]:
    return frozenset((words_of(one, "valueName"), words_of(one, "value")) for one in children_of(parent, name))


_SHARED: Mapping[str, tuple[Callable[[etree._Element], Facts], str]] = {
    "languages_differ": (_scales, "urgency, severity or certainty"),
    "language_times": (_times, "effective, onset or expires"),
    "language_codes": (_codes, "category, responseType or eventCode"),
    "language_areas": (_areas, "shapes or geocodes"),
}


def _texts(infos: list[etree._Element]) -> Iterator[Finding]:
    texts: dict[str, str] = {}
    for info in infos:
        language, text = _language(info), words_of(info, "headline") + words_of(info, "description")
        if text and texts.setdefault(text, language) != language:
            message = f"the text under {language} is the same as under {texts[text]}"
            yield found("untranslated", info, message, "translate it or leave the block out")


def _repeated(infos: list[etree._Element]) -> Iterator[Finding]:
    """Blocks of one language are slices of the event, so something but the text must tell them apart."""
    seen = set()
    for info in infos:
        where = frozenset(text for area in children_of(info, "area") for text in texts_of(area, "areaDesc"))
        slice_of = (_language(info), words_of(info, "event"), where, *(facts(info) for facts, _ in _SHARED.values()))
        if slice_of in seen:
            message = "another block of this language tells the same of the same area: which one counts?"
            yield found("repeated_block", info, message, "leave one of them out, or set its language")
        seen.add(slice_of)


def _order(infos: list[etree._Element]) -> Iterator[Finding]:
    behind: set[str] = set()
    for info in reversed(infos):
        plain, private, _ = _language(info).partition("-x-")
        if private and plain in behind:
            message = f"{_language(info)} stands before {plain}: receivers that do not know it show it first"
            yield found("private_first", info, message, f"put it after the block in {plain}")
        behind |= {plain} if not private else set()
