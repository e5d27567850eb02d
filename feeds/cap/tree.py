"""Looking into a CAP tree by element name, whatever is wrong with it otherwise."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from feeds.cap.xml import text_of


def children_of(element: etree._Element, name: str) -> Iterator[etree._Element]:
    """The children of this name in the element's own namespace."""
    return element.iterchildren(f"{{{etree.QName(element).namespace}}}{name}")


def child_of(element: etree._Element, name: str) -> etree._Element | None:
    """The first of them."""
    return next(children_of(element, name), None)


def texts_of(element: etree._Element, name: str) -> Iterator[str]:
    """The trimmed texts of the children of this name; empty ones are left out."""
    return (text for child in children_of(element, name) if (text := text_of(child).strip()))


def words_of(element: etree._Element, name: str) -> str:
    """The first of those texts, or the empty string."""
    return next(texts_of(element, name), "")
