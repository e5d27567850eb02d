"""Everything that is wrong with a CAP document, in one list: never only the first fault."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from datetime import datetime

from cryptography import x509
from lxml import etree

from feeds.cap.lint.alert import alert_findings
from feeds.cap.lint.area import area_findings
from feeds.cap.lint.blocks import moment
from feeds.cap.lint.finding import Finding, found
from feeds.cap.lint.info import info_findings
from feeds.cap.lint.languages import language_findings
from feeds.cap.lint.links import link_findings
from feeds.cap.lint.rules import RULES
from feeds.cap.lint.schema import schema_findings
from feeds.cap.lint.signature import signature_findings
from feeds.cap.lint.text import empty_findings, text_findings
from feeds.cap.lint.times import clock_findings, time_findings
from feeds.cap.schema import NAMESPACE, OLDER
from feeds.cap.types import CapError
from feeds.cap.xml import LIMIT, name_of, parse

_MOST = 1000  # findings of one kind of check; who has more has one fault a thousand times
_CHECKS = (
    schema_findings,
    alert_findings,
    info_findings,
    text_findings,
    language_findings,
    link_findings,
    area_findings,
    empty_findings,
    time_findings,
)
_LINE = re.compile(r"line (\d+)")


def lint(
    data: bytes,
    now: datetime,
    signature_time_sent: bool = False,
    trusted: Sequence[x509.Certificate] = (),
    limit: int = LIMIT,
) -> list[Finding]:
    """The findings of a document, in the order of its lines; an empty list means it is as good as it gets.

    Certificates of signatures are judged as of ``now``, or as of the time the alert was sent. ``trusted`` are those
    that make a signature verified.
    """
    try:
        root = parse(data, limit)
    except CapError as error:
        return [_unreadable(error)]
    if root.tag != f"{{{NAMESPACE}}}alert":
        return [_not_cap(root)]
    at = (signature_time_sent and moment(root, "sent")) or now
    findings = [*message_findings(root), *clock_findings(root, now), *signature_findings(root, at, trusted)]
    return sorted(findings, key=lambda one: one.line)


def message_findings(root: etree._Element) -> Iterator[Finding]:
    """The findings of a CAP 1.2 alert element, apart from its signatures."""
    for check in _CHECKS:
        yield from itertools.islice(check(root), _MOST)


def _unreadable(error: CapError) -> Finding:
    line = _LINE.search(error.at)
    return Finding(
        level=RULES[error.code].level,
        rule=error.code,
        line=int(line[1]) if line else 1,
        path="/",
        message=error.message,
        fix="send a well-formed XML document in UTF-8, without DOCTYPE and entities",
    )


def _not_cap(root: etree._Element) -> Finding:
    namespace = etree.QName(root).namespace or ""
    version = OLDER.get(namespace)
    what = f"CAP {version}" if version else f"{name_of(root)} of namespace {namespace or '(none)'}"
    return found("namespace", root, f"this is {what}, not CAP 1.2", f'write <alert xmlns="{NAMESPACE}">')
