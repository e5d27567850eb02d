"""Telemetry as devices and gateways publish it to ThingsBoard.

Shapes: its MQTT device API and gateway API. Times are milliseconds since 1970; without one the server's own is meant.
"""

from __future__ import annotations

from typing import Any

from feeds.device import Uplink, joined, readings, refused, station_name
from feeds.feed import ByFilter
from feeds.instant import since_1970
from feeds.members import BadMember, Members
from feeds.names import TABLE_ONLY, Words
from feeds.records import Decoded, Message, Rejected
from feeds.safe_json import read_json

_OWN, _OF_OTHERS = "v1/devices/me/telemetry", "v1/gateway/telemetry"


class ThingsBoard(ByFilter):
    """``v1/devices/me/telemetry``, where the gateway itself is the station, and ``v1/gateway/telemetry``."""

    name = "thingsboard"
    filters = (_OWN, _OF_OTHERS)

    def __init__(self, words: Words = TABLE_ONLY) -> None:
        self._words = words

    def decode(self, message: Message) -> Decoded:
        """A reading per number. Bad parts are refused each by itself."""
        body = read_json(message.payload)
        if isinstance(body, Rejected):
            return Decoded(rejected=(body,))
        gateway = message.gateway or self.name
        if message.topic == _OWN or not _names_devices(body):
            return self._series(body, gateway, message, "")
        assert isinstance(body, dict)
        return joined([self._device(name, series, message) for name, series in body.items()])

    def _device(self, name: str, series: Any, message: Message) -> Decoded:
        at = f"/{name}"[:80]
        try:
            return self._series(series, station_name(name, ""), message, at)
        except BadMember as bad:
            return refused(bad, at)

    def _series(self, body: Any, station: str, message: Message, at: str) -> Decoded:
        """One object of telemetry or an array of them."""
        if not isinstance(body, list):
            return self._one(body, station, message, at)
        if not body:
            return refused(BadMember("empty", "the array has no members; leave the message away"), at)
        return joined([self._one(one, station, message, f"{at}/{place}") for place, one in enumerate(body)])

    def _one(self, body: Any, station: str, message: Message, at: str) -> Decoded:
        try:
            members = Members(body)
            timed = "ts" in members and "values" in members
            measured_at = since_1970(members.number("ts"), 0.001) if timed else None
        except BadMember as bad:
            return refused(bad, at)
        except ValueError as error:
            return refused(BadMember("bad_time", str(error), "ts"), at)
        uplink = Uplink(
            gateway=message.gateway or self.name,
            station=station,
            measured_at=measured_at or message.received_at,
            assumed=measured_at is None,
        )
        values, below = (members.get("values"), f"{at}/values") if "values" in members else (body, at)
        return readings(values, uplink, self._words, below)


def _names_devices(body: Any) -> bool:
    """True for the gateway's shape, an object of arrays: without a topic only the shape tells."""
    return isinstance(body, dict) and bool(body) and all(isinstance(series, list) for series in body.values())
