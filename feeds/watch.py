"""Signals of watch-over devices (見守り) on hub/v1/GATEWAY/watch/DEVICE.

They are about one person, so they are no records: nothing that reads, exports, draws or models records can meet one
(docs/adr). A refusal never quotes the message: its bytes are as private as what they fail to say.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from feeds.checks import CLOCKS_BEGIN
from feeds.members import BadMember, Members
from feeds.records import Message, Rejected
from feeds.safe_json import read_json
from feeds.status import Status
from feeds.topics import HubTopic, hub_topic, is_name

WORD = "watch"  # at the second level of the hub's topics
_AHEAD, _OLDEST = timedelta(seconds=120), timedelta(days=7)
_MEMBERS = frozenset({"v", "id", "kind", "time", "place", "direction", "lon", "lat", "accuracy_m", "battery", "status"})


class Sign(StrEnum):
    """What a device tells."""

    BUTTON = "button"  # pressed for help
    FALL = "fall"
    SEEN = "seen"  # a beacon is at a place
    PASSED = "passed"  # through a gate; ``direction`` in or out
    POSITION = "position"
    MOTION = "motion"  # somebody moves at home
    BATTERY = "battery"
    HEARTBEAT = "heartbeat"  # the device lives; it says nothing of the person


URGENT = frozenset({Sign.BUTTON, Sign.FALL})
OF_LIFE = frozenset({Sign.BUTTON, Sign.SEEN, Sign.PASSED, Sign.POSITION, Sign.MOTION})  # the person moves


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """One signal. ``at`` is UTC; ``assumed``: the device's clock was wrong or silent, and it is the time of receipt.

    ``battery`` in percent, ``accuracy_m`` in metres, ``lon`` and ``lat`` in degrees.
    """

    gateway: str
    device: str
    kind: Sign
    at: datetime
    assumed: bool = False
    message_id: str = ""
    status: Status = Status.ACTUAL
    place: str = ""  # a code of the installer's: school-gate-1
    direction: str = ""
    lon: float | None = None
    lat: float | None = None
    accuracy_m: float | None = None
    battery: float | None = None

    @property
    def key(self) -> str:
        """The same for every repeat of the same signal."""
        own = f"id/{self.message_id}" if self.message_id else f"{self.kind.value}/{self.at.isoformat()}"
        return f"{self.gateway}/{self.device}/{own}"


def device_of(topic: str) -> tuple[str, str] | None:
    """Gateway and device of a watch topic, None for any other."""
    place = hub_topic(topic)
    if isinstance(place, HubTopic) and place.kind == WORD and place.station:
        return place.gateway, place.station
    return None


def is_watch(topic: str) -> bool:
    """True for everything below …/watch, well formed or not: its bytes are private either way."""
    levels = topic.split("/", 4)
    return len(levels) > 3 and levels[:2] == ["hub", "v1"] and levels[3] == WORD


def decode(message: Message) -> Signal | Rejected:
    """The signal, or why it is none, without a word of the message."""
    owner = device_of(message.topic)
    if owner is None:
        return refusal("bad_topic", "topic")
    value = read_json(message.payload)
    if isinstance(value, Rejected):
        return refusal(value.code, "/")
    try:
        members = Members(value)
        try:
            return _signal(members, *owner, message)
        except BadMember:
            if _kind(members) not in URGENT:
                raise
            return _bare(members, *owner, message)
    except BadMember as bad:
        return refusal(bad.code, f"/{bad.name}" if bad.name in _MEMBERS else "/")


def refusal(code: str, at: str) -> Rejected:
    """What staff and the gateway read of a message that is no signal."""
    what = f"no signal of a watch-over device ({code}); the bytes are not shown here, see docs/watch-over.md"
    return Rejected(code=code, message=what, at=at)


def _signal(members: Members, gateway: str, device: str, message: Message) -> Signal:
    members.version()
    kind = _kind(members)
    number = members.text("id", "")
    at, assumed = _time(members, kind, message.received_at, bool(number))
    lon, lat = _position(members, kind)
    battery = members.number("battery")
    if battery is not None and not 0 <= battery <= 100:
        raise BadMember("bad_value", "battery is a percentage", "battery")
    if kind is Sign.BATTERY and battery is None:
        raise BadMember("missing_member", "battery is required", "battery")
    accuracy = members.number("accuracy_m")
    return Signal(
        gateway=gateway,
        device=device,
        kind=kind,
        at=at,
        assumed=assumed,
        message_id=number,
        status=members.status(),
        place=_place(members, kind),
        direction=_direction(members),
        lon=lon,
        lat=lat,
        accuracy_m=None if accuracy is None or accuracy < 0 else accuracy,
        battery=battery,
    )


def _bare(members: Members, gateway: str, device: str, message: Message) -> Signal:
    """A cry for help of which something else is broken. Only its status must be whole: a drill is never taken for
    real, nor the other way round."""
    return Signal(
        gateway=gateway,
        device=device,
        kind=_kind(members),
        at=message.received_at,
        assumed=True,
        status=members.status(),
    )


def _kind(members: Members) -> Sign:
    word = members.text("kind")
    if word not in {one.value for one in Sign}:
        raise BadMember("unknown_kind", "no kind of signal", "kind")
    return Sign(word)


def _time(members: Members, kind: Sign, received_at: datetime, numbered: bool) -> tuple[datetime, bool]:
    """A clock that is wrong must not keep a cry for help from being heard: then it is the time of receipt."""
    at = members.time("time")
    if at is None and (kind in URGENT or numbered):
        return received_at, True
    if at is None:
        raise BadMember("no_time", "time or id is required", "time")
    if at - received_at > _AHEAD:
        return received_at, True
    if at < CLOCKS_BEGIN or received_at - at > _OLDEST:
        if kind in URGENT:
            return received_at, True
        raise BadMember("too_old", "older than a week", "time")
    return at, False


def _place(members: Members, kind: Sign) -> str:
    place = members.text("place", "")
    if place and not is_name(place):
        raise BadMember("bad_member", "place is 1 to 64 of a-z 0-9 _ -", "place")
    if not place and kind in {Sign.SEEN, Sign.PASSED}:
        raise BadMember("missing_member", "place is required", "place")
    return place


def _direction(members: Members) -> str:
    direction = members.text("direction", "")
    if direction not in {"", "in", "out"}:
        raise BadMember("bad_member", "direction is in or out", "direction")
    return direction


def _position(members: Members, kind: Sign) -> tuple[float | None, float | None]:
    lon, lat = members.number("lon"), members.number("lat")
    if (lon is None) != (lat is None) or (kind is Sign.POSITION and lon is None):
        raise BadMember("bad_position", "lon and lat come together", "lon" if lon is None else "lat")
    if (lon is not None and not -180 <= lon <= 180) or (lat is not None and not -90 <= lat <= 90):
        raise BadMember("bad_position", "outside the world", "lon")
    return lon, lat
