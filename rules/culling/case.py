"""A case of 緊急銃猟 (Article 34-2 of the wildlife law, in force since 1 September 2025): what was done, by whom, when.

The law lets the mayor order it where four conditions hold. The hub decides none of them: people tick each, and the case
remembers who and when. Nothing here has room for who shoots, or from where.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from feeds.status import Status

ANIMALS = ("bear", "boar")


class Condition(StrEnum):
    """The four of the law. Each is ticked by a person."""

    ENTERED = "entered"
    URGENT = "urgent"
    NO_OTHER = "no_other"
    SAFE = "safe"


class Act(StrEnum):
    """What a person does with a case."""

    OPEN = "open"
    TICK = "tick"
    UNTICK = "untick"
    PLAN = "plan"  # the area, the closed roads, and until when
    WARN = "warn"  # the text "stay inside" is drafted
    ORDER = "order"  # of the mayor
    REVOKE = "revoke"
    BEGIN = "begin"
    FINISH = "finish"
    CALL_OFF = "call_off"  # before it began, or after it was halted
    CLEAR = "clear"  # the all-clear is drafted once more
    CLOSE = "close"


class Office(StrEnum):
    """Whose order it is."""

    MAYOR = "mayor"
    DELEGATE = "delegate"


class Outcome(StrEnum):
    """How it ended."""

    TAKEN = "taken"
    LEFT = "left"
    STOPPED = "stopped"
    CALLED_OFF = "called_off"


class Stage(StrEnum):
    """How far the word to the public has come, as the alerts tell it."""

    NOTHING = "nothing"
    WAITING = "waiting"  # a draft that nobody has approved
    OUT = "out"
    ENDING = "ending"  # it is out, and its all-clear waits for approval
    OVER = "over"  # the all-clear is issued
    RUN_OUT = "run_out"  # it ran out, and nobody gave the all-clear


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """``areas``: codes of districts or squares; ``roads``: closed, for everybody to read; ``until``: foreseen."""

    areas: tuple[str, ...]
    roads: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the public has been told, for a case's newest series."""

    stage: Stage = Stage.NOTHING
    areas: frozenset[str] = frozenset()  # that the revision in force names


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One act, with who did it and when; what belongs to it alone is None or empty in others."""

    act: Act
    at: datetime
    who: str
    condition: Condition | None = None
    office: Office | None = None
    outcome: Outcome | None = None
    plan: Plan | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One case as its events make it. ``sighting``: number of the report behind it; None: opened by hand."""

    id: int
    status: Status
    animal: str
    sighting: int | None = None
    series: str = ""  # of the newest alert that tells of it
    events: tuple[Event, ...] = ()

    @property
    def version(self) -> int:
        """The number of acts, which whoever acts has to name."""
        return len(self.events)

    @property
    def plan(self) -> Plan | None:
        return next((one.plan for one in reversed(self.events) if one.plan is not None), None)

    @property
    def ticked(self) -> Mapping[Condition, Event]:
        """Who ticked what. Another area is another danger to people: that condition has to be ticked anew."""
        found: dict[Condition, Event] = {}
        areas: tuple[str, ...] | None = None
        for one in self.events:
            if one.act is Act.TICK and one.condition:
                found.setdefault(one.condition, one)
            elif one.act is Act.UNTICK and one.condition:
                found.pop(one.condition, None)
            elif one.plan is not None:
                if areas is not None and set(areas) != set(one.plan.areas):
                    found.pop(Condition.SAFE, None)
                areas = one.plan.areas
        return found

    @property
    def order(self) -> Event | None:
        """The order that stands. It falls with any condition, and with the area it was given for."""
        return self._standing(Act.ORDER)

    @property
    def under_way(self) -> Event | None:
        """Since when it is being done; None: it has not begun, was halted, or is over."""
        return None if self.over else self._standing(Act.BEGIN)

    @property
    def ever_began(self) -> bool:
        return any(one.act is Act.BEGIN for one in self.events)

    @property
    def over(self) -> Event | None:
        """The act that ended it, whatever the public has been told."""
        return next((one for one in self.events if one.outcome is not None), None)

    @property
    def closed(self) -> Event | None:
        return next((one for one in self.events if one.act is Act.CLOSE), None)

    def _standing(self, act: Act) -> Event | None:
        found: Event | None = None
        areas: tuple[str, ...] | None = None
        for one in self.events:
            if one.act is act:
                found = one
            elif one.act in (Act.UNTICK, Act.REVOKE):
                found = None
            elif one.plan is not None:
                if areas is not None and set(areas) != set(one.plan.areas):
                    found = None
                areas = one.plan.areas
        return found
