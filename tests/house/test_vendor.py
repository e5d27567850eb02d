"""Third-party files are exactly what was taken, carry their licence, and ask nobody outside."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.house import vendor


@pytest.mark.parametrize("folder", vendor.folders(), ids=lambda folder: folder.name)
def test_vendored_files_are_what_their_sums_say(folder: Path) -> None:
    assert vendor.faults(folder) == []


@pytest.mark.parametrize("folder", vendor.folders(), ids=lambda folder: folder.name)
def test_every_vendored_folder_carries_its_licence(folder: Path) -> None:
    assert [path for path in folder.iterdir() if path.name.startswith("LICENSE") and path.stat().st_size > 500]


def test_the_map_library_and_the_checker_are_there() -> None:
    assert {folder.name.rpartition("-")[0] for folder in vendor.folders()} >= {"ol", "axe-core"}


def test_an_edited_file_is_noticed(tmp_path: Path) -> None:
    copy = tmp_path / "axe-core-4.14.1"
    shutil.copytree(vendor.ROOT / "tests/e2e/vendor/axe-core-4.14.1", copy)
    (copy / "LICENSE").write_text("ours")
    (copy / "more.js").write_text("x\n//# sourceMappingURL=more.js.map\n")
    assert [fault.partition(": ")[0] for fault in vendor.faults(copy)] == [
        "axe-core-4.14.1/more.js",
        "axe-core-4.14.1/LICENSE",
    ]


def test_the_wheel_carries_the_pages(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=vendor.ROOT, check=True, capture_output=True)
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        names = wheel.namelist()
    wanted = (
        "ol.js",
        "ol.js.gz",
        "LICENSE.md",
        "js/ops.js",
        "css/base.css",
        "words.json",
        "ops.html",
        "_public_parts.html",
    )
    assert [one for one in wanted if not any(name.endswith(f"/{one}") for name in names)] == []
    assert not any("axe" in name for name in names)


def test_own_pages_name_no_outside_host() -> None:
    """No page needs the internet: nothing of ours loads from elsewhere."""
    own = [
        path
        for folder in ("services/web/static", "services/web/templates")
        for path in (vendor.ROOT / folder).rglob("*")
        if path.suffix in {".js", ".css", ".html", ".svg"} and "vendor" not in path.parts
    ]
    assert len(own) > 10
    allowed = "http://www.w3.org/"  # names of XML namespaces, never fetched
    assert [path.name for path in own if "//" in (t := path.read_text().replace(allowed, "")) and "://" in t] == []
