"""Lines that are cut, dead, late or lossy: to the broker, the database, the outlets and the forecaster's feeds."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.faults.fault import Does, Fault
from tests.faults.night import Night
from tests.faults.plant import OUTLETS

_LOSS, _LATE = 0.5, 2.0
_NEIGHBOURS = {"broker": ("broker",), "database": ("database",), "the outlets": OUTLETS, "the feeds": ("feeds",)}


def lines(how: str, names: tuple[str, ...]) -> Does:
    """``how``: cut, dead, late, lossy."""

    @asynccontextmanager
    async def does(night: Night, _chance: random.Random) -> AsyncIterator[None]:
        chosen = [night.plant.lines[name] for name in names]
        for line in chosen:
            match how:
                case "cut":
                    await line.cut()
                case "dead":
                    line.die()
                case "late":
                    line.late_s = _LATE
                case "lossy":
                    line.loss = _LOSS
        try:
            yield
        finally:
            for line in chosen:
                await line.mend()

    return does


_WORDS = {
    "cut": ("refused", 20.0),
    "dead": ("no answer", 30.0),
    "late": ("2 s late each way", 30.0),
    "lossy": ("50 % lost each way", 40.0),
}
LINES = tuple(
    Fault(f"line to {who}: {words}", lines(how, names), lasts_s)
    for who, names in _NEIGHBOURS.items()
    for how, (words, lasts_s) in _WORDS.items()
)
