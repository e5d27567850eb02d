"""What is released: one version, a changelog that knows it, and a wheel that has all of the hub in it."""

from __future__ import annotations

import pytest

from tests.house.release import Release, contents, faults, of_changelog, sources, version

NOTES = (
    "# 変更の記録\n\n## 未公開 / Unreleased\n\n{open}## 0.2.0 — 2026-12-01\n\n* これ\n\n## 0.1.0 — 2026-11\n\n* それ\n"
)


def test_this_tree_agrees_with_itself() -> None:
    assert faults(version(), of_changelog(), final=False) == []


def test_a_wheel_would_hold_every_file_of_the_four_floors_and_what_a_server_starts_from() -> None:
    held = contents()
    assert sources() - held == set()
    assert {
        "services/web/templates/ops.html",
        "services/store/migrations/versions/0001_first.py",
        "services/store/migrations/script.py.mako",
        "rules/catalog/river-level.toml",
        "share/shirase/config/morioka/profile.toml",
        "share/shirase/deploy/systemd/shirase.service",
    } <= held
    assert not [name for name in held if name.startswith("tests/")]


@pytest.mark.parametrize(
    ("told", "notes", "final", "says"),
    [
        ("0.2.0", NOTES.format(open=""), True, ""),
        ("0.3.0.dev0", NOTES.format(open="* 次\n\n"), False, ""),
        ("0.3.0.dev0", NOTES.format(open=""), True, "development"),
        ("0.2.0.dev0", NOTES.format(open="* 次\n\n"), False, "0.2.0 is released"),
        ("0.2.0", NOTES.format(open="* 次\n\n"), True, "not released"),
        ("0.3.0", NOTES.format(open=""), True, "no section"),
        ("0.2.0", NOTES.format(open="").replace("2026-12-01", "冬"), True, "date"),
    ],
)
def test_what_does_not_agree_is_named(told: str, notes: str, final: bool, says: str) -> None:
    found = faults(told, Release.read(notes), final=final)
    assert found == [] if not says else says in " ".join(found)
