"""``make storm``: hours of a storm on a fast clock, and what became of them.

make storm HOURS=72                        # 72 hours in 36 minutes
make storm HOURS=6 FACTOR=60 SEED=645581   # the same six hours again
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from services.telemetry import configure_logging
from tests.storm.books import Books
from tests.storm.figures import table
from tests.storm.oracle import judge
from tests.storm.storm import Outcome, storm


def main() -> int:
    parser = argparse.ArgumentParser(prog="make storm", description="Hours of a storm on a fast clock.")
    parser.add_argument("--hours", type=float, default=72)
    parser.add_argument("--factor", type=float, default=120, help="how many times as fast as the wall clock")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--folder", type=Path, default=None, help="an empty one, kept; else one that goes")
    parser.add_argument("--judge", type=Path, default=None, help="look at the kept storm of this folder again")
    args = parser.parse_args()
    configure_logging("ERROR")
    if args.judge:
        return _again(args.judge)
    seed = args.seed if args.seed is not None else random.SystemRandom().randrange(10**6)
    print(
        f"{args.hours:g} hours, {args.factor:g} times as fast, SEED={seed}, load {os.getloadavg()[0]:.1f}", flush=True
    )
    with TemporaryDirectory() as short:
        folder = args.folder or Path(short)
        folder.mkdir(parents=True, exist_ok=True)
        found = asyncio.run(storm(folder, args.hours, args.factor, seed))
        print(table(found))
        _keep(folder, found)
    return 1 if found.faults else 0


def _again(folder: Path) -> int:
    """The witness' word on a storm that was kept."""
    books = Books.load(folder / "books.pickle")
    verdict = asyncio.run(judge(books, f"sqlite+aiosqlite:///{folder / 'shirase.db'}"))
    print("\n".join(f"FAULT {one}" for one in verdict.faults) or "no fault found")
    return 1 if verdict.faults else 0


def _keep(folder: Path, found: Outcome) -> None:
    told = {"seed": found.seed, "faults": found.faults, "counts": found.verdict.counts, "ends": found.verdict.ends}
    (folder / "outcome.json").write_text(json.dumps(told, ensure_ascii=False, indent=1, default=str), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
