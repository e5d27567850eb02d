"""A machine that fell silent at its work, while its section was ordered: a dead phone, or a driver who needs help.

One that stands in a yard, drives home or has parked is not lost: there silence is the end of a shift.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from geo.plow.spells import Doing, Spell

SILENT_S = 600  # a plow at work is heard of every few seconds
FORGOTTEN_S = 2 * 3600  # silent for longer: by then somebody has asked
_PARKED_S = 600  # who stood so long before was done


def fell_silent(seen: Sequence[Spell], ordered_at: Mapping[str, float], now: float) -> Spell | None:
    """The last work of a machine that has been silent since; None for one that is heard of, or has gone home.

    ``seen`` are its newest spells by time, ``ordered_at`` the sections that contractors are bound to plow and since
    when, in seconds since 1970 as ``now``.
    """
    if not seen or not SILENT_S <= now - seen[-1].ended <= FORGOTTEN_S:
        return None
    for one in reversed(seen):
        if one.doing is Doing.WORK:
            at = ordered_at.get(one.section)
            return one if at is not None and one.ended > at else None
        if one.doing is not Doing.STANDBY or seen[-1].ended - one.began >= _PARKED_S:
            return None
    return None
