"""What must never stand in a file of this project."""

from __future__ import annotations

import re
import subprocess
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    return [ROOT / name for name in listed.decode().split("\0") if name]


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    found = {}
    for path in tracked():
        if path.is_file() and b"\0" not in (content := path.read_bytes()) and "vendor" not in path.parts:
            found[str(path.relative_to(ROOT))] = content.decode("utf-8")
    return found


def test_no_machine_path(texts: dict[str, str]) -> None:
    places = "|".join(["work", "farm", "root", "home"])
    pattern = re.compile(rf"(^|[^a-zA-Z0-9_.])/({places})/[a-z.]")
    assert [name for name, text in texts.items() if pattern.search(text) and name != "Dockerfile"] == []


def test_no_package_index_in_locks(texts: dict[str, str]) -> None:
    locks = {name: text for name, text in texts.items() if name.startswith("requirements")}
    assert locks
    for name, text in locks.items():
        assert "://" not in text and "--index" not in text, name
        assert "--hash=sha256:" in text, name


def test_nothing_is_left_for_later(texts: dict[str, str]) -> None:
    words = re.compile(
        "|".join(["TO" + "DO", "FIX" + "ME", "XX" + "X", "NotImplemented" + "Error", r"except[^\n]*:\s*pass\b"])
    )
    marked = [
        name for name, text in texts.items() if name.endswith((".py", ".js", ".toml", ".sh")) and words.search(text)
    ]
    assert marked == []


def test_readme_shows_the_two_commands(texts: dict[str, str]) -> None:
    assert "make run" in texts["README.md"] and "make test" in texts["README.md"]
    assert "make test" in texts[".ci/run"]


def test_a_decision_has_one_number_and_every_link_to_it_leads_there(texts: dict[str, str]) -> None:
    decisions = {Path(name).name for name in texts if name.startswith("docs/adr/")}
    numbers = Counter(name[:4] for name in decisions)
    assert [number for number, times in numbers.items() if times > 1] == []
    pattern = re.compile(r"\]\((?:docs/)?adr/([^)#]+)")
    linked = {(name, to) for name, text in texts.items() if name.endswith(".md") for to in pattern.findall(text)}
    assert [(name, to) for name, to in linked if to not in decisions] == []
