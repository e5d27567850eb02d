"""How long what is free to leave waits before it leaves, so that a person can still stop it. By level, and bounded.

What may save a life does not wait: from level 4 on a hold-off is a minute at the most, whatever a rule says.
"""

from __future__ import annotations

from datetime import timedelta

from rules.alert import GRAVE
from rules.source import Table, duration

HoldOff = tuple[tuple[int, timedelta], ...]  # from this level on: so long; ascending, begins at level 0
LONGEST = timedelta(minutes=30)
LONGEST_GRAVE = timedelta(minutes=1)

_ALLOWED = 'a duration up to "PT30M", or by level: { 0 = "PT5M", 4 = "PT0S" }, from level 4 on up to "PT1M"'


def hold_off_at(steps: HoldOff, level: int) -> timedelta:
    """How long an alert of this level waits."""
    wait = next((wait for start, wait in reversed(steps) if start <= level), timedelta())
    return min(wait, LONGEST_GRAVE) if level >= GRAVE else wait


def parse_hold_off(table: Table) -> HoldOff:
    """The key ``hold_off`` of a rule; faults are noted in the table's source. One for all levels is cut short at 4."""
    found = table.value("hold_off", _ALLOWED)
    if found is None:
        return ()
    given = found if isinstance(found, dict) else {"0": found}
    steps = {level: duration(value) for level, value in given.items()}
    if "0" not in steps or not all(_fits(level, wait) for level, wait in steps.items()):
        table.fault("hold_off", found, _ALLOWED)
        return ()
    return tuple(sorted((int(level), wait or timedelta()) for level, wait in steps.items()))


def _fits(level: str, wait: timedelta | None) -> bool:
    if level not in {"0", "1", "2", "3", "4", "5"} or wait is None:
        return False
    return wait <= (LONGEST_GRAVE if int(level) >= GRAVE else LONGEST)
