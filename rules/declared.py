"""What the city declares: which places of refuge are open, whether its headquarters stands, and what was damaged.

It is the whole state at the time of the alert that carries it: a place that was closed stays on the list as closed, so
that whoever reads the newest revision alone knows of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
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
    voluntary_people: int | None = None  # of the people, who came without being told to
    voluntary_households: int | None = None
    checked: datetime | None = None  # when crowding and figures were looked at
    note: str = ""  # for everybody: pets, wheelchairs, which door

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Stricken:
    """A district in which something that belongs to nobody's person was damaged. ``few``: items of one or two."""

    code: str
    name: str
    figures: Mapping[str, int] = field(default_factory=dict)  # by item, in steps
    few: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Damaged:
    """What is known of a disaster's damage: confirmed figures by item (:mod:`rules.damage.items`), in steps."""

    kind: Literal["damage"] = "damage"
    disaster: str
    as_of: datetime
    figures: Mapping[str, int]
    counting: tuple[str, ...] = ()  # items of which more is known to be damaged, and not yet how much
    districts: tuple[Stricken, ...] = ()
    final: bool = False  # nothing more will be counted


Declared: TypeAlias = Shelters | Headquarters | Damaged
