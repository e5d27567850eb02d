"""The clock of the hub's machine jumps by an hour, by libfaketime: every process of the hub, and nobody else."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from tests.conftest import missing
from tests.faults.fault import Does, Fault
from tests.faults.night import Night

_HOUR = 3600  # seconds
_LIBRARIES = ("/usr/lib", "/usr/local/lib", "/opt/homebrew/lib")


def settable(folder: Path) -> Mapping[str, str]:
    """What processes are to be started with so that :func:`jumped` moves their clock."""
    found = [path for root in _LIBRARIES for path in Path(root).glob("**/faketime/libfaketimeMT.so.1")]
    if not found:
        missing("libfaketime is not installed: apt-get install libfaketime")
    set_clock(folder, 0)
    return {
        "LD_PRELOAD": str(found[0]),
        "FAKETIME_TIMESTAMP_FILE": str(_file(folder)),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",  # it runs on when somebody sets the clock
    }


def set_clock(folder: Path, seconds: int) -> None:
    """From now on their clock is so far ahead."""
    beside = _file(folder).with_suffix(".new")
    beside.write_text(f"{seconds:+d}\n")
    beside.rename(_file(folder))


def jumped(folder: Path, seconds: int) -> Does:
    @asynccontextmanager
    async def does(_night: Night, _chance: random.Random) -> AsyncIterator[None]:
        set_clock(folder, seconds)
        try:
            yield
        finally:
            set_clock(folder, 0)

    return does


def clocks(folder: Path) -> tuple[Fault, ...]:
    return (
        Fault("the clock an hour ahead, then right again", jumped(folder, _HOUR), 30.0),
        Fault("the clock an hour behind, then right again", jumped(folder, -_HOUR), 30.0),
    )


def _file(folder: Path) -> Path:
    return folder / "clock"
