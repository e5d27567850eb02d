"""The life cycle of our alerts, in CAP words.

An alert is a *series* of revisions. A revision is frozen when it is written: identifier, ``sent`` and text never
change afterwards, because receivers quote them. What changes is the state of the newest revision.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from feeds.status import Status
from rules.declared import Declared

GRAVE = 4  # 警戒レベル４: leave now. From this level on minutes are lives, and nothing is kept back or made smaller
BY_HAND = "by_hand"  # stands for the rule where none asked for the alert; no rule can be called so


class Approval(StrEnum):
    """Who must agree before a revision leaves the house."""

    AUTO = "auto"
    ONE = "one"
    TWO = "two"


class Act(StrEnum):
    """What a person wrote a revision for."""

    UPDATE = "update"  # the facts are the same; words, areas or the end of its life are not
    CORRECTION = "correction"  # a detail was wrong
    ALL_CLEAR = "all_clear"  # the danger is over
    CANCEL = "cancel"  # it should never have been sent
    NOTICE = "notice"  # no rule asked for it
    EDIT = "edit"  # a waiting draft of the rules in other words


class State(StrEnum):
    """Where a revision stands."""

    DRAFT = "draft"  # waits for people
    ISSUED = "issued"  # approved; deliveries are on their way or done
    REJECTED = "rejected"  # a person said no
    SUPERSEDED = "superseded"  # was issued; a newer revision took its place
    WITHDRAWN = "withdrawn"  # a draft that nobody needs any more
    EXPIRED = "expired"  # was issued and ran out, while a newer revision waits
    LIFTED = "lifted"  # ended by a person, though hazards are still there: the rules keep to it until something changes
    KEPT = "kept"  # never left the house; the series is over, and the rules keep to what people had left out of it
    ENDED = "ended"  # was issued, and the series is over: expired, all-clear or cancelled


OUT = frozenset({State.ISSUED, State.SUPERSEDED, State.EXPIRED, State.LIFTED, State.ENDED})  # has left the house
REMEMBERED = frozenset({State.LIFTED, State.KEPT})  # over, and not forgotten: nothing more is said in that series


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """What people read, in one language. ``short`` alone must carry what saves lives."""

    language: str  # BCP 47: ja, en
    event: str
    headline: str  # under 140 characters
    description: str  # what
    instruction: str  # what to do
    short: str  # the body of a post on a short-text channel


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One area of an alert. Polygons are closed rings of (lon, lat), already simplified towards the outside."""

    code: str
    name: str
    name_en: str = ""
    polygons: tuple[tuple[tuple[float, float], ...], ...] = ()
    within: tuple[str, ...] = ()  # codes of the districts that it touches, where it was drawn by hand


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """The triplet that names an earlier message for every receiver."""

    sender: str
    identifier: str
    sent: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a person knew of a hazard when they decided that nothing (more) shall be said of it."""

    level: int
    at: datetime
    until: datetime  # a fall that comes later is a case of its own
    agreed: bool = False  # it left the house so once: what becomes of the revision that carries it on is no matter


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One revision of one series."""

    series: str  # stable over all revisions
    revision: int  # from 1
    identifier: str  # unique, no spaces or commas
    sender: str
    sent: datetime  # when this revision was written, whole seconds
    status: Status
    msg_type: str  # Alert | Update | Cancel
    references: tuple[Reference, ...]  # every unexpired revision it replaces
    rule: str
    kind: str  # of the hazards behind it
    level: int
    alert_level: bool  # level is a 警戒レベル
    category: str  # CAP: Met, Geo, Safety, Transport, …
    response: str  # CAP responseType
    urgency: str
    severity: str
    certainty: str
    effective: datetime
    expires: datetime
    places: tuple[Place, ...]
    texts: Mapping[str, Text]  # by language, Japanese always there and first
    hazards: tuple[str, ...]  # keys
    levels: tuple[int, ...] = ()  # of those hazards, in their order
    evidence: tuple[str, ...]  # sentences for the officer
    approval: Approval
    channels: tuple[str, ...]
    sender_name: str = ""
    web: str = ""
    contact: str = ""
    believed_until: datetime | None = None  # how long its hazards held without news, as known when it was written
    soundless: bool = False  # minor, and said at night: it shall wake nobody
    ends: bool = False  # an all-clear or a cancellation: after it the series is over
    issue: int = 1  # which of the series' revisions that leave the house: one more than were issued before
    announced: Mapping[str, int] = field(default_factory=dict)  # area → its level in the newest revision in force
    order: str = ""  # what the law calls it, where it is (or lifts) evacuation information that the city issues
    hold_off_s: int = 0  # how long it waits, once it is free to leave, so that a person can still stop it
    lifted: tuple[Place, ...] = ()  # of those areas, where the danger is over though it goes on elsewhere
    declared: Declared | None = None  # what the city says of itself with it, for programs to read
    act: Act | None = None  # what a person wrote it for; None: the rules wrote it
    author: str = ""  # the person whose words these are; empty: a template's
    seen: Mapping[str, Seen] = field(default_factory=dict)  # hazard key → what a person knew of it
    correction: Mapping[str, str] = field(default_factory=dict)  # language → what was wrong and what is right
    concerns: tuple[str, ...] = ()  # codes of the areas that a correction is about; empty: all

    @property
    def left_out(self) -> dict[str, Seen]:
        """Hazards that a person knew of and that this revision does not speak of, or says to be over."""
        return {key: one for key, one in self.seen.items() if self.ends or key not in self.hazards}

    @property
    def agreed_out(self) -> dict[str, Seen]:
        """The same of a revision that has left the house: who let it go agreed to that too."""
        return {key: replace(one, agreed=True) for key, one in self.left_out.items()}

    @property
    def addressed(self) -> tuple[Place, ...]:
        """The places that are to be told: all, or those that a correction is about."""
        return tuple(p for p in (*self.places, *self.lifted) if p.code in self.concerns) or self.places

    @property
    def place_levels(self) -> dict[str, int]:
        """The highest level of each area's hazards, by area code; 0 in an all-clear."""
        found: dict[str, int] = {}
        for key, level in zip(self.hazards, self.levels, strict=False):  # old revisions have no levels
            area = key.split("/")[3]
            found[area] = max(found.get(area, 0), level)
        return found

    @property
    def reference(self) -> Reference:
        """How a later revision quotes this one."""
        return Reference(sender=self.sender, identifier=self.identifier, sent=self.sent)


def sent_after(now: datetime, earlier: Iterable[Alert]) -> datetime:
    """``sent`` of a revision that refers to these, in whole seconds: later than they are, though the clock was set back
    since; whoever receives it would take it for the older one, or for none.
    """
    at, newest = now.replace(microsecond=0), max((one.sent for one in earlier), default=None)
    return at if newest is None or newest <= at else newest + timedelta(seconds=1)
