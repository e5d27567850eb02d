"""Where an order stands, what may be done with it, and by which way."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """Where an order stands."""

    STANDBY = "standby"  # the contractor was told to stand by
    PROPOSED = "proposed"  # a rule fired, and nobody has decided
    ORDERED = "ordered"
    ACKNOWLEDGED = "acknowledged"  # the contractor has it
    WORKING = "working"
    FINISHED = "finished"
    DECLINED = "declined"  # the desk did not order, or the contractor cannot come
    CANCELLED = "cancelled"


OPEN = frozenset({State.STANDBY, State.PROPOSED, State.ORDERED, State.ACKNOWLEDGED, State.WORKING})
GIVEN = frozenset({State.ORDERED, State.ACKNOWLEDGED, State.WORKING})  # a contractor is bound by it


class Act(StrEnum):
    """What was done."""

    STAND_BY = "stand_by"
    PROPOSE = "propose"
    UPDATE = "update"  # the proposal's figures have moved
    LAPSE = "lapse"  # what was proposed does not hold any more
    ORDER = "order"
    DECLINE = "decline"  # the desk decides against the proposal
    CANCEL = "cancel"
    ACKNOWLEDGE = "acknowledge"
    REFUSE = "refuse"  # the contractor cannot
    START = "start"
    FINISH = "finish"
    OVERDUE = "overdue"  # noted once: nobody acknowledged in time
    NOTE = "note"


class How(StrEnum):
    """By which way it came."""

    HUB = "hub"  # a rule, or the clock
    PASSES = "passes"  # what plows did, by their positions
    DESK = "desk"  # a member of staff, also for a contractor who rang
    LINK = "link"  # the contractor, by the signed link
