"""A ward (見守りの登録者): the person, what they agreed to, who supports them, and what is worn or stands at home.

All of it is one document, sealed as a whole in the store. ``now`` is hub time everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from enum import StrEnum

from feeds.status import Status


class Kind(StrEnum):
    """Why somebody is watched over."""

    CHILD = "child"
    ELDERLY = "elderly"
    NEEDS_SUPPORT = "needs_support"  # 避難行動要支援者


class Purpose(StrEnum):
    """What a consent is for. What stands in none is not done."""

    SIGNALS = "signals"  # devices: keep what they say, tell the supporters
    POSITION = "position"  # of a phone or tracker, beside the signals
    DISASTER = "disaster"  # the supporters are called when the home is in danger
    DRILL = "drill"  # also in drills


class Relation(StrEnum):
    """Who a supporter is to the ward."""

    FAMILY = "family"
    COMMISSIONER = "commissioner"  # 民生委員
    COMMUNITY = "community"  # 自主防災組織
    FIRE = "fire"  # 消防・消防団
    OTHER = "other"


class Passes(StrEnum):
    """How a supporter hears of gates and places."""

    EACH = "each"
    EVENING = "evening"  # gathered, once a day
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """Who agreed to what, how, and for how long."""

    purposes: tuple[Purpose, ...]
    given_by: str
    relation: str  # 本人, 保護者, 成年後見人
    way: str  # 書面, 窓口, 電話
    paper: str = ""  # number of the paper
    since: datetime
    until: datetime
    withdrawn_at: datetime | None = None

    def holds(self, now: datetime) -> bool:
        """True within its time, until it is withdrawn."""
        return self.since <= now < self.until and (self.withdrawn_at is None or now < self.withdrawn_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Supporter:
    """Somebody who is told. ``address`` is ``WAY:ADDRESS``, the way as the settings name it.

    ``group`` 1 is called first. ``place``: may see where the ward was last; ``needs``: what help they need.
    """

    number: int
    name: str
    relation: Relation
    address: str
    since: datetime
    until: datetime
    group: int = 1
    place: bool = False
    needs: bool = False
    drills: bool = False
    passes: Passes = Passes.NONE
    quiet_from: time | None = None  # notices wait meanwhile, calls for help never; in Japan
    quiet_until: time | None = None
    ended_at: datetime | None = None

    def holds(self, now: datetime) -> bool:
        """True while they are one."""
        return self.since <= now < self.until and (self.ended_at is None or now < self.ended_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A button, beacon, tracker or sensor, by the topic it speaks on."""

    gateway: str
    device: str
    what: str  # ペンダント
    since: datetime
    until: datetime
    ended_at: datetime | None = None
    every_minutes: int | None = None  # how often it is heard from; None: nobody knows

    def holds(self, now: datetime) -> bool:
        """True while it is the ward's."""
        return self.since <= now < self.until and (self.ended_at is None or now < self.ended_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """By when somebody should have been seen: home by six, up by ten. Hours of one day, in Japan."""

    number: int
    label: str  # 帰宅
    days: tuple[int, ...]  # 0 is Monday
    begins: time
    by: time
    places: tuple[str, ...] = ()  # codes; empty: any sign that the person moves


@dataclass(frozen=True, slots=True, kw_only=True)
class Fence:
    """A circle that the ward is not expected to leave alone. ``radius_m`` in metres."""

    lon: float
    lat: float
    radius_m: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """Where the ward lives."""

    address: str
    lon: float | None = None
    lat: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ward:
    """One registered person. ``uid`` says nothing of them. ``alias`` is all that messages call them by (母, ゆうき)."""

    uid: str
    kind: Kind
    name: str
    alias: str
    home: Home
    notes: str = ""  # what help is needed
    phone: str = ""
    consents: tuple[Consent, ...] = ()
    supporters: tuple[Supporter, ...] = ()
    devices: tuple[Device, ...] = ()
    expected: tuple[Expected, ...] = ()
    places: Mapping[str, str] = field(default_factory=dict)  # code → as supporters call it: 小学校の門
    fence: Fence | None = None
    paused_until: datetime | None = None  # in hospital, on a journey: no absence is asked about

    def agrees(self, purpose: Purpose, now: datetime) -> bool:
        """True where a consent for this holds."""
        return any(purpose in one.purposes and one.holds(now) for one in self.consents)

    def agreed_to(self, purpose: Purpose, status: Status, now: datetime) -> bool:
        """The same for something of this status: a drill takes a consent to drills too."""
        return self.agrees(purpose, now) and (status is Status.ACTUAL or self.agrees(Purpose.DRILL, now))

    def helpers(self, status: Status, now: datetime) -> list[Supporter]:
        """Those who can be told now; of a drill, who agreed to drills."""
        return [one for one in self.supporters if one.holds(now) and (status is Status.ACTUAL or one.drills)]

    def groups(self, status: Status, now: datetime) -> list[list[Supporter]]:
        """Those who can be told, in the order in which they are called."""
        able = self.helpers(status, now)
        return [[one for one in able if one.group == group] for group in sorted({one.group for one in able})]

    def supporter(self, number: int) -> Supporter | None:
        return next((one for one in self.supporters if one.number == number), None)

    def device(self, gateway: str, device: str) -> Device | None:
        """The device of this topic as it was bound last."""
        found = [one for one in self.devices if (one.gateway, one.device) == (gateway, device)]
        return found[-1] if found else None

    def called(self, place: str) -> str:
        """The place as its people call it, else its code."""
        return self.places.get(place, place)


def soon_over(ward: Ward, now: datetime, until: datetime) -> list[tuple[str, datetime]]:
    """What runs out before ``until`` and is not replaced: (what, when), the earliest first."""
    ends: list[tuple[str, datetime]] = []
    consents: Sequence[Consent] = [one for one in ward.consents if one.holds(now)]
    for purpose in Purpose:
        last = max((one.until for one in consents if purpose in one.purposes), default=None)
        if last is not None and last < until:
            ends.append((f"consent:{purpose.value}", last))
    ends += [(f"supporter:{one.number}", one.until) for one in ward.supporters if one.holds(now) and one.until < until]
    ends += [
        (f"device:{one.gateway}/{one.device}", one.until)
        for one in ward.devices
        if one.holds(now) and one.until < until
    ]
    return sorted(ends, key=lambda end: end[1])
