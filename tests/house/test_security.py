"""What docs/security.md claims is shown by tests that exist, and every boundary has some."""

from __future__ import annotations

import ast
import re
from functools import cache

import pytest

from tests.house.test_floors import ROOT

TEXT = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


@cache
def functions_of(file: str) -> frozenset[str]:
    path = ROOT / file
    if not path.is_file():
        return frozenset()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(one.name for one in ast.walk(tree) if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef))


@pytest.mark.parametrize(("file", "test"), sorted(set(NAMED.findall(TEXT))))
def test_every_test_that_it_names_exists(file: str, test: str) -> None:
    assert test in functions_of(file), f"docs/security.md names {file}::{test}, which is not there"


def test_every_threat_of_a_boundary_is_held_by_something_and_shown_by_a_test() -> None:
    rows = [
        line for line in TEXT.partition("## Boundaries")[2].partition("## Not held")[0].splitlines() if line[:1] == "|"
    ]
    threats = [row for row in rows if not re.match(r"\|(-| threat )", row)]
    assert len(threats) > 30
    assert [row for row in threats if len(row.strip("|").split(" | ")) != 3 or not NAMED.search(row)] == []


def test_it_names_each_kind_of_actor_and_where_faults_are_reported() -> None:
    actors = (
        "resident",
        "troll",
        "gateway",
        "disgruntled officer",
        "stolen session",
        "compromised feed",
        "supply chain",
        "ransomware",
    )
    assert [one for one in actors if one not in TEXT] == []
    assert "SECURITY.md" in TEXT and "docs/security.md" in (ROOT / "SECURITY.md").read_text(encoding="utf-8")
