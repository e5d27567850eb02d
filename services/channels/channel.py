"""The seam every channel fills: a pure ``render`` and a ``send`` that reports exactly what became of it.

A payload is rendered once, hashed, shown to the approving officer, stored, and sent as stored. Sending never renders
again: a retry that re-renders defeats every duplicate detection on the other side.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol, runtime_checkable

from feeds.status import Status
from rules.alert import Alert


class Verdict(StrEnum):
    """What became of one attempt. Two failures only: later or never; and the honest third, not known."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"  # it was there already: a success
    LATER = "later"  # try again
    REJECTED = "rejected"  # never
    UNKNOWN = "unknown"  # it left the house and nothing came back
    PARTLY = "partly"  # some of many people are told; it goes on with the next slice


class Cause(StrEnum):
    """Why an attempt did not go through, in a few words that can be counted; ``detail`` says it whole.

    What the desk says of each, and what to do first, stands in the words of the board (``causes``, ``remedies``).
    """

    UNREACHED = "unreached"  # no connection: nothing left the house
    NO_ANSWER = "no_answer"  # it left the house, and nothing came back
    LOGIN = "login"  # 401, 402, 403: our key, our rights, our credit
    LIMIT = "limit"  # 429: too many for now
    BUSY = "busy"  # 408, 425, 503: later, it says
    FAULT = "fault"  # any other 5xx
    REFUSED = "refused"  # any other answer that says no
    OURS = "ours"  # stopped in the house: a wrong status, no mark, expired, a fault of ours
    OTHER = "other"  # none of these; tests/house/test_causes.py holds that our channels tell

    @classmethod
    def of_status(cls, status: int) -> Cause:
        """Of an HTTP status that is no success."""
        match status:
            case 401 | 402 | 403:
                return cls.LOGIN
            case 429:
                return cls.LIMIT
            case 408 | 425 | 503:
                return cls.BUSY
        return cls.FAULT if status >= 500 else cls.REFUSED


TAKEN = (Verdict.ACCEPTED, Verdict.DUPLICATE, Verdict.PARTLY)  # the other side has it, or some of them do


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a provider itself says of a limit, in the measure of the tariff's window of that name."""

    window: str
    limit: int | None  # None: there is none
    used: int
    resets_at: datetime | None = None  # wall time; None: with the calendar window


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The result of an attempt, with words for the delivery board and no secrets in them."""

    verdict: Verdict
    remote_id: str = ""
    detail: str = ""
    retry_at: datetime | None = None  # with LATER: not before
    told: tuple[Told, ...] = ()  # limits, as the answer gave them
    cause: Cause = field(default=Cause.OTHER, compare=False)  # of a verdict that is no success


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """Exactly what will be sent. ``parts`` are sent in order (a thread); most channels have one."""

    media_type: str
    parts: tuple[str, ...]
    counts: tuple[str, ...] = ()  # a word per part for the officer: 「132/140字」
    languages: tuple[str, ...] = ()  # of each part, BCP 47, where the other side is told
    quiet: bool = False  # phones make no sound, where the other side can be asked for that

    @property
    def digest(self) -> str:
        """SHA-256 over all that leaves the house, hexadecimal: type, parts, and how they are to be shown."""
        told: list[object] = [[*self.languages], self.quiet] if self.languages or self.quiet else []
        body = json.dumps([self.media_type, *self.parts, *told], ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(body.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One alert revision × one channel, as claimed from the outbox."""

    id: str  # stable over all attempts
    key: str  # idempotency key: derived from account, alert identifier and revision
    series: str
    revision: int
    channel: str
    payload: Payload
    status: Status
    attempts: int  # including this one; after a slice that went well they begin anew
    claim: int = 0  # how often it was taken, with this time: by it a sender knows whether it is still its own
    after_unknown: bool  # an earlier attempt had no known outcome: look before sending
    first_tried_at: datetime | None  # of the first attempt that may have left the house
    done: tuple[str, ...] = ()  # remote ids of the parts already out
    reply_to: str = ""  # remote id of the earlier revision on this channel, if any
    expires: datetime
    issued_at: datetime | None = None  # hub time; None: it is no alert of the outbox, such as a self-test
    urgent: bool = False  # level 4 and 5, all-clears and cancellations, and no drill: no limit of ours holds them back
    context: Mapping[str, str] = field(default_factory=dict)  # identifier, msg_type, kind, level


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """How much of an alert a channel shows. Chosen before it is rendered, so people approve what goes out."""

    link: bool = True
    whole: bool = True  # False: of each language the short text alone
    languages: int | None = None  # at most so many, Japanese first; None: all that the account says


WHOLE = Form()

# Tells the outbox that another part is out, before the next is tried.
Progress = Callable[[str], Awaitable[None]]


class Channel(Protocol):
    """One outlet.

    ``statuses`` says which alerts it takes. A real account takes Actual only; a channel that cannot mark a drill
    must not name Exercise there.
    """

    name: str
    statuses: frozenset[Status]

    def render(self, alert: Alert) -> Payload:
        """The exact payload. Pure; raises ValueError with the cure when the alert cannot be put into the format."""
        ...

    async def send(self, delivery: Delivery, now: datetime, progress: Progress) -> Outcome:
        """Try once. Never raises for what the provider or the network does: that is an Outcome."""
        ...

    async def close(self) -> None: ...


@runtime_checkable
class Shortens(Protocol):
    """A channel that can say less, for less."""

    def render_as(self, alert: Alert, form: Form) -> Payload:
        """As ``Channel.render``, in this form."""
        ...


@runtime_checkable
class Metered(Protocol):
    """A channel whose provider can be asked what is left."""

    async def limits(self) -> tuple[Told, ...]:
        """What the provider says now; empty where it cannot be learned. Never raises for what the provider does."""
        ...
