"""Walking a document by local names, whatever numbers its namespaces carry."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_BLANK = " \t\r\n"  # XML's blanks only: a full-width space belongs to the text


def local(element: etree._Element) -> str:
    """The name without its namespace."""
    return etree.QName(element).localname


def children(parent: etree._Element | None, name: str) -> Iterator[etree._Element]:
    """Child elements of that local name."""
    if parent is not None:
        yield from parent.iterchildren(f"{{*}}{name}")


def child(parent: etree._Element | None, name: str) -> etree._Element | None:
    return next(children(parent, name), None)


def descend(parent: etree._Element | None, *names: str) -> etree._Element | None:
    """The first element down the path, None where a step is missing."""
    for name in names:
        parent = child(parent, name)
    return parent


def text(parent: etree._Element | None, *names: str) -> str:
    """The text down the path without blanks around it; empty where it is missing or empty."""
    found = descend(parent, *names)
    return (found.text or "").strip(_BLANK) if found is not None else ""


def number(parent: etree._Element | None, *names: str) -> int | None:
    """A whole number down the path, None where it is missing or none."""
    written = text(parent, *names)
    return int(written) if written.isascii() and written.isdigit() and len(written) <= 12 else None


def snake(name: str) -> str:
    """CheckedDateTime as checked_date_time."""
    return _CAMEL.sub("_", name).lower()
