"""Why a stored reading is not simply trusted."""

from __future__ import annotations

from enum import StrEnum


class Flag(StrEnum):
    """Why a stored reading is not simply trusted. The first group keeps it out of alerts."""

    CLOCK_AHEAD = "clock_ahead"  # more than 120 s ahead of the hub
    OUT_OF_RANGE = "out_of_range"
    SPIKE = "spike"  # held until the next report agrees
    STUCK = "stuck"  # exactly what devices send where they have no value
    RETAINED = "retained"  # the broker's memory, old by definition
    LATE = "late"  # older than the alert window: recompute, but no new alert from it alone
    OUT_OF_ORDER = "out_of_order"  # a newer one of the same sensor came before it
    STEP = "step"  # a jump that the next report confirmed: a flood wave, or a gauge that was set anew
    FLAT = "flat"  # the same value for longer than its quantity keeps still
    FROZEN = "frozen"  # creeps up evenly in frost, as ice below a level sensor does
    REVISION = "revision"  # same key, other value
    MISSING = "missing"  # the gateway says: no value
    DISTRUSTED = "distrusted"  # measured while a person said that the sensor is not to be believed
    TIME_ASSUMED = "time_assumed"  # the format gave no time
    UNIT_ASSUMED = "unit_assumed"  # neither the format nor the word told the unit: the kept one is taken

    @property
    def bars_alerts(self) -> bool:
        """True where no hazard may rest on the reading."""
        return self in BARRING


BARRING = frozenset(
    {
        Flag.CLOCK_AHEAD,
        Flag.OUT_OF_RANGE,
        Flag.SPIKE,
        Flag.STUCK,
        Flag.RETAINED,
        Flag.MISSING,
        Flag.DISTRUSTED,
    }
)
