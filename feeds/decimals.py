"""Numbers as the outside world writes them in text: 34.5, -3, +1.2e3. Python would also take nan, inf and 1_0."""

from __future__ import annotations

import math
import re

_SHAPE = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")


def decimal(text: str) -> float:
    """The finite number that is written there. Raises ValueError for everything else."""
    if not _SHAPE.fullmatch(text) or not math.isfinite(value := float(text)):
        raise ValueError(f"{text[:40]!r} is not a number")
    return value
