"""Which steps of our code an input takes, and the few inputs that together take the most of them."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from types import FrameType
from typing import Any, TypeAlias

from tests.fuzz.targets import Target

_OURS = tuple(f"{Path(__file__).parents[2] / floor}/" for floor in ("feeds", "services"))
Step: TypeAlias = tuple[str, int, int]  # file, from line, to line


def steps(target: Target, data: bytes) -> set[Step]:
    """The steps from line to line that the target's own code takes with this input."""
    taken: set[Step] = set()

    def trace(frame: FrameType, _event: str, _argument: Any) -> Any:
        file, last = frame.f_code.co_filename, frame.f_lineno
        if not file.startswith(_OURS):
            return None

        def line(here: FrameType, _event: str, _argument: Any) -> Any:
            nonlocal last
            taken.add((file, last, here.f_lineno))
            last = here.f_lineno
            return line

        return line

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        target.run(data)
    finally:
        sys.settrace(before)
    return taken


def few(target: Target, inputs: Iterable[bytes]) -> list[bytes]:
    """Of the inputs, smallest first, those that take a step which neither the seeds nor a smaller one takes."""
    known: set[Step] = set().union(*(steps(target, seed) for seed in target.seeds))
    chosen = []
    for data in sorted(set(inputs), key=lambda one: (len(one), one)):
        new = steps(target, data) - known
        if new:
            known |= new
            chosen.append(data)
    return chosen
