"""What the linter has to say about a document."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from feeds.cap.lint.rules import RULES, Level
from feeds.cap.xml import path_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One breach of a rule: how bad, where, what, and how to mend it."""

    level: Level
    rule: str
    line: int
    path: str
    message: str
    fix: str


def found(rule: str, element: etree._Element, message: str, fix: str) -> Finding:
    """A finding at an element; the rule's level is that of :data:`feeds.cap.lint.rules.RULES`."""
    line = element.sourceline
    return Finding(
        level=RULES[rule].level,
        rule=rule,
        line=line if isinstance(line, int) else 0,
        path=path_of(element),
        message=message,
        fix=fix,
    )
