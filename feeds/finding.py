"""What was found of an animal: itself, somebody it hurt, or its traces (目撃・人身被害・痕跡)."""

from __future__ import annotations

from enum import StrEnum

ANIMALS = frozenset({"bear", "boar", "deer"})


class Finding(StrEnum):
    """``TRACE``: tracks, droppings, what it ate or broke; where it was, not where it is."""

    SIGHTING = "sighting"
    INJURY = "injury"
    TRACE = "trace"
