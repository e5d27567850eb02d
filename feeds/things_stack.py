"""The Things Stack v3 (LoRaWAN): uplinks that its payload formatter has made words and numbers of.

Shape: ApplicationUp messages of its MQTT server. Members that are empty, 0 or false are left out by it; it publishes at
QoS 0 only, so what is lost on the way is lost: its storage integration has it.
"""

from __future__ import annotations

import re

from feeds.device import Uplink, readings, refused, station_name
from feeds.feed import ByFilter
from feeds.members import BadMember, Members
from feeds.names import TABLE_ONLY, Words
from feeds.records import Decoded, Message, Rejected
from feeds.safe_json import read_json
from feeds.status import Status

_TOPIC = re.compile(r"v3/(?P<application>[^/]+)/devices/(?P<device>[^/]+)/up")


class ThingsStack(ByFilter):
    """``v3/APPLICATION@TENANT/devices/DEVICE/up``; joins and downlinks go to topics that are not asked for."""

    name = "ttn"
    filters = ("v3/+/devices/+/up",)

    def __init__(self, words: Words = TABLE_ONLY) -> None:
        self._words = words

    def decode(self, message: Message) -> Decoded:
        """A reading per number of ``decoded_payload``; the station is the device id."""
        body = read_json(message.payload)
        if isinstance(body, Rejected):
            return Decoded(rejected=(body,))
        try:
            members = Members(body)
            wrapped = next((name for name in ("result", "data") if isinstance(members.get(name), dict)), None)
            if wrapped and "end_device_ids" not in members:  # as its storage and its event stream hand uplinks out
                members = Members(members.get(wrapped))
            if "end_device_ids" not in members and "uplink_message" not in members:
                what = "no message of The Things Stack v3: neither end_device_ids nor uplink_message stand in it"
                raise BadMember("not_ttn", what, "end_device_ids")
            if "uplink_message" not in members:
                return Decoded()  # a join or another event: nothing is measured
            return self._up(members, Members(members.get("uplink_message")), message)
        except BadMember as bad:
            return refused(bad)

    def _up(self, members: Members, up: Members, message: Message) -> Decoded:
        ids = members.get("end_device_ids")
        ids = ids if isinstance(ids, dict) else {}
        topic = _TOPIC.fullmatch(message.topic)
        if topic and ids.get("device_id") not in (None, topic["device"]):
            what = f"device_id is {str(ids['device_id'])[:64]!r} but the topic says {topic['device'][:64]!r}"
            raise BadMember("topic_mismatch", what, "end_device_ids/device_id")
        if "decoded_payload" not in up:
            if "frm_payload" not in up:
                return Decoded()
            what = "the payload is still encoded: give the device an uplink payload formatter in The Things Stack"
            raise BadMember("not_decoded", what, "uplink_message/decoded_payload")
        measured_at = up.time("received_at") or members.time("received_at")
        uplink = Uplink(
            gateway=message.gateway or self.name,
            station=station_name(
                ids.get("device_id") or (topic["device"] if topic else None), "end_device_ids/device_id"
            ),
            measured_at=measured_at or message.received_at,
            assumed=measured_at is None,
            message_id=_message_id(ids, up),
            seq=up.whole("f_cnt"),
            status=Status.TEST if members.flag("simulated") else Status.ACTUAL,
        )
        return readings(up.get("decoded_payload"), uplink, self._words, "/uplink_message/decoded_payload")


def _message_id(ids: dict[str, object], up: Members) -> str:
    """The frame counter begins anew at each join, so the session's key stands beside it; without it there is no id."""
    eui, session = ids.get("dev_eui"), up.text("session_key_id", "")
    return f"{eui}/{session}/{up.whole('f_cnt') or 0}"[:128] if isinstance(eui, str) and session else ""
