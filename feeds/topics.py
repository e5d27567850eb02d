"""The hub's own MQTT topics: hub/v1/GATEWAY/…"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from feeds.records import Message, Rejected

RESERVED = frozenset({"status", "heartbeat", "batch", "report", "fix", "forecast", "telegram", "watch", "rejects"})
PUBLIC = "public"  # the door out; never a gateway
NAME = re.compile(r"[a-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True)
class HubTopic:
    """A topic taken apart. ``kind`` is a reserved word, or ``reading`` with its station and quantity."""

    gateway: str
    kind: str
    station: str = ""
    quantity: str = ""


def is_name(text: object) -> bool:
    """True for what may stand between two slashes: 1 to 64 of a-z 0-9 _ -."""
    return isinstance(text, str) and NAME.fullmatch(text) is not None


def filter_fault(topic_filter: str) -> str:
    """Why this is no MQTT topic filter, empty where it is one."""
    levels = topic_filter.split("/")
    if not topic_filter or len(topic_filter) > 256 or not topic_filter.isprintable():
        return "a topic filter has 1 to 256 printable characters"
    if any(("+" in one or "#" in one) and len(one) > 1 for one in levels) or "#" in levels[:-1]:
        return f"{topic_filter!r}: + stands for one whole level, # for the rest at the end"
    return ""


def matches(topic_filter: str, topic: str) -> bool:
    """True where an MQTT broker would deliver ``topic`` to a subscription of ``topic_filter``."""
    wanted, levels = topic_filter.split("/"), topic.split("/")
    if topic.startswith("$") and wanted[0] in {"+", "#"}:
        return False
    for place, one in enumerate(wanted):
        if one == "#":
            return True
        if place >= len(levels) or one not in {"+", levels[place]}:
            return False
    return len(wanted) == len(levels)


def overlap(one: str, other: str) -> bool:
    """True where some topic matches both filters."""
    for left, right in zip(one.split("/"), other.split("/"), strict=False):
        if "#" in (left, right):
            return True
        if "+" not in (left, right) and left != right:
            return False
    longer, shorter = sorted((one.split("/"), other.split("/")), key=len, reverse=True)
    return len(longer) == len(shorter) or longer[len(shorter)] == "#"


@lru_cache(maxsize=8192)  # a city has some thousand sensors, and each asks again with every message
def hub_topic(topic: str) -> HubTopic | Rejected:
    """Take ``hub/v1/…`` apart; anything that is not exactly a topic of ours is bad_topic, told by its level."""
    levels = topic.split("/")
    if levels[:2] != ["hub", "v1"] or not 4 <= len(levels) <= 5:
        return _bad("expected hub/v1/GATEWAY/STATION/QUANTITY, …/batch, …/report, …/forecast or …/telegram", topic)
    for level in levels[2:]:
        if not is_name(level):
            return _bad(f"the level {level[:70]!r} must be 1 to 64 of a-z 0-9 _ -", topic)
    gateway, second = levels[2], levels[3]
    if gateway == PUBLIC:
        return _bad("public is reserved for what the hub itself publishes", topic)
    if len(levels) == 4:
        if second not in RESERVED:
            return _bad(f"{second!r} is no word of the second level; a reading needs STATION/QUANTITY", topic)
        return HubTopic(gateway, second)
    if second in {"fix", "watch"}:
        return HubTopic(gateway, second, station=levels[4])
    if second in RESERVED:
        return _bad(f"{second!r} is a reserved word and cannot be a station", topic)
    return HubTopic(gateway, "reading", second, levels[4])


def whence(message: Message) -> HubTopic | Rejected:
    """The topic of a message of readings. Without one (a file) it is a batch of the gateway that was given."""
    place = hub_topic(message.topic) if message.topic else HubTopic(message.gateway, "batch")
    if isinstance(place, HubTopic) and not is_name(place.gateway):
        what = "which gateway sent this? give --gateway NAME (a-z 0-9 _ -)"
        return Rejected(code="no_gateway", message=what, at="topic")
    return place


def _bad(message: str, topic: str) -> Rejected:
    return Rejected(code="bad_topic", message=message, at=f"topic {topic[:200]}")
