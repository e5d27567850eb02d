"""The promises of the house that a program can check."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FLOORS = ("feeds", "geo", "rules", "services")
SOURCES = sorted(path for floor in FLOORS for path in (ROOT / floor).rglob("*.py"))
CORE = [path for path in SOURCES if path.relative_to(ROOT).parts[0] != "services"]


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name.split(".")[0] for name in node.names}
        if isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_go_one_way(path: Path) -> None:
    mine = FLOORS.index(path.relative_to(ROOT).parts[0])
    above = imports(path) & set(FLOORS[mine + 1 :])
    assert not above, f"{path.name} imports {above}, which stands to its right"
    assert "tests" not in imports(path)


@pytest.mark.parametrize("path", CORE, ids=lambda p: str(p.relative_to(ROOT)))
def test_the_core_has_no_clock(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"datetime\.now\(|datetime\.utcnow\(|time\.time\(|date\.today\(", text), "now is an argument"


def test_no_room_for_leftovers() -> None:
    banned = {"core", "common", "utils", "util", "helpers", "misc"}
    assert not {p for p in SOURCES if p.stem in banned or p.parent.name in banned}


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_files_hold_one_idea(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").count("\n")
    assert lines <= 300, f"{lines} lines: split it"


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        p
        for p in SOURCES
        if p.read_text(encoding="utf-8").strip() and not ast.get_docstring(ast.parse(p.read_text(encoding="utf-8")))
    ]
    assert not [p for p in silent if "migrations" not in p.parts]


def test_everything_can_be_imported() -> None:
    for floor in FLOORS:
        package = importlib.import_module(floor)
        for module in pkgutil.walk_packages(package.__path__, prefix=f"{floor}."):
            if "migrations" not in module.name and not module.name.endswith("__main__"):
                importlib.import_module(module.name)
