"""What the city declares of itself: which places of refuge are open, and whether its headquarters stands.

It is the whole state at the time of the alert that carries it: a place that was closed stays on the list as closed, so
that whoever reads the newest revision alone knows of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal, TypeAlias

TYPES = ("避難所", "臨時避難所", "広域避難場所", "一時避難場所")


class Opening(StrEnum):
    """Whether people may come."""

    NOT_OPEN = "not_open"  # was not opened in this disaster
    OPEN = "open"
    CLOSED = "closed"  # was open


class Crowding(StrEnum):
    """How much room there is, as somebody there said it."""

    UNKNOWN = "unknown"
    ROOM = "room"
    CROWDED = "crowded"
    FULL = "full"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShelterState:
    """One place of refuge. Figures that nobody counted are None, never zero."""

    code: str  # of the city's list; empty: a place that is on no list
    name: str
    address: str = ""
    type: str = TYPES[0]
    opening: Opening
    since: datetime  # of the opening, or the closing
    crowding: Crowding = Crowding.UNKNOWN
    capacity: int | None = None
    people: int | None = None
    households: int | None = None
    checked: datetime | None = None  # when crowding and figures were looked at

    @property
    def identity(self) -> str:
        """What tells one place from another: its code, or its name where it is on no list."""
        return self.code or self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelters:
    """Every place that has been opened in this disaster."""

    kind: Literal["shelters"] = "shelters"
    disaster: str  # 11月20日からの大雨
    places: tuple[ShelterState, ...]

    @property
    def open(self) -> tuple[ShelterState, ...]:
        return tuple(place for place in self.places if place.opening is Opening.OPEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Headquarters:
    """The city's headquarters against the disaster. ``type`` as the city calls it: 災害警戒本部, 災害対策本部."""

    kind: Literal["headquarters"] = "headquarters"
    disaster: str
    type: str
    stands: bool
    since: datetime  # set up, or dissolved


Declared: TypeAlias = Shelters | Headquarters
