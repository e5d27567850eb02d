"""Everything that is wrong with a CAP document, in one list: never only the first fault."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from datetime import datetime

from lxml import etree

from feeds.cap.lint.alert import alert_findings
from feeds.cap.lint.area import area_findings
from feeds.cap.lint.finding import Finding
from feeds.cap.lint.finding import found as finding_at
from feeds.cap.lint.info import empty_findings, info_findings, time_findings
from feeds.cap.lint.schema import schema_findings
from feeds.cap.read import moment_of
from feeds.cap.schema import NAMESPACE, OLDER, is_time
from feeds.cap.signature import signature_findings
from feeds.cap.tree import words_of
from feeds.cap.types import CapError
from feeds.cap.xml import LIMIT, name_of, parse

_MOST = 1000  # findings of one kind of check; who has more has one fault a thousand times
_LINE = re.compile(r"line (\d+)")


def lint(data: bytes, now: datetime, signature_time_sent: bool = False, limit: int = LIMIT) -> list[Finding]:
    """The findings of a document, in the order of its lines; an empty list means it is as good as it gets.

    Certificates of signatures are judged as of ``now``, or as of the time the alert was sent.
    """
    try:
        root = parse(data, limit)
    except CapError as error:
        return [_unreadable(error)]
    if root.tag != f"{{{NAMESPACE}}}alert":
        return [_not_cap(root)]
    sent = words_of(root, "sent")
    at = moment_of(sent) if signature_time_sent and is_time(sent) else now
    return sorted([*message_findings(root), *signature_findings(root, at)], key=lambda one: one.line)


def message_findings(root: etree._Element) -> Iterator[Finding]:
    """The findings of a CAP 1.2 alert element, apart from its signatures."""
    for check in (schema_findings, alert_findings, info_findings, area_findings, empty_findings, time_findings):
        yield from itertools.islice(check(root), _MOST)


def _unreadable(error: CapError) -> Finding:
    line = _LINE.search(error.at)
    return Finding(
        level="error",
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
    return finding_at("error", "namespace", root, f"this is {what}, not CAP 1.2", f'write <alert xmlns="{NAMESPACE}">')
