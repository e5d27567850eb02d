"""What the newest picture says of an instant to come: which of its dangers are to be reckoned with then.

What is observed is shown as lasting: nobody said that it will be over, and a forecast must not look safer than it is.
What is foreseen counts from when it is expected; of a river on its way up that is each threshold by itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from geo.hazard import Hazard
from geo.river.gauge import LEVELS

_EXPECTED = ("reached_at", "icy_at")  # facts: when what is foreseen is to happen


def ahead(picture: Iterable[Hazard], at: datetime) -> list[Hazard]:
    """The hazards of a picture as they are to be reckoned with at ``at``, which lies after it."""
    return [one for hazard in picture if (one := _at(hazard, at)) is not None]


def _at(hazard: Hazard, at: datetime) -> Hazard | None:
    expected = next((_instant(hazard, name) for name in _EXPECTED if name in hazard.facts), None)
    if hazard.observed or expected is None or expected <= at:
        return hazard
    steps = {level: when for name, (level, _) in LEVELS.items() if (when := _instant(hazard, f"{name}_at"))}
    below = max(steps, default=0) - hazard.level  # what is foreseen is told so much below what would be observed
    level = max((step for step, when in steps.items() if when <= at), default=0) - below
    return replace(hazard, level=level, alert_level=hazard.alert_level and level > 1) if level > 0 else None


def _instant(hazard: Hazard, name: str) -> datetime | None:
    """A fact that is a time with its zone; None where there is none, or anything else."""
    told = hazard.facts.get(name)
    try:
        found = datetime.fromisoformat(told) if isinstance(told, str) else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None
