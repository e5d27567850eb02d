"""What zigbee2mqtt publishes of each device: an object of the words its documentation lists, with their units.

https://www.zigbee2mqtt.io/guide/usage/mqtt_topics_and_messages.html; the name of a device may contain slashes.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from feeds.device import Uplink, readings, refused, station_name
from feeds.feed import ByFilter
from feeds.instant import since_1970
from feeds.members import BadMember, Members
from feeds.names import TABLE_ONLY, Named, Words
from feeds.records import Decoded, Message, Rejected
from feeds.safe_json import read_json

_PREFIX = "zigbee2mqtt/"
BRIDGE_STATE = f"{_PREFIX}bridge/state"  # online or offline, retained; the bridge's last will too
_ITS_OWN = {  # units as its converters deliver them
    "temperature": Named("air_temperature", "Cel"),
    "humidity": Named("humidity", "%"),
    "pressure": Named("pressure", "hPa"),
    "soil_moisture": Named("soil_moisture", "%"),
    "battery": Named("battery", "%"),
    "voltage": Named("battery_voltage", "mV"),
    "device_temperature": None,
    "last_seen": None,
    "elapsed": None,
}
_NOT_STATES = ("set", "get", "availability")


class Zigbee2Mqtt(ByFilter):
    """``zigbee2mqtt/NAME``; not the bridge's own topics, nor what is sent to devices."""

    name = "zigbee2mqtt"
    filters = ("zigbee2mqtt/#",)

    def __init__(self, words: Words = TABLE_ONLY) -> None:
        own = {("", word): meaning for word, meaning in _ITS_OWN.items()}
        self._words = replace(words, own={**own, **words.own})

    def decode(self, message: Message) -> Decoded:
        """A reading per number; the time is ``last_seen`` where that is switched on, else the receipt."""
        name = message.topic.removeprefix(_PREFIX)
        levels = name.split("/")
        if levels[0] == "bridge" or levels[-1] in _NOT_STATES:
            return Decoded()
        body = read_json(message.payload)
        if isinstance(body, Rejected):
            return Decoded(rejected=(body,))
        try:
            measured_at = _last_seen(Members(body))
            uplink = Uplink(
                gateway=message.gateway or self.name,
                station=station_name(name or message.gateway, "topic"),
                measured_at=measured_at or message.received_at,
                assumed=measured_at is None,
            )
        except BadMember as bad:
            return refused(bad)
        return readings(body, uplink, self._words)


def _last_seen(members: Members) -> datetime | None:
    """Written as ISO 8601 or as milliseconds since 1970, as its configuration says."""
    if isinstance(members.get("last_seen"), str):
        return members.time("last_seen")
    try:
        return since_1970(members.number("last_seen"), 0.001)
    except ValueError as error:
        raise BadMember("bad_time", str(error), "last_seen") from None
