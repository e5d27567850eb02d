"""What rings: an occasion, in words that staff may read on a phone, and the events that there are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from feeds.status import Status
from rules.alert import GRAVE


class Event(StrEnum):
    """Why staff are called. The value is what a chain of the settings names."""

    DRAFT = "draft"  # a draft waits for people longer than it may
    MANDATORY = "mandatory"  # an issued alert has not been confirmed by a channel that it must reach
    BREAK_GLASS = "break_glass"  # somebody went around the rules of approval
    GATEWAY = "gateway"  # sensors' gateways are silent, flooding, or wrong in time
    BACKLOG = "backlog"  # deliveries wait far too long
    ORDER = "order"  # snow: a proposal nobody decides, an order nobody answers or finishes
    REPORT = "report"  # a report of residents or police that nobody judges
    TRAP = "trap"  # a box trap has closed, and somebody has to go there
    CULLING = "culling"  # people were told to stay inside, and nobody lifts or prolongs it
    WATCH = "watch"  # nobody comes to a person who is watched over
    MUSTER = "muster"  # a muster of staff is proposed, or has begun by itself
    FAULT = "fault"  # a part of the hub does not work


URGENT = frozenset({Event.MANDATORY, Event.BREAK_GLASS, Event.CULLING, Event.WATCH})


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """One thing that staff must look at. ``key`` stays the same as long as it is the same thing."""

    key: str
    event: Event
    status: Status
    level: int  # of the alert; 0 where there is none
    subject: str  # one line, Japanese, without any mark
    subject_en: str
    detail: str = ""  # further lines, Japanese
    path: str = "/ops"  # where on the desk it is
    since: datetime
    lasting: bool = True  # it is over by itself; False: over when somebody has taken it

    @property
    def urgent(self) -> bool:
        """True for what must get through even where people have been called too often."""
        return is_urgent(self.event, self.level)


def is_urgent(event: Event, level: int) -> bool:
    return event in URGENT or (event is Event.DRAFT and level >= GRAVE)
