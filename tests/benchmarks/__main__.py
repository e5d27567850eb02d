"""``make bench``: every benchmark in turn; a JSON line a figure as it comes, and a table at the end."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

from services.telemetry import configure_logging
from tests.benchmarks import (
    another_time,
    backlog,
    backtest,
    console,
    decode,
    end_to_end,
    flood,
    hazard,
    ingest,
    lookup,
    memory,
    outlets,
    plow,
    plow_day,
    postgis,
    quality,
    snow_pages,
    soil,
    steps,
    streams,
    turn,
    workers,
    years,
)
from tests.benchmarks.figure import Figure, table
from tests.benchmarks.scale import FULL, SHORT, Scale

_ALL = (
    ingest,
    backlog,
    workers,
    hazard,
    end_to_end,
    outlets,
    decode,
    quality,
    flood,
    lookup,
    postgis,
    soil,
    plow,
    plow_day,
    snow_pages,
    steps,
    streams,
    another_time,
    years,
    turn,
    backtest,
    console,
    memory,
)
BENCHES: Mapping[str, Callable[[Scale, Path], Awaitable[list[Figure]]]] = {one.NAME: one.measure for one in _ALL}


def main() -> int:
    parser = argparse.ArgumentParser(prog="make bench", description="Figures of this machine, as ratios and medians.")
    parser.add_argument("--short", action="store_true", help="under 20 seconds: does it work, not how fast is it")
    parser.add_argument("--only", action="append", choices=list(BENCHES), help="may be repeated; default: all")
    args = parser.parse_args()
    configure_logging("ERROR")
    asyncio.run(_run(args.only or list(BENCHES), SHORT if args.short else FULL))
    return 0


async def _run(names: Sequence[str], scale: Scale) -> None:
    figures, spent = list[Figure](), list[str]()
    with tempfile.TemporaryDirectory(prefix="shirase-bench-") as folder:
        for name in names:
            own = Path(folder, name.replace(" ", "-"))
            own.mkdir()
            began = time.monotonic()
            found = await BENCHES[name](scale, own)
            spent.append(f"{name} {time.monotonic() - began:.0f} s")
            for figure in found:
                print(figure.line(), flush=True)
            figures += found
    load = " ".join(f"{one:.1f}" for one in os.getloadavg())
    python = ".".join(map(str, sys.version_info[:3]))
    print(f"\n{table(figures)}\n\n{os.cpu_count()} cores, load {load}, Python {python}; took {', '.join(spent)}")


if __name__ == "__main__":
    sys.exit(main())
