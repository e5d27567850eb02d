"""``make fuzz``: every decoder under coverage-guided fuzzing, as long as one likes; a later run goes on from there."""

from __future__ import annotations

import argparse
import importlib.util
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.fuzz.corpus import keep, kept
from tests.fuzz.reach import few
from tests.fuzz.run import Outcome, found, fuzz
from tests.fuzz.targets import TARGETS

_HEAD = "| target | executions | edges | corpus | crashes | slowest input | memory: corpus read → peak |"


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit 0: nothing found; 1: something was found, and where it lies stands below the table; 2: wrong usage."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"some of: {', '.join(TARGETS)} (default: all)")
    parser.add_argument("--seconds", type=int, default=60, help="for each target (default 60)")
    parser.add_argument("--jobs", type=int, default=1, help="targets at the same time (default 1)")
    parser.add_argument("--folder", type=Path, default=Path("var/fuzz"), help="what was found so far, and where to add")
    parser.add_argument("--keep", action="store_true", help="no fuzzing: renew tests/fuzz/corpus from what was found")
    told = parser.parse_args(arguments)
    strange = sorted(set(told.targets) - TARGETS.keys())
    if strange:
        parser.error(f"{strange[0]!r} is no target; use {', '.join(TARGETS)}")
    if importlib.util.find_spec("atheris") is None:
        parser.error("atheris is not installed: it has wheels for Linux on x86-64 only")
    chosen = [TARGETS[name] for name in told.targets or TARGETS]
    if told.keep:
        for target in chosen:
            inputs = few(target, [*kept(target.name), *found(target.name, told.folder)])
            print(f"{target.name}: {keep(target.name, inputs)} of {len(inputs)} inputs kept")
        return 0
    with ThreadPoolExecutor(told.jobs) as pool:
        outcomes = list(pool.map(lambda target: fuzz(target, told.seconds, told.folder), chosen))
    print("\n".join(table(outcomes)))
    faults = [fault for one in outcomes for fault in one.faults]
    print("\n".join(faults), file=sys.stderr)
    return 1 if faults else 0


def table(outcomes: Sequence[Outcome]) -> list[str]:
    """The figures in Markdown, and their sums."""
    lines = [
        f"| {one.name} | {one.executions:,} | {one.edges:,} | {one.corpus:,} | {len(one.finds)} "
        f"| {'< 1 s' if one.slowest_s == 0 else f'{one.slowest_s} s'} | {one.begun_mb} → {one.peak_mb} MB |"
        for one in outcomes
    ]
    ran, crashes = sum(one.executions for one in outcomes), sum(len(one.finds) for one in outcomes)
    return [_HEAD, "|---" * 7 + "|", *lines, f"| together | {ran:,} | | | {crashes} | | |"]


if __name__ == "__main__":
    sys.exit(main())
