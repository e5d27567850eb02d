"""The case of a report: where it stands, and every act on it in order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from feeds.status import Status
from rules.reports.reason import Reason

CLAIMED_FOR = timedelta(minutes=15)  # then somebody else may act: whoever left for a call must not block a bear


class State(StrEnum):
    """Where a report stands."""

    RECEIVED = "received"
    TRIAGED = "triaged"  # a person has read it and judges it worth checking
    CONFIRMED = "confirmed"
    UNCONFIRMED = "unconfirmed"  # nobody could confirm it; people are told, and told so, by an officer's leave
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"  # whoever said it took it back, or it is settled
    EXPIRED = "expired"


OPEN = frozenset({State.RECEIVED, State.TRIAGED, State.CONFIRMED, State.UNCONFIRMED})
WAITING = frozenset({State.RECEIVED, State.TRIAGED})  # nobody has judged it
PUBLIC = frozenset({State.CONFIRMED, State.UNCONFIRMED})  # people may be told
GONE = frozenset({State.REJECTED, State.WITHDRAWN})  # it is not so, or no more


class Act(StrEnum):
    """What was done."""

    ARRIVE = "arrive"
    REVISE = "revise"  # the sender sent it again in other words
    VOUCH = "vouch"  # its issuer says that it is confirmed
    DISOWN = "disown"  # its issuer says so no more
    TRIAGE = "triage"
    CONFIRM = "confirm"
    SIGN_OFF = "sign_off"  # people are told although it is unconfirmed
    REJECT = "reject"
    WITHDRAW = "withdraw"
    CORRECT = "correct"
    EXPIRE = "expire"
    REOPEN = "reopen"
    MERGE = "merge"  # it is about the same as another case
    SPLIT = "split"
    CLAIM = "claim"
    RELEASE = "release"
    ASSIGN = "assign"
    NOTE = "note"


class How(StrEnum):
    """By which way it came."""

    SENDER = "sender"  # whoever reported: a resident, a gateway
    ISSUER = "issuer"  # the police, or another whose word counts as confirmed
    DESK = "desk"  # a member of staff
    HUB = "hub"  # the clock


class CaseError(ValueError):
    """The act does not fit; the text says why and what helps, in Japanese and English, and ``code`` names it."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One act: who, when, why. ``facts``: what only this act needs, as ``into`` of a merge or the right ``place``."""

    act: Act
    at: datetime
    how: How
    who: str
    reason: Reason | None = None
    text: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Claim:
    """Who works at it, and until when others keep away."""

    who: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One report's case. What stands here besides ``events`` follows from them and from the report."""

    id: int  # 0: not stored yet
    key: str  # of the record
    status: Status
    kind: str
    seen_at: datetime
    arrived_at: datetime
    place: str = ""  # in words, as given
    lon: float | None = None
    lat: float | None = None
    area: str = ""  # code of the district, where it lies in one
    state: State | None = None
    same_as: int | None = None  # the case that stands for it
    claim: Claim | None = None
    handler: str = ""  # as somebody assigned it; empty: as the table of the settings has it
    changed: bool = False  # by its sender, after people had judged it; until a person acts again
    events: tuple[Event, ...] = ()

    @property
    def version(self) -> int:
        """How many acts there were: who acts names the one they looked at."""
        return len(self.events)

    def claimed(self, now: datetime) -> Claim | None:
        """The claim that holds now."""
        return self.claim if self.claim is not None and self.claim.until > now else None

    def last(self, act: Act) -> Event | None:
        """The newest event of this act, or None."""
        return next((one for one in reversed(self.events) if one.act is act), None)
