"""The seam between a channel that tells people one by one, and the book of whom to tell and who was told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from services.channels.channel import Delivery


class Fate(StrEnum):
    """What became of telling one person."""

    TOLD = "told"
    LATER = "later"  # certainly not told; the other side wants to be asked again
    UNKNOWN = "unknown"  # perhaps told: tried again under the same name
    HELD = "held"  # not asked at all: their service wants a pause. It costs them no attempt
    UNREACHED = "unreached"  # no connection to the other side at all
    LEFT = "left"  # the slice was over before their turn
    REFUSED = "refused"  # not this message; perhaps the next
    BOUNCED = "bounced"  # nobody has this address: told nothing any more
    GONE = "gone"  # the other side says that they have left: forgotten for good


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody to be told. ``address`` is theirs and never for a log: it does not show."""

    id: int
    uid: str
    language: str
    address: str
    mine: str = ""  # links that are theirs alone
    leave: str = ""
    first: int = 0  # revisions of the series that they were told, the first and the last; 0: none
    last: int = 0

    def __repr__(self) -> str:
        return f"Person({self.id})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """``code`` is the other side's, such as ``550 5.1.1``; never its words, which repeat addresses."""

    fate: Fate
    code: str = ""
    retry_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How far a delivery has come."""

    told: int = 0
    kept: int = 0  # for their digests
    refused: int = 0
    waiting: int = 0  # to be tried again
    unknown: int = 0  # of those, how many may have been told
    next_at: datetime | None = None  # when the first of them is
    whole: bool = True  # everybody was looked at
    why: str = ""  # the code that most of those have who were not told


class Book(Protocol):
    """Whom a delivery concerns and who was told, kept so that no kill loses or doubles anybody."""

    async def begin(self, delivery: Delivery) -> None:
        """Before anybody is told: whoever was being told when a process died counts as unknown, nobody else."""
        ...

    async def next(self, delivery: Delivery, limit: int) -> Sequence[Person]:
        """Whose turn it is, written down as taken: no other slice takes them. Empty: nobody now."""
        ...

    async def record(
        self, delivery: Delivery, results: Sequence[tuple[Person, Said]], going: Sequence[Person] = ()
    ) -> None:
        """What became of some, and who is told next, in one transaction: from then on these are in doubt."""
        ...

    async def tally(self, delivery: Delivery) -> Tally:
        """How far it has come."""
        ...
