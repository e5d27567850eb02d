"""Every failure of a channel says why in a word that can be counted, so that no figure is told as "other"."""

from __future__ import annotations

import ast

from tests.house.test_floors import ROOT

GOOD = {"ACCEPTED", "DUPLICATE", "PARTLY"}


def outcomes(text: str) -> list[ast.Call]:
    calls = [one for one in ast.walk(ast.parse(text)) if isinstance(one, ast.Call)]
    return [one for one in calls if isinstance(one.func, ast.Name) and one.func.id == "Outcome"]


def may_fail(call: ast.Call) -> bool:
    (verdict,) = [one.value for one in call.keywords if one.arg == "verdict"]
    named = {one.attr for one in ast.walk(verdict) if isinstance(one, ast.Attribute)}
    return not named or bool(named - GOOD)


def test_every_failure_names_its_cause() -> None:
    files = sorted((ROOT / "services" / "channels").rglob("*.py"))
    found = [(file.name, one) for file in files for one in outcomes(file.read_text(encoding="utf-8"))]
    failures = [(name, one) for name, one in found if may_fail(one)]
    assert len(failures) > 40
    bare = [f"{name}:{one.lineno}" for name, one in failures if "cause" not in {word.arg for word in one.keywords}]
    assert not bare, "say cause=Cause.…"
