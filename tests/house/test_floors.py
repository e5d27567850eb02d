"""The promises of the house that a program can check."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FLOORS = ("feeds", "geo", "rules", "services")
SOURCES = sorted(path for floor in FLOORS for path in (ROOT / floor).rglob("*.py"))
CORE = [path for path in SOURCES if path.relative_to(ROOT).parts[0] != "services"]


@cache
def read(path: Path) -> tuple[frozenset[str], str | None]:
    """What a file imports, by the first name, and what it says of itself."""
    tree, found = ast.parse(path.read_text(encoding="utf-8")), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {name.name.split(".")[0] for name in node.names}
        if isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return frozenset(found), ast.get_docstring(tree)


# One test each, and not one a file: what surrounds a test costs three times what it asks of a file.
def test_imports_go_one_way() -> None:
    above = {floor: {"tests", *FLOORS[number + 1 :]} for number, floor in enumerate(FLOORS)}
    found = {str(path): read(path)[0] & above[path.relative_to(ROOT).parts[0]] for path in SOURCES}
    assert {path: wrong for path, wrong in found.items() if wrong} == {}, "these stand to its right"


def test_the_core_has_no_clock() -> None:
    clock = re.compile(r"datetime\.now\(|datetime\.utcnow\(|time\.time\(|date\.today\(")
    assert [path for path in CORE if clock.search(path.read_text(encoding="utf-8"))] == [], "now is an argument"


def test_no_room_for_leftovers() -> None:
    banned = {"core", "common", "utils", "util", "helpers", "misc"}
    assert not {p for p in SOURCES if p.stem in banned or p.parent.name in banned}


def test_files_hold_one_idea() -> None:
    lines = {str(path): path.read_text(encoding="utf-8").count("\n") for path in SOURCES}
    assert {path: many for path, many in lines.items() if many > 300} == {}, "split them"


def test_every_module_says_what_it_is_for() -> None:
    silent = [path for path in SOURCES if path.read_text(encoding="utf-8").strip() and not read(path)[1]]
    assert not [path for path in silent if "migrations" not in path.parts]


def test_everything_can_be_imported() -> None:
    for floor in FLOORS:
        package = importlib.import_module(floor)
        for module in pkgutil.walk_packages(package.__path__, prefix=f"{floor}."):
            if "migrations" not in module.name and not module.name.endswith("__main__"):
                importlib.import_module(module.name)
