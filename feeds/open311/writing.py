"""Answers, in XML and in JSON from one thing: nested mappings and lists, of texts, numbers and nothing.

JSON follows GeoReport's ("Spark"): what repeats is an array even with one member, and what is empty is null.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from lxml import etree

Value: TypeAlias = "str | bool | int | float | Mapping[str, Value] | Sequence[Value] | None"
MEDIA_TYPES = {"xml": "text/xml", "json": "application/json"}
# What the members of a repeated element are called in XML.
_MEMBERS = {
    "services": "service",
    "attributes": "attribute",
    "values": "value",
    "endpoints": "endpoint",
    "formats": "format",
    "service_requests": "request",
    "service_request_updates": "request_update",
    "extended_attributes": "attribute",
    "notes": "note",
    "errors": "error",
}
_IMPOSSIBLE = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # in XML 1.0


def written(root: str, value: Value, form: str) -> bytes:
    """The document: ``root`` is the name of the outermost element, ``form`` ``xml`` or ``json``."""
    if form == "json":
        return json.dumps(_plain(value), ensure_ascii=False, allow_nan=False).encode()
    element = etree.Element(root)
    _fill(element, root, value)
    return bytes(etree.tostring(element, xml_declaration=True, encoding="utf-8"))


def _plain(value: Value) -> object:
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, str):
        return value or None
    if value is None or isinstance(value, bool | int | float):
        return value
    return [_plain(one) for one in value]


def _fill(element: etree._Element, name: str, value: Value) -> None:
    if isinstance(value, Mapping):
        for child, one in value.items():
            _fill(etree.SubElement(element, child), child, one)
    elif isinstance(value, bool):
        element.text = "true" if value else "false"
    elif isinstance(value, str):
        element.text = _IMPOSSIBLE.sub("", value) or None
    elif isinstance(value, int | float):
        element.text = str(value)
    elif value is not None:
        for one in value:
            _fill(etree.SubElement(element, _MEMBERS[name]), _MEMBERS[name], one)
