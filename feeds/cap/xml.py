"""From bytes to an XML tree, with everything hostile refused before the parser sees it."""

from __future__ import annotations

import codecs
import re

from lxml import etree

from feeds.cap.types import CapError
from feeds.safe_xml import first_error

BLANK = " \t\r\n"  # what XML calls white space
LIMIT = 2 * 1024 * 1024  # bytes; alerts with expanded shapes reach 1.7 MB

# Encodings in which markup reads as ASCII, so that the look at the prolog sees what the parser will see.
_ENCODINGS = re.compile(
    r"utf-?8|us-ascii|iso-8859-\d+|windows-125\d|shift[-_]jis|windows-31j|cp932|euc-(?:jp|kr)|gb\w*|big5|koi8-[ru]|tis-620"
)
_DECLARED = re.compile(rb"""^<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_SKIPPED = re.compile(r"\s+|<\?.*?\?>|<!--.*?-->", re.DOTALL)


def parse(data: bytes, limit: int = LIMIT) -> etree._Element:
    """The root element of a well-formed document.

    Raises :class:`CapError`: ``empty``, ``too_big``, ``encoding``, ``doctype`` or ``not_xml``.
    """
    if not data.strip():
        raise CapError("empty", "the document is empty", "byte 0")
    if len(data) > limit:
        raise CapError("too_big", f"the document has {len(data)} bytes, more than the {limit} allowed", f"byte {limit}")
    _refuse_doctype(data)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise CapError("not_xml", f"not well-formed XML: {error.msg}", f"line {error.lineno or 1}") from error
    except ValueError as error:
        raise CapError("not_xml", f"not readable as XML: {error}", "line 1") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise CapError("doctype", "a DOCTYPE is never accepted", "line 1")
    hidden = first_error(parser)
    if hidden is not None:
        raise CapError("not_xml", f"not well-formed XML: {hidden.message}", f"line {hidden.line}")
    return root


def _refuse_doctype(data: bytes) -> None:
    """A document type, and with it every entity, can only be declared between the prolog and the root element."""
    text = _ascii_markup(data)
    place = 0
    while skipped := _SKIPPED.match(text, place):
        place = skipped.end()
    if text.startswith("<!", place) and not text.startswith("<!--", place):
        line = text.count("\n", 0, place) + 1
        raise CapError("doctype", "a DOCTYPE is never accepted: leave it and its entities out", f"line {line}")


def _ascii_markup(data: bytes) -> str:
    for mark, codec in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if data.startswith(mark) and not data.startswith(codecs.BOM_UTF32_LE):
            return data[2:].decode(codec, "replace")
    body = data.removeprefix(codecs.BOM_UTF8)
    declared = _DECLARED.match(body)
    encoding = declared[1].decode("ascii").lower() if declared else "utf-8"
    if b"\0" in body[:4] or not _ENCODINGS.fullmatch(encoding):
        raise CapError("encoding", f"encoding {encoding!r} is not accepted; write UTF-8", "line 1")
    return body.decode("latin-1")


def name_of(element: etree._Element) -> str:
    """The name without its namespace; comments and processing instructions have none."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def text_of(element: etree._Element) -> str:
    """The text directly in an element, around comments and children."""
    return (element.text or "") + "".join(child.tail or "" for child in element)


def path_of(element: etree._Element) -> str:
    """Where an element stands, as in ``/alert/info[1]/area[2]/polygon[1]``; counted from one where it may repeat."""
    steps: list[str] = []
    node: etree._Element | None = element
    while node is not None:
        name, before = name_of(node), sum(1 for _ in node.itersiblings(node.tag, preceding=True))
        alone = before == 0 and next(node.itersiblings(node.tag), None) is None
        steps.append(name if alone and name not in _REPEATING else f"{name}[{before + 1}]")
        node = node.getparent()
    return "/" + "/".join(reversed(steps))


_REPEATING = frozenset(
    (
        "info",
        "category",
        "responseType",
        "eventCode",
        "parameter",
        "resource",
        "area",
        "polygon",
        "circle",
        "geocode",
        "code",
    )
)
