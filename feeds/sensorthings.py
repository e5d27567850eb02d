"""OGC SensorThings API 1.1: observations as they are published by MQTT.

An observation does not say what was observed nor in which unit: its Datastream does. Where the message carries that
expanded it is read there; else a mapping must name the datastream (``[words."42"]`` of ``docs/mappings.md``).
"""

from __future__ import annotations

import re
from typing import Any

from feeds.device import Uplink, joined, readings, refused, station_name
from feeds.feed import ByFilter
from feeds.instant import instant
from feeds.members import BadMember, Members
from feeds.names import TABLE_ONLY, Named, Words, named
from feeds.records import Decoded, Message, Rejected
from feeds.safe_json import read_json

_TOPIC = re.compile(r"v1\.[01]/Datastreams\('?(?P<datastream>[^')/]+)'?\)/Observations")
_RESULT = "result"


class SensorThings(ByFilter):
    """``v1.1/Datastreams(ID)/Observations``. A server's own echo of what it stored decodes to the same reading."""

    name = "sensorthings"
    filters = ("v1.0/+/Observations", "v1.1/+/Observations")

    def __init__(self, words: Words = TABLE_ONLY) -> None:
        self._words = words

    def decode(self, message: Message) -> Decoded:
        """One observation or an array of them; the station is the Thing's name where told, else the datastream's id."""
        body = read_json(message.payload)
        if isinstance(body, Rejected):
            return Decoded(rejected=(body,))
        if not isinstance(body, list):
            return self._observation(body, message, "")
        if not body:
            return refused(BadMember("empty", "the array has no members; leave the message away"))
        return joined([self._observation(one, message, f"/{place}") for place, one in enumerate(body)])

    def _observation(self, body: Any, message: Message, at: str) -> Decoded:
        try:
            members = Members(body)
            stream = _object(members.get("Datastream"))
            datastream = _id(stream) or _of_topic(message.topic)
            thing = _object(stream.get("Thing")).get("name")
            station = station_name(thing or datastream or message.gateway, "Datastream/@iot.id")
            measured_at = _end(members, "phenomenonTime") or _end(members, "resultTime")
            if members.get(_RESULT) is None:
                raise BadMember("no_value", "an observation needs a result", _RESULT)
        except BadMember as bad:
            return refused(bad, at)
        uplink = Uplink(
            gateway=message.gateway or self.name,
            station=station,
            measured_at=measured_at or message.received_at,
            assumed=measured_at is None,
        )
        return readings({_RESULT: members.get(_RESULT)}, uplink, self._meaning(station, datastream, stream), at)

    def _meaning(self, station: str, datastream: str, stream: dict[str, Any]) -> Words:
        """The city's own word for the datastream, else what the datastream says of itself."""
        unit = _object(stream.get("unitOfMeasurement")).get("symbol")
        for key in ((station, datastream), ("", datastream)):
            if key in self._words.own:
                return Words({("", _RESULT): self._words.own[key]})
        for said in (_object(stream.get("ObservedProperty")).get("name"), stream.get("name")):
            known = named(said) if isinstance(said, str) else None
            if known:
                told = unit[:24] if isinstance(unit, str) else known.unit
                return Words({("", _RESULT): Named(known.quantity, told)})
        return Words()


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _id(stream: dict[str, Any]) -> str:
    found = stream.get("@iot.id")
    return str(found)[:64] if isinstance(found, str | int) else ""


def _of_topic(topic: str) -> str:
    found = _TOPIC.fullmatch(topic)
    return found["datastream"][:64] if found else ""


def _end(members: Members, name: str) -> Any:
    """A moment, or the end of an interval ``a/b``."""
    value = members.get(name)
    if not isinstance(value, str) or "/" not in value:
        return members.time(name)
    try:
        return instant(value.partition("/")[2])
    except ValueError as error:
        raise BadMember("bad_time", f"{name}: {error}", name) from None
