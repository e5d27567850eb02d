"""Names that every document shares, and how an element is put down."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from lxml import etree

from feeds.japan import JAPAN

DE = "urn:oasis:names:tc:emergency:EDXL:DE:1.0"
COMMONS = "http://xml.publiccommons.ne.jp/xml/edxl/"
PCX = "http://xml.publiccommons.ne.jp/pcxml1"


def put(parent: etree._Element, space: str, name: str, text: str = "") -> etree._Element:
    """A further child, and it."""
    element = etree.SubElement(parent, f"{{{space}}}{name}")
    element.text = text or None
    return element


def texts(parent: etree._Element, space: str, said: Mapping[str, str]) -> None:
    """An element each, in order; what is empty is left out."""
    for name, text in said.items():
        if text:
            put(parent, space, name, text)


def stamp(moment: datetime) -> str:
    """ISO 8601 in Japan's time, as the format wants it."""
    return moment.astimezone(JAPAN).isoformat(timespec="seconds")
