"""Hub JSON v1: readings, positions, reports and forecasts, single or in batches, as our own gateways send them."""

from __future__ import annotations

from feeds.members import BadMember, Members, each
from feeds.plain_forecast import plain_forecast
from feeds.plain_report import report
from feeds.positions import Spelling, fix
from feeds.records import Decoded, Fix, Flag, Message, Reading, Rejected
from feeds.safe_json import read_json
from feeds.topics import PUBLIC, RESERVED, HubTopic, hub_topic, is_name, whence


class Plain:
    """``hub/v1/GATEWAY/STATION/QUANTITY``, ``…/batch``, ``…/fix/VEHICLE``, ``…/report``, ``…/forecast``."""

    filters: tuple[str, ...] = ()
    name = "plain"

    def accepts(self, topic: str) -> bool:
        """True also for malformed topics under hub/v1, so that they are answered by name and not lost."""
        if not topic.startswith("hub/v1/") or topic.startswith(f"hub/v1/{PUBLIC}/"):
            return False
        place = hub_topic(topic)
        return isinstance(place, Rejected) or place.kind in {"reading", "batch", "report", "fix", "forecast"}

    def decode(self, message: Message) -> Decoded:
        """Records of the message. Without a hub topic (a file) the members must tell all, and the gateway be given."""
        place = whence(message)
        if isinstance(place, Rejected):
            return Decoded(rejected=(place,))
        value = read_json(message.payload)
        if isinstance(value, Rejected):
            return Decoded(rejected=(value,))
        if place.kind == "report":
            return each(value, lambda members: report(members, place.gateway))
        if place.kind == "forecast":
            return each(value, lambda members: plain_forecast(members, place.gateway))
        if place.kind == "fix":
            return each(value, lambda members: _fix(members, place))
        return each(value, lambda members: _reading(members, place))


def _reading(members: Members, place: HubTopic) -> Reading:
    members.version()
    if members.text("gateway", place.gateway) != place.gateway:
        raise BadMember("topic_mismatch", f"the topic belongs to {place.gateway}", "gateway")
    station = _agreed(members, "station", place.station)
    if station in RESERVED:
        raise BadMember("bad_member", f"{station} is a reserved word and cannot be a station", "station")
    quantity = _agreed(members, "quantity", place.quantity)
    measured_at = members.time("time")
    if measured_at is None:
        raise BadMember("no_time", "time is required, with its offset: 2026-01-15T06:10:00+09:00", "time")
    value, missing = members.number("value"), members.get("quality") == "missing"
    if value is None and not missing:
        raise BadMember(
            "no_value", 'value is required; where there is none send null with "quality":"missing"', "value"
        )
    return Reading(
        gateway=place.gateway,
        station=station,
        quantity=quantity,
        value=value,
        unit=members.text("unit", at_most=16),
        measured_at=measured_at,
        status=members.status(),
        message_id=members.text("id", "") or None,
        seq=members.whole("seq"),
        sent_at=members.time("sent"),
        flags=frozenset({Flag.MISSING}) if missing else frozenset(),
    )


def _fix(members: Members, place: HubTopic) -> Fix:
    members.version()
    measured_at = members.time("time")
    if measured_at is None:
        raise BadMember("no_time", "time is required, with its offset: when was it there?", "time")
    vehicle = _agreed(members, "vehicle", place.station)
    return fix(members, place.gateway, vehicle, measured_at, Spelling(), members.status())


def _agreed(members: Members, name: str, of_topic: str) -> str:
    """The name from the payload or the topic; where both tell they must agree."""
    value = members.text(name, of_topic or None)
    if of_topic and value != of_topic:
        raise BadMember("topic_mismatch", f"{name} is {value[:64]!r} but the topic says {of_topic!r}", name)
    if not of_topic and not is_name(value):  # what a topic says has been looked at
        raise BadMember("bad_member", f"{name} must be 1 to 64 of a-z 0-9 _ -", name)
    return value
