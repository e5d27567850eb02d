"""XML from strangers: whatever could make a parser fetch, expand or recurse is refused before it is parsed."""

from __future__ import annotations

import codecs
import re

from lxml import etree

from feeds.rejected import Rejected

MAX_BYTES = 8 * 1024 * 1024  # the nationwide aggregated telegrams have some hundred kilobytes
MAX_DEPTH = 64

_DECLARED = re.compile(r"""\A(<\?xml\b[^>]*?\bencoding\s*=\s*["'])([^"']*)""")
# As a document may call its encoding → as it is read. JMA and L-Alert write UTF-8; who passes them on may not.
_ENCODINGS = {
    **dict.fromkeys(("utf-8", "utf8", "us-ascii"), "utf-8"),
    **dict.fromkeys(("shift_jis", "shift-jis", "windows-31j", "cp932", "ms932"), "cp932"),
    **dict.fromkeys(("euc-jp", "eucjp"), "euc_jp"),
}
_BEFORE_ROOT = re.compile(r"\s+|<\?.*?\?>|<!--.*?-->", re.DOTALL)


def read_xml(payload: bytes) -> etree._Element | Rejected:
    """The root element of a well-formed document without DOCTYPE, or the reason for refusing. Never raises.

    Comments are left away: one in the middle of a text would cut it short.
    """
    if len(payload) > MAX_BYTES:
        return Rejected(
            code="too_large", message=f"{len(payload)} bytes; at most {MAX_BYTES} are read", at=f"byte {MAX_BYTES}"
        )
    text = _text(payload)
    return text if isinstance(text, Rejected) else _hostile(text) or _parse(text)


def _text(payload: bytes) -> str | Rejected:
    """The document as text that declares UTF-8, so that the parser sees what was looked at, and nothing else."""
    declared = _DECLARED.match(payload[:200].decode("latin-1"))
    told = declared[2].strip().lower() if declared else "utf-8"
    encoding = "utf-16" if payload[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else _ENCODINGS.get(told)
    if encoding is None:
        return Rejected(code="bad_encoding", message=f"declares {told[:40]!r}; write UTF-8", at="line 1")
    try:
        text = payload.decode("utf-8-sig" if encoding == "utf-8" else encoding)
    except UnicodeDecodeError as error:
        message = f"this is not {encoding.upper()}; telegrams come in UTF-8"
        return Rejected(code="bad_encoding", message=message, at=f"byte {error.start}")
    return _DECLARED.sub(r"\1UTF-8", text, count=1)


def _hostile(text: str) -> Rejected | None:
    place = 0
    while found := _BEFORE_ROOT.match(text, place):
        place = found.end()
    line = f"line {text.count(chr(10), 0, place) + 1}"
    if text.startswith("<!", place):  # before the root only a DOCTYPE, and with it entities, can begin so
        return Rejected(
            code="doctype", message="a DOCTYPE or entity declaration is never read; send the bare document", at=line
        )
    if not text.startswith("<", place):
        what = "nothing" if place == len(text) else repr(text[place : place + 20])
        return Rejected(code="bad_xml", message=f"no XML: {what} where the root element should be", at=line)
    return None


def _parse(text: str) -> etree._Element | Rejected:
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        recover=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(text.encode(), parser)
    except etree.XMLSyntaxError as error:
        return Rejected(code="bad_xml", message=f"not well-formed: {error.msg}"[:300], at=f"line {error.lineno or 1}")
    hidden = first_error(parser)
    if hidden is not None:
        return Rejected(code="bad_xml", message=f"not well-formed: {hidden.message}"[:300], at=f"line {hidden.line}")
    return _too_deep(root) or root


def first_error(parser: etree.XMLParser) -> etree._LogEntry | None:
    """What the parser found and did not raise: it looks at its last word only, and that may be a warning.

    Without this a document comes through whose names our code cannot take apart (``{{}}name``, an unknown prefix).
    """
    return next(iter(parser.error_log.filter_from_errors()), None)


def _too_deep(root: etree._Element) -> Rejected | None:
    """The parser itself stops at 256 levels; official documents need a dozen."""
    depth = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > MAX_DEPTH:
            return Rejected(
                code="too_deep", message=f"nested deeper than {MAX_DEPTH} elements", at=f"line {element.sourceline}"
            )
    return None


def path_of(element: etree._Element) -> str:
    """Where an element stands, by local names: /Report/Body/Warning[4]/Item[2]."""
    steps: list[str] = []
    here: etree._Element | None = element
    while here is not None:
        parent = here.getparent()
        twins = [] if parent is None else [child for child in parent if child.tag == here.tag]
        name = etree.QName(here).localname
        steps.append(f"{name}[{twins.index(here) + 1}]" if len(twins) > 1 else name)
        here = parent
    return "/" + "/".join(reversed(steps))
