"""A moment is told in one place for each reader: nobody formats a clock by hand, so none goes out without its zone."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.test_floors import ROOT

FLOORS = ("feeds", "geo", "rules", "services")
# Who may, and why.
MAY = {
    "feeds/japan.py": "texts of staff",
    "services/web/public/clock.py": "residents' pages, as each of their languages writes it",
    "rules/damage/grid.py": "第4号様式 asks for 「18時05分」",
    "geo/sighted/telling.py": "sightings and crimes are told by the hour, not by the minute",
    "geo/sighted/told.py": "the same, in the sentences of posts",
}
# An ISO form for a machine (T before it) and one that says Z by itself name their zone.
_CLOCK = re.compile(r"(?<!T)%-?[HI]:%M(?!(:%S)?Z)|%-?H時|%p")


def by_hand(source: str) -> Iterator[int]:
    """The lines on which a clock is written by a format of its own."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FormattedValue) and node.format_spec and _CLOCK.search(ast.unparse(node.format_spec)):
            yield node.lineno
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "strftime":
            if any(_CLOCK.search(ast.unparse(one)) for one in node.args):
                yield node.lineno
        elif isinstance(node, ast.JoinedStr):
            yield from (one.lineno for one in _hours(node))


def _hours(node: ast.JoinedStr) -> Iterator[ast.FormattedValue]:
    """「{at.hour}時」, ``{at.hour}:``"""
    for one, after in zip(node.values, node.values[1:], strict=False):
        hour = isinstance(one, ast.FormattedValue) and isinstance(one.value, ast.Attribute) and one.value.attr == "hour"
        if hour and isinstance(after, ast.Constant) and str(after.value)[:1] in {"時", ":", "："}:
            assert isinstance(one, ast.FormattedValue)
            yield one


def modules() -> list[Path]:
    return [path for floor in FLOORS for path in sorted((ROOT / floor).rglob("*.py"))]


def test_nobody_writes_a_clock_by_hand() -> None:
    found: dict[str, list[int]] = {}
    for path in modules():
        source = path.read_text(encoding="utf-8")
        if not re.search(r"%-?[HI]\b|%H|%p|\.hour\}", source):
            continue
        if lines := list(by_hand(source)):
            found[path.relative_to(ROOT).as_posix()] = lines
    assert {name: lines for name, lines in found.items() if name not in MAY} == {}, "feeds.japan has a form for it"
    assert set(MAY) == set(found), "a line of MAY that nothing needs any more"


@pytest.mark.parametrize(
    ("line", "caught"),
    [
        ('f"{at:%H:%M}まで"', True),
        ('f"{at.astimezone(JAPAN):%-m月%-d日%H:%M:%S}"', True),
        ('at.strftime("%d %b %H:%M")', True),
        ('f"{at.hour}時{at.minute:02}分"', True),
        ('f"{at:%Y-%m-%dT%H:%M}"', False),
        ('f"{at:%Y-%m-%d %H:%MZ}"', False),
        ('f"{day:%Y-%m-%d}"', False),
    ],
)
def test_what_counts_as_by_hand(line: str, caught: bool) -> None:
    assert bool(list(by_hand(line))) is caught
