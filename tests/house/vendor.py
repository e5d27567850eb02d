"""Third-party files in git. ``python -m tests.house.vendor check`` for everyone, ``fetch`` for the maintainer.

Each folder ``NAME-VERSION`` holds the files, the licence, ``vendor.toml`` (name, version, licence, what was taken from
where) and ``SHA256SUMS``. Installing the hub needs neither Node nor npm; only ``fetch`` calls ``npm pack``.
"""

from __future__ import annotations

import gzip
import hashlib
import re
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
HOMES = (ROOT / "services/web/static/vendor", ROOT / "tests/e2e/vendor")
SOURCE_MAP = re.compile(rb"\n?(//[#@]|/\*[#@]) sourceMappingURL=[^\n]*\n?")


def folders() -> list[Path]:
    """Every vendored folder, wherever it lives."""
    return sorted(manifest.parent for home in HOMES for manifest in home.glob("*/vendor.toml"))


def listed(folder: Path) -> dict[str, str]:
    """File name → SHA-256, as ``SHA256SUMS`` says."""
    lines = (folder / "SHA256SUMS").read_text().splitlines()
    return {name: digest for digest, _, name in (line.partition("  ") for line in lines)}


def faults(folder: Path) -> list[str]:
    """What is wrong with a vendored folder, in sentences; an empty list when nothing is."""
    manifest = tomllib.loads((folder / "vendor.toml").read_text())
    found = []
    if folder.name != f"{manifest['name']}-{manifest['version']}":
        found.append(f"{folder.name}: vendor.toml says {manifest['name']}-{manifest['version']}; rename the folder")
    present = {path.name for path in folder.iterdir()} - {"vendor.toml", "SHA256SUMS"}
    sums = listed(folder)
    found += [f"{folder.name}/{name}: not in SHA256SUMS; run fetch" for name in sorted(present - sums.keys())]
    found += [f"{folder.name}/{name}: missing; run fetch" for name in sorted(sums.keys() - present)]
    for name in sorted(present & sums.keys()):
        body = (folder / name).read_bytes()
        if hashlib.sha256(body).hexdigest() != sums[name]:
            found.append(f"{folder.name}/{name}: differs from SHA256SUMS; never edit vendored files, run fetch")
        if name.endswith(".gz") and gzip.decompress(body) != (folder / name.removesuffix(".gz")).read_bytes():
            found.append(f"{folder.name}/{name}: is not the packed form of the file beside it; run fetch")
        if name.endswith((".js", ".css")) and SOURCE_MAP.search(body):
            found.append(f"{folder.name}/{name}: names a source map that is not shipped; run fetch")
    return found


def fetch(folder: Path) -> None:
    """Take the files again from the package that ``vendor.toml`` names, and write the sums."""
    manifest = tomllib.loads((folder / "vendor.toml").read_text())
    with tempfile.TemporaryDirectory() as scratch:
        wanted = f"{manifest['name']}@{manifest['version']}"
        subprocess.run(["npm", "pack", "--silent", wanted], cwd=scratch, check=True, capture_output=True)
        with tarfile.open(next(Path(scratch).glob("*.tgz"))) as package:
            for name, inside in manifest["files"].items():
                source = package.extractfile(f"package/{inside}")
                if source is None:
                    raise SystemExit(f"{wanted} has no file {inside}; mend [files] in {folder.name}/vendor.toml")
                body = source.read()
                body = SOURCE_MAP.sub(b"\n", body) if name.endswith((".js", ".css")) else body
                (folder / name).write_bytes(body)
                if name in manifest.get("packed", []):
                    (folder / f"{name}.gz").write_bytes(gzip.compress(body, 9, mtime=0))
    names = sorted(path.name for path in folder.iterdir() if path.name not in {"vendor.toml", "SHA256SUMS"})
    sums = [f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n" for name in names]
    (folder / "SHA256SUMS").write_text("".join(sums))


def main(verb: str) -> int:
    if verb == "fetch":
        for folder in folders():
            fetch(folder)
    elif verb != "check":
        print("usage: python -m tests.house.vendor check|fetch", file=sys.stderr)
        return 2
    found = [fault for folder in folders() for fault in faults(folder)]
    for fault in found:
        print(fault, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:2] or ["check"]))
