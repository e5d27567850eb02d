"""Where a request stands in the desk's queue: first what waits for a person, of that first what is urgent."""

from __future__ import annotations

from enum import IntEnum


class Turn(IntEnum):
    """The lower, the sooner; within one turn the oldest comes first. The store works it out of the request itself.

    A request *waits* from its arrival until somebody of the staff has said something about it, and again from a word
    that the resident adds, even when it is closed.
    """

    URGENT = 0  # waits for a person, and is urgent
    WAITS = 1
    URGENT_ANSWERED = 2  # open, but the desk has spoken
    ANSWERED = 3
    FOLDED = 4  # open behind a first one about the same thing
    OVER = 9


LAST = Turn.ANSWERED  # of those that have a line of their own in the queue
