"""The command line: one file per command in services/cli."""

from __future__ import annotations

import sys

from services.cli import run


def main() -> int:
    """Entry of the console script; returns the exit code."""
    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
