"""Does a document keep the CAP 1.2 schema? The same verdict as the official one, in words a person can act on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from lxml import etree

from feeds.cap.lint.finding import Finding, found
from feeds.cap.schema import ALERT, NAMESPACE, Element
from feeds.cap.xml import BLANK, name_of, text_of

_SIGNED = "{http://www.w3.org/2000/09/xmldsig#}"
_HINTS = "{http://www.w3.org/2001/XMLSchema-instance}"
_HARMLESS = (f"{_HINTS}schemaLocation", f"{_HINTS}noNamespaceSchemaLocation")


def schema_findings(root: etree._Element) -> Iterator[Finding]:
    """Every place where the schema is broken, in the order of the document."""
    yield from _check(root, ALERT)


def _check(element: etree._Element, kind: Element) -> Iterator[Finding]:
    for attribute in element.attrib:
        if attribute not in _HARMLESS:
            message = f"{kind.name} may not have the attribute {str(attribute).rpartition('}')[2]}"
            yield found("unknown_attribute", element, message, "remove the attribute")
    if kind.children:
        yield from _check_group(element, kind)
    else:
        yield from _check_text(element, kind)


def _check_text(element: etree._Element, kind: Element) -> Iterator[Finding]:
    for child in element.iterchildren(etree.Element):
        message = f"{kind.name} holds text and no element {name_of(child)}"
        yield found("unknown_element", child, message, "remove the element or keep its text only")
    text = text_of(element)
    if kind.fits and not kind.fits(text):
        yield found("bad_value", element, f"{kind.name} is {text[:60]!r}", f"write {kind.wants}")


def _check_group(element: etree._Element, kind: Element) -> Iterator[Finding]:
    if text_of(element).strip(BLANK):
        yield found("stray_text", element, f"{kind.name} holds text between its elements", "remove the text")
    places = {f"{{{NAMESPACE}}}{child.name}": place for place, child in enumerate(kind.children)}
    counts: Counter[int] = Counter()
    furthest = -1
    for child in element.iterchildren(etree.Element):
        place = places.get(str(child.tag))
        if kind is ALERT and str(child.tag).startswith(_SIGNED):
            furthest = len(kind.children)
            continue
        if place is None:
            message = f"{kind.name} may not hold {name_of(child)}"
            if etree.QName(child).namespace != NAMESPACE:
                message += f" of namespace {etree.QName(child).namespace or '(none)'}"
            yield found("unknown_element", child, message, "remove it, or use a parameter")
            continue
        yield from _check_place(child, kind, place, furthest, counts[place])
        furthest = max(furthest, place)
        counts[place] += 1
        yield from _check(child, kind.children[place])
    for place, wanted in enumerate(kind.children):
        if counts[place] < wanted.least:
            yield found("missing", element, f"{kind.name} lacks {wanted.name}", _where(kind, place))


def _check_place(child: etree._Element, kind: Element, place: int, furthest: int, before: int) -> Iterator[Finding]:
    wanted = kind.children[place]
    if place < furthest:
        message = f"{wanted.name} stands too late in {kind.name}"
        yield found("order", child, message, _where(kind, place))
    if before >= wanted.most:
        yield found("repeated", child, f"{kind.name} may hold only one {wanted.name}", "keep one of them")


def _where(kind: Element, place: int) -> str:
    """Between which elements something belongs."""
    wanted = kind.children[place]
    what = f"put {wanted.name}{f' ({wanted.wants})' if wanted.wants else ''}"
    return f"{what} after {kind.children[place - 1].name}" if place else f"{what} first"
