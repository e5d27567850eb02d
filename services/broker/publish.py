"""A PUBLISH packet taken apart in one go: what a broker sends us is these, but for a few."""

from __future__ import annotations

from typing import NamedTuple

from paho.mqtt.client import MQTTMessage

_PUBLISH, _AGAIN, _RETAIN = 0x30, 0x08, 0x01
_LENGTH_OCTETS = 4  # at most, of a number that MQTT writes seven bits at a time


class Publish(NamedTuple):
    """A message as it came. ``again``: the broker sent it before, and had no answer."""

    topic: str
    payload: bytes
    qos: int
    packet_id: int
    retained: bool
    again: bool


def publish_at(octets: bytes, begin: int, *, five: bool) -> tuple[Publish, int] | None:
    """The PUBLISH packet that begins there, and where it ends; its properties (``five``: MQTT 5) are passed over.

    None where it is no such packet, has not come whole, or is anything but in order: that is for the library to judge.
    """
    kind = octets[begin]
    qos = (kind >> 1) & 3
    if kind & 0xF0 != _PUBLISH or qos > 1:
        return None
    length, topic_begin = _number(octets, begin + 1)
    end, topic_begin = topic_begin + length, topic_begin + 2
    if end > len(octets) or length < 2:
        return None
    topic_end = topic_begin + int.from_bytes(octets[topic_begin - 2 : topic_begin])
    payload_begin = topic_end + 2 * qos
    packet_id = int.from_bytes(octets[topic_end:payload_begin]) if qos else 0
    if five and payload_begin < end:
        many, payload_begin = _number(octets, payload_begin)
        payload_begin += many
    if payload_begin > end or topic_end == topic_begin or (qos and not packet_id):
        return None
    try:
        topic = octets[topic_begin:topic_end].decode()
    except UnicodeDecodeError:
        return None
    if "\0" in topic:
        return None
    payload = octets[payload_begin:end]
    return Publish(topic, payload, qos, packet_id, bool(kind & _RETAIN), bool(kind & _AGAIN)), end


def told_by_library(message: MQTTMessage) -> Publish:
    """The same of what the library took apart."""
    return Publish(_topic(message), bytes(message.payload), message.qos, message.mid, message.retain, bool(message.dup))


def _topic(message: MQTTMessage) -> str:
    """The topic as text; bytes that are no UTF-8, or that MQTT forbids and no store takes, stand as escapes."""
    try:
        return message.topic.replace("\0", "\\x00")
    except UnicodeDecodeError as error:
        return bytes(error.object).decode("utf-8", "backslashreplace").replace("\0", "\\x00")


def _number(octets: bytes, begin: int) -> tuple[int, int]:
    """Seven bits an octet, the lowest first, and where it ends; what is no number is longer than any packet."""
    value = 0
    for place, octet in enumerate(octets[begin : begin + _LENGTH_OCTETS]):
        value |= (octet & 0x7F) << 7 * place
        if octet < 0x80:
            return value, begin + place + 1
    return len(octets), begin
