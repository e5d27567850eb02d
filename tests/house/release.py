"""``make release-check``: does what would be released hold together? The steps of a release: docs/release.md.

The wheel is built, installed with what the lock names into a fresh environment, and has to serve its pages there from
the city that it brings along. Then version and changelog have to agree, as those of a release. Needs the network.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import tomllib
import urllib.request
import venv
from dataclasses import dataclass
from pathlib import Path

from hatchling.builders.wheel import WheelBuilder
from packaging.version import Version

from tests.house.test_floors import ROOT

FLOORS = ("feeds", "geo", "rules", "services")
_HEADING = re.compile(r"^## (?:(?P<open>未公開 / Unreleased)|(?P<version>\d+\.\d+\.\d+) — (?P<date>.+))$")
_PAGES = ("/", "/healthz", "/snow", "/open", "/login")
_STYLE = re.compile(r'href="([^"]+/css/public\.css)"')


@dataclass(frozen=True, slots=True)
class Release:
    """What the changelog tells: the lines under "unreleased", and the versions under it with their dates."""

    unreleased: int
    versions: tuple[tuple[str, str], ...]

    @classmethod
    def read(cls, text: str) -> Release:
        unreleased, versions, inside = 0, [], False
        for line in text.splitlines():
            if found := _HEADING.match(line):
                inside = found["open"] is not None
                if not inside:
                    versions.append((found["version"], found["date"]))
            elif inside and line.strip():
                unreleased += 1
        return cls(unreleased, tuple(versions))


def version() -> str:
    """The one place where it stands."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project["version"])


def of_changelog() -> Release:
    return Release.read((ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))


def faults(told: str, notes: Release, *, final: bool) -> list[str]:
    """Where version and changelog do not agree; ``final``: for a release, else for the tree between two of them."""
    mine, known = Version(told), [one for one, _ in notes.versions]
    found = [f"CHANGELOG.md: {one}: {date!r} is no date" for one, date in notes.versions if not date.startswith("20")]
    if known != sorted(known, key=Version, reverse=True):
        found.append("CHANGELOG.md: newest first")
    if mine.is_devrelease:
        if final:
            found.append(f"pyproject.toml: {told} is a development version; write {mine.base_version}")
        if mine.base_version in known:
            found.append(f"pyproject.toml: {mine.base_version} is released; {told} must be that of the next one")
    elif told not in known:
        found.append(f"CHANGELOG.md: no section {told}")
    elif notes.unreleased:
        found.append(f"CHANGELOG.md: {notes.unreleased} lines are not released; move them below {told}")
    return found


def contents() -> set[str]:
    """Every file that a wheel of this tree would hold, without building one."""
    builder = WheelBuilder(str(ROOT))
    shared = builder.config.shared_data
    held = {one.distribution_path for one in builder.recurse_included_files()}
    return held | {one.distribution_path for one in builder.recurse_explicit_files(shared)}


def sources() -> set[str]:
    """What of the four floors is in git."""
    listed = subprocess.run(["git", "ls-files", "-z", *FLOORS], cwd=ROOT, capture_output=True, check=True).stdout
    return {name for name in listed.decode().split("\0") if name}


def main() -> int:
    """A JSON line per step; exit 1 where one failed."""
    with tempfile.TemporaryDirectory() as folder:
        wheel = _build(ROOT / "build")
        _tell("wheel", file=wheel.name, bytes=wheel.stat().st_size)
        home = Path(folder) / "env"
        _install(wheel, home)
        _tell("served", **_served(home, Path(folder) / "var"))
    found = faults(version(), of_changelog(), final=True)
    _tell("version", version=version(), faults=found)
    return int(bool(found))


def _build(into: Path) -> Path:
    for old in into.glob("shirase-*.whl"):
        old.unlink()
    making = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "-w",
        str(into),
        ".",
    ]
    subprocess.run(making, cwd=ROOT, check=True)
    (wheel,) = into.glob("shirase-*.whl")
    return wheel


def _install(wheel: Path, home: Path) -> None:
    """By uv, as ``make install``: pip takes ten times as long to put in what has come."""
    venv.create(home)
    uv = [str(Path(sys.executable).parent / "uv"), "pip", "install", "--quiet", "--python", str(home / "bin/python")]
    subprocess.run([*uv, "--require-hashes", "-r", str(ROOT / "requirements.lock")], check=True)
    subprocess.run([*uv, "--no-deps", str(wheel)], check=True)


def _served(home: Path, data: Path) -> dict[str, object]:
    """What the installed hub answers, from outside of this tree."""
    shirase = str(home / "bin" / "shirase")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("SHIRASE_", "PYTHON"))}
    ours = {"SHIRASE_PROFILE": str(home / "share/shirase/config/morioka"), "SHIRASE_DATA_DIR": str(data)}
    surroundings = clean | ours | {"SHIRASE_PORT": "0"}
    told = subprocess.run(
        [shirase, "--version"], env=surroundings, cwd=home, capture_output=True, text=True, check=True
    )
    with subprocess.Popen([shirase, "serve"], env=surroundings, cwd=home, stdout=subprocess.PIPE, text=True) as hub:
        try:
            assert hub.stdout is not None
            address = json.loads(hub.stdout.readline())["ready"]
            pages = {page: _status(address + page) for page in (*_PAGES, _style(address))}
        finally:
            hub.terminate()
    if told.stdout.split() != ["shirase", version()] or set(pages.values()) != {200} or hub.returncode:
        raise SystemExit(f"the installed hub is not right: {told.stdout!r} {pages} exit {hub.returncode}")
    return {"version": told.stdout.strip(), "pages": pages}


def _status(url: str) -> int:
    with urllib.request.urlopen(url, timeout=30) as answer:
        return int(answer.status)


def _style(address: str) -> str:
    """Where the residents' page has its style from: its address has the sum of all static files in it."""
    with urllib.request.urlopen(f"{address}/", timeout=30) as answer:
        named = _STYLE.search(answer.read().decode())
    if not named:
        raise SystemExit("the residents' page names no style")
    return named[1]


def _tell(step: str, **found: object) -> None:
    print(json.dumps({"step": step, **found}, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    sys.exit(main())
