"""What the hub takes from a connection itself, and what it leaves to the library; how acknowledgements go out."""

from __future__ import annotations

import socket
import struct

import pytest
from paho.mqtt.client import CallbackAPIVersion, MQTTv311

from services.broker.publish import Publish, publish_at
from services.broker.read_ahead import ReadAhead
from tests.peers.publisher import packet


def made(topic: bytes, rest: bytes, kind: int = 0x32) -> bytes:
    """A PUBLISH with whatever stands behind its topic; short enough for one octet of length."""
    body = struct.pack(">H", len(topic)) + topic + rest
    return bytes([kind, len(body)]) + body


@pytest.mark.parametrize("size", [0, 1, 100, 127, 128, 16_000, 17_000, 300_000])
def test_a_publish_is_what_its_sender_made_of_it(size: int) -> None:
    payload = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    octets = b"before" + packet("hub/v1/gw07/雪/q", payload, 65_535)
    found = Publish("hub/v1/gw07/雪/q", payload, qos=1, packet_id=65_535, retained=False, again=False)
    assert publish_at(octets, 6, five=False) == (found, len(octets))
    assert publish_at(octets + b"\x32", 6, five=False) == (found, len(octets)), "what follows is none of it"


def test_flags_are_told_and_without_an_answer_there_is_no_number() -> None:
    found = publish_at(made(b"t", b"\x00\x07v", 0x3B), 0, five=False)
    assert found == (Publish("t", b"v", qos=1, packet_id=7, retained=True, again=True), 8)
    found = publish_at(made(b"t", b"v", 0x31), 0, five=False)
    assert found == (Publish("t", b"v", qos=0, packet_id=0, retained=True, again=False), 6)


def test_properties_of_mqtt_5_are_passed_over() -> None:
    expires = b"\x05\x02\x00\x00\x0e\x10"
    for properties in (b"\x00", expires):
        octets = made(b"t", b"\x00\x07" + properties + b"v")
        found = publish_at(octets, 0, five=True)
        assert found == (Publish("t", b"v", qos=1, packet_id=7, retained=False, again=False), len(octets))


def test_nothing_is_made_of_a_packet_that_has_not_come_whole() -> None:
    whole = packet("hub/v1/gw07/st1/q", b"v" * 200, 7)
    assert [publish_at(whole[:end], 0, five=False) for end in range(1, len(whole))] == [None] * (len(whole) - 1)


@pytest.mark.parametrize(
    "odd",
    [
        b"\xd0\x00",  # PINGRESP
        b"\x40\x02\x00\x07",  # PUBACK
        made(b"t", b"\x00\x07v", 0x34),  # QoS 2
        made(b"t", b"\x00\x07v", 0x36),  # no QoS at all
        made(b"t", b"\x00\x00v"),  # a number that there is not
        made(b"t", b"\x00"),  # no room for the number
        made(b"", b"\x00\x07v"),
        made(b"\xff", b"\x00\x07v"),  # no UTF-8
        made(b"a\0b", b"\x00\x07v"),
        b"\x32\x01\x00",
        b"\x32\x04\x00\x09tt",  # a topic longer than its packet
        b"\x32\xff\xff\xff\xff\x01" + b"\0" * 40,  # no number has five octets
    ],
)
def test_what_is_another_thing_or_not_in_order_is_for_the_library(odd: bytes) -> None:
    assert publish_at(odd, 0, five=False) is None


@pytest.mark.parametrize("properties", [b"", b"\x05\x02", b"\x80\x80\x80\x80\x01"])
def test_properties_that_are_none_are_for_the_library(properties: bytes) -> None:
    found = publish_at(made(b"t", b"\x00\x07" + properties), 0, five=True)
    assert found is None or found[0].payload == b""


def test_acknowledgements_that_wait_go_out_in_one_write_and_in_their_order() -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)  # keeps each write apart
    paho = ReadAhead(CallbackAPIVersion.VERSION2, protocol=MQTTv311, manual_ack=True)
    paho.on_socket_register_write = lambda *_: None
    with ours, theirs:
        paho._sock = ours
        for number in (5, 6, 65_535):
            paho.ack(number, 1)
        paho._send_pingreq()
        paho.ack(7, 1)
        paho.loop_write()
        paho.ack(8, 1)
        paho.loop_write()
        writes = [theirs.recv(100) for _ in range(4)]
        paho._sock = None
    assert writes == [b"\x40\x02\0\5\x40\x02\0\6\x40\x02\xff\xff", b"\xc0\0", b"\x40\x02\0\7", b"\x40\x02\0\x08"]
