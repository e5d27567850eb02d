"""Names that every document shares, and how an element is put down."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from lxml import etree

from feeds.japan import JAPAN

DE = "urn:oasis:names:tc:emergency:EDXL:DE:1.0"
COMMONS = "http://xml.publiccommons.ne.jp/xml/edxl/"
PCX = "http://xml.publiccommons.ne.jp/pcxml1"
# What XML cannot hold: pasted from a spreadsheet or a facsimile it must stop no evacuation order.
_NO_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def put(parent: etree._Element, space: str, name: str, text: str = "") -> etree._Element:
    """A further child, and it. Characters that XML cannot hold are left out."""
    element = etree.SubElement(parent, f"{{{space}}}{name}")
    element.text = _NO_XML.sub("", text) or None
    return element


def texts(parent: etree._Element, space: str, said: Mapping[str, str]) -> None:
    """An element each, in order; what is empty is left out."""
    for name, text in said.items():
        if text:
            put(parent, space, name, text)


def stamp(moment: datetime) -> str:
    """ISO 8601 in Japan's time, as the format wants it."""
    return moment.astimezone(JAPAN).isoformat(timespec="seconds")
