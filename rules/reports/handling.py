"""Who handles what: a table by kind and area; the first line that fits counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from rules.reports.case import Case


@dataclass(frozen=True, slots=True, kw_only=True)
class Handles:
    """One line: a desk, role or person, and what is theirs. An empty tuple means every one; ``*`` and ``?`` match."""

    who: str
    kinds: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()  # codes of districts


def handler_of(case: Case, table: Sequence[Handles]) -> str:
    """Who was assigned by a person, else by the table; empty where neither says."""
    if case.handler:
        return case.handler
    return next((line.who for line in table if _fits(case.kind, line.kinds) and _fits(case.area, line.areas)), "")


def _fits(one: str, patterns: Sequence[str]) -> bool:
    return not patterns or any(fnmatchcase(one, pattern) for pattern in patterns)
