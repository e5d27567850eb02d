"""What the linter has to say about a document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from lxml import etree

from feeds.cap.xml import path_of

Level: TypeAlias = Literal["error", "warning", "info"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One fault or piece of advice: the rule's name, the place, and how to mend it.

    ``error`` is what the schema or a MUST of CAP 1.2 forbids; everything else is a ``warning`` or an ``info``.
    """

    level: Level
    rule: str
    line: int
    path: str
    message: str
    fix: str


def found(level: Level, rule: str, element: etree._Element, message: str, fix: str) -> Finding:
    """A finding at an element."""
    line = element.sourceline
    return Finding(
        level=level,
        rule=rule,
        line=line if isinstance(line, int) else 0,
        path=path_of(element),
        message=message,
        fix=fix,
    )
