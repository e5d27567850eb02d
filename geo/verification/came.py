"""What came of an outlook: the highest level on the way, and the level at its end. Missing reports are missing, never
"nothing happened"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from geo.model import Sample
from geo.river.levels import STEP

_REPORTED = 0.8  # of the ten-minute steps must have a report


@dataclass(frozen=True, slots=True)
class Came:
    """Metres. ``end`` is None where no report stands at the very end."""

    highest: float
    end: float | None


def came(samples: Sequence[Sample], made_at: datetime, until: datetime) -> Came | None:
    """Of believable reports, ascending; None where too few of the span are there to say what its highest level was."""
    between = [one for one in samples if made_at < one.at <= until]
    steps = {(one.at - made_at) // STEP for one in between if one.at < until} | {
        (until - made_at) // STEP - 1 for one in between if one.at == until
    }
    if len(steps) < _REPORTED * ((until - made_at) // STEP):
        return None
    last = between[-1]
    return Came(max(one.value for one in between), last.value if until - last.at < STEP else None)
