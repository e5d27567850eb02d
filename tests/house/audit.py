"""``make audit``: known faults of every package that the locks name, by the open database OSV.

Three ends, and no fourth: audited and nothing known; known faults, each named with the version that mends it; *not
audited*, because nobody answered or somebody did not know a package. The last is never told as the first: in CI it
fails, elsewhere it is said aloud and the work goes on. A fault that does not concern us stands in ``audit.toml`` with
why and until when.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
LOCKS = (ROOT / "requirements.lock", ROOT / "requirements-dev.lock")
OSV = "https://api.osv.dev/v1/query"
_PATIENCE_S = 300


@dataclass(frozen=True, slots=True)
class Audited:
    """What is known of one lock. ``missed``: why it, or a package of it, was not audited."""

    packages: int
    faults: tuple[str, ...] = ()
    missed: tuple[str, ...] = ()


def audit(lock: Path, accepted: Mapping[str, str], osv: str = OSV) -> Audited:
    """Ask for every package of the lock. ``accepted``: number of a fault → why it is none of ours."""
    asked = [sys.executable, "-m", "pip_audit", "--requirement", str(lock), "--disable-pip", "--require-hashes"]
    asked += ["--vulnerability-service", "osv", "--osv-url", osv, "--format", "json", "--progress-spinner", "off"]
    try:
        ran = subprocess.run(asked, capture_output=True, text=True, timeout=_PATIENCE_S, check=False)
        told = json.loads(ran.stdout)["dependencies"]
    except (subprocess.TimeoutExpired, ValueError, KeyError):
        return Audited(0, missed=(f"{lock.name}: nobody answered at {osv}",))
    return judged(told, accepted)


def judged(told: Sequence[Mapping[str, Any]], accepted: Mapping[str, str]) -> Audited:
    """What pip-audit found, in sentences."""
    missed = tuple(f"{one['name']}: {one['skip_reason']}" for one in told if "skip_reason" in one)
    faults = []
    for one in told:
        for fault in one.get("vulns", ()):
            if not {fault["id"], *fault["aliases"]} & accepted.keys():
                cure = f"mended in {', '.join(fault['fix_versions'])}" if fault["fix_versions"] else "not mended yet"
                faults.append(f"{one['name']} {one['version']}: {fault['id']} ({cure})")
    return Audited(len(told) - len(missed), tuple(faults), missed)


def accepted_on(today: date, file: Path = ROOT / "tests/house/audit.toml") -> dict[str, str]:
    """Faults that somebody looked at and found to be none of ours, while their time lasts."""
    told = tomllib.loads(file.read_text(encoding="utf-8")).get("accepted", [])
    return {one["id"]: one["why"] for one in told if one["until"] >= today}


def main(osv: str = OSV, locks: Sequence[Path] = LOCKS) -> int:
    """0: audited, nothing known; or, outside of CI, not audited. 1: known faults. 3: not audited, in CI."""
    accepted = accepted_on(datetime.now(UTC).date())
    found = [audit(lock, accepted, osv) for lock in locks]
    for sentence in [fault for one in found for fault in one.faults]:
        print(f"known fault: {sentence}", file=sys.stderr)
    missed = [sentence for one in found for sentence in one.missed]
    for sentence in missed[:5]:
        print(f"NOT AUDITED: {sentence}", file=sys.stderr)
    if missed:
        print(f"NOT AUDITED: {len(missed)} in all. This says nothing about them; audit again on line.", file=sys.stderr)
    if any(one.faults for one in found):
        return 1
    if missed:
        return 3 if os.environ.get("CI") == "true" else 0
    print(f"audited: {sum(one.packages for one in found)} entries of {len(found)} locks, no known fault")
    return 0


if __name__ == "__main__":
    sys.exit(main())
