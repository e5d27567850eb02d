"""ChirpStack (LoRaWAN): uplinks that its codec has made words and numbers of, and the battery of its status events.

Shape: the JSON marshaler of the MQTT integration of v4. Members with default values are left out by it. Of v3, which is
still met, the same topics: devEUI in base64, the codec's object as a text in objectJSON, the time that of a gateway.
"""

from __future__ import annotations

import base64
import re
from dataclasses import replace
from datetime import datetime

from feeds.device import Uplink, readings, refused, station_name
from feeds.feed import ByFilter
from feeds.members import BadMember, Members
from feeds.names import TABLE_ONLY, Words
from feeds.records import Decoded, Message, Rejected
from feeds.safe_json import MAX_BYTES, read_json

_TOPIC = re.compile(r"application/(?P<application>[^/]+)/device/(?P<device>[^/]+)/event/(?P<event>[a-z]+)")


class Chirpstack(ByFilter):
    """``application/APPLICATION/device/DEVEUI/event/up`` and ``…/status``; other events measure nothing."""

    name = "chirpstack"
    filters = ("application/+/device/+/event/+",)

    def __init__(self, words: Words = TABLE_ONLY) -> None:
        self._words = words

    def decode(self, message: Message) -> Decoded:
        """A reading per number of ``object``. The station is the devEui; the time is that of the LoRa gateway."""
        body = read_json(message.payload)
        if isinstance(body, Rejected):
            return Decoded(rejected=(body,))
        topic = _TOPIC.fullmatch(message.topic)
        event = topic["event"] if topic else "up"
        try:
            members = Members(body)
            if event == "up":
                return self._up(members, message)
            return self._status(members, message) if event == "status" else Decoded()
        except BadMember as bad:
            return refused(bad)

    def _up(self, members: Members, message: Message) -> Decoded:
        uplink = self._uplink(members, message)
        if "object" not in members:
            if members.get("objectJSON"):  # without a codec it is there, and empty
                return self._of_v3(members, uplink)
            if "data" not in members:
                return Decoded()  # an uplink without payload only says that the device is there
            what = "the payload is still encoded: give the device profile a codec in ChirpStack"
            raise BadMember("not_decoded", what, "object")
        return readings(members.get("object"), uplink, self._words, "/object")

    def _of_v3(self, members: Members, uplink: Uplink) -> Decoded:
        value = read_json(members.text("objectJSON", at_most=MAX_BYTES).encode())
        if isinstance(value, Rejected):
            return Decoded(rejected=(replace(value, at="/objectJSON"),))
        return readings(value, uplink, self._words, "/objectJSON")

    def _status(self, members: Members, message: Message) -> Decoded:
        unknown = members.get("batteryLevelUnavailable") is True or members.get("externalPowerSource") is True
        level = members.number("batteryLevel")
        if unknown or level is None:
            return Decoded()
        return readings({"battery": level}, self._uplink(members, message), self._words)

    def _uplink(self, members: Members, message: Message) -> Uplink:
        device = members.get("deviceInfo")
        eui = (
            device.get("devEui")
            if isinstance(device, dict)
            else _eui_of_v3(members.get("devEUI") or members.get("devEui"))
        )
        topic = _TOPIC.fullmatch(message.topic)
        if topic and isinstance(eui, str) and eui.lower() != topic["device"].lower():
            raise BadMember(
                "topic_mismatch",
                f"devEui is {eui[:16]!r} but the topic says {topic['device'][:16]!r}",
                "deviceInfo/devEui",
            )
        measured_at = members.time("time") or _received(members.get("rxInfo"))
        return Uplink(
            gateway=message.gateway or self.name,
            station=station_name(eui or (topic["device"] if topic else None), "deviceInfo/devEui"),
            measured_at=measured_at or message.received_at,
            assumed=measured_at is None,
            message_id=members.text("deduplicationId", ""),
            seq=members.whole("fCnt"),
        )


def _eui_of_v3(told: object) -> str | None:
    """Sixteen hexadecimal digits, which v3 writes in base64."""
    if not isinstance(told, str):
        return None
    try:
        raw = base64.b64decode(told, validate=True)
    except ValueError:
        return told
    return raw.hex() if len(raw) == 8 else told


def _received(gateways: object) -> datetime | None:
    """When the first gateway that knows the time heard it."""
    heard = [Members(one) for one in gateways if isinstance(one, dict)] if isinstance(gateways, list) else []
    told = (one.time(name) for name in ("time", "gwTime", "nsTime") for one in heard)  # v3, and v4
    return next((at for at in told if at), None)
