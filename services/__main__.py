"""The command line: one file per command in services/cli."""

from __future__ import annotations

import gc
import sys

from services.cli import run
from services.telemetry import configure_logging


def main() -> int:
    """Entry of the console script; returns the exit code."""
    # A start makes hundreds of thousands of objects that stay. As often as Python does it by itself, looking for
    # cycles among them takes a sixth of that time.
    gc.set_threshold(20_000)
    configure_logging("WARNING")  # of what a command meets on its way; `serve` sets its own
    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
