"""A clock that ran ahead and was set right again: what was written by it lies in the future now.

Nobody can tell when such a thing really was. It must hold nothing up: a wait lasts as long as its rule says, and not
longer by as much as the clock was wrong.
"""

from __future__ import annotations

from datetime import datetime, timedelta

SLACK = timedelta(minutes=1)  # two machines may go by two clocks


def beyond(now: datetime, longest: timedelta = timedelta()) -> datetime:
    """What lies after this was not written by a right clock, where nothing is set further ahead than ``longest``."""
    return now + longest + SLACK
