"""Decoding: what being careful costs, beside the parser alone."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import cbor2
from lxml import etree

from feeds.checks import checked
from feeds.jma.feed import Jma
from feeds.lalert.read import Lalert
from feeds.plain import Plain
from feeds.records import Decoded, Message
from feeds.registry import by_name
from feeds.senml import Senml
from tests.benchmarks.figure import Figure, beside, seconds
from tests.benchmarks.scale import Scale
from tests.exercise.telegrams import Warned, telegram
from tests.feeds.lalert_making import document
from tests.feeds.making import NOW
from tests.feeds.test_devices import CHIRPSTACK, GATEWAY, PORCH, TTN, TTN_TOPIC, UP
from tests.feeds.test_positions import PHONE
from tests.feeds.test_senml import PACK, cbor

NAME = "decode"
_NOW = datetime(2026, 7, 20, 7, 5, tzinfo=UTC)
_RAIN = Warned("盛岡市", "レベル４大雨危険警報", "43", last=("レベル３大雨警報", "03"))
_MAKERS = {
    "chirpstack": (CHIRPSTACK + "up", UP),
    "ttn": (TTN_TOPIC, TTN),
    "owntracks": ("owntracks/plows/p7", PHONE),
    "thingsboard": ("v1/gateway/telemetry", GATEWAY),
    "zigbee2mqtt": ("zigbee2mqtt/porch", PORCH),
    "senml": ("hub/v1/gw1/batch", PACK),
}
_SNOW = Warned("雫石町", "大雪注意報", "12")


async def measure(scale: Scale, folder: Path) -> list[Figure]:
    """Rates of one core. ``folder`` is not used: nothing is written."""
    plain, jma = Plain(), Jma()
    readings = [_reading(number) for number in range(scale.decoded)]
    telegrams = [_telegram(number) for number in range(scale.telegrams)]
    return [
        _rates("plain readings, decoded and checked", "json.loads only", readings, plain.decode, json.loads, scale),
        _rates("JMA telegrams", "lxml parse only", telegrams, jma.decode, etree.fromstring, scale),
        *(_of_makers(name, topic, body, scale) for name, (topic, body) in _MAKERS.items()),
        _rates("SenML in CBOR", "cbor2.loads only", [_cbor()] * scale.decoded, Senml().decode, cbor2.loads, scale),
        _rates("L-Alert", "lxml parse only", [_lalert()] * scale.telegrams, Lalert().decode, etree.fromstring, scale),
    ]


def _of_makers(name: str, topic: str, body: object, scale: Scale) -> Figure:
    """A message as the maker of the gateway documents it, again and again."""
    feed = by_name(name)
    assert feed is not None
    one = Message(topic=topic, payload=json.dumps(body).encode(), received_at=NOW, gateway="gw1")
    return _rates(name, "json.loads only", [one] * scale.decoded, feed.decode, json.loads, scale)


def _cbor() -> Message:
    """A pack of four readings, labels as numbers."""
    return Message(topic="hub/v1/gw1/batch", payload=cbor(PACK), received_at=NOW)


def _lalert() -> Message:
    at = datetime(2026, 8, 10, tzinfo=UTC)
    return Message(topic="", payload=document(), received_at=at)


def _rates(
    figure: str,
    baseline: str,
    messages: Sequence[Message],
    decode: Callable[[Message], Decoded],
    parse: Callable[[bytes], object],
    scale: Scale,
) -> Figure:
    refused = [fault for one in messages for fault in checked(decode(one), one).rejected]
    if refused:
        raise RuntimeError(f"the benchmark's own messages are refused: {refused[0]}")
    many, pairs = len(messages), []
    for _ in range(scale.repeats):
        own = seconds(lambda: [checked(decode(one), one) for one in messages])
        base = seconds(lambda: [parse(one.payload) for one in messages])
        pairs.append((many / own, many / base))
    return beside(NAME, figure, "messages/s", baseline, pairs)


def _reading(number: int) -> Message:
    body = {
        "v": 1,
        "id": f"gw1-{number}",
        "station": f"st{number % 200:03}",
        "quantity": "snow_depth",
        "value": number % 100 / 2,
        "unit": "cm",
        "time": f"2026-07-20T16:{number // 60 % 5:02}:{number % 60:02}+09:00",
    }
    topic = f"hub/v1/gw1/{body['station']}/snow_depth"
    return Message(topic=topic, payload=json.dumps(body).encode(), received_at=_NOW, gateway="gw1")


def _telegram(number: int) -> Message:
    hazard, warned = ("大雨", _RAIN) if number % 2 else ("大雪", _SNOW)
    text = telegram(hazard, _NOW, f"これは計測のための電文です（{number}）。", [warned])
    return Message(topic="hub/v1/jma-relay/telegram", payload=text.encode(), received_at=_NOW, gateway="jma-relay")
