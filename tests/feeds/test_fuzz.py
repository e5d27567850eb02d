"""Whatever comes, decoding returns: records and refusals that can be shown, and never an exception."""

from __future__ import annotations

import json
import random

from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from feeds.checks import checked
from feeds.contract import record_line, rejected_line
from feeds.records import Message
from feeds.registry import FEEDS
from feeds.safe_json import MAX_DEPTH
from tests.feeds.making import JMA, NOW, READING, TIME

TOPICS = [
    "",
    "hub/v1/gw07/st0123/snow_depth",
    "hub/v1/gw07/batch",
    "hub/v1/police/report",
    "hub/v1/jma/telegram",
    "hub/v1/gw07/fix/plow-7",
    "application/1/device/24e124136b000001/event/up",
    "v1/gateway/telemetry",
    "zigbee2mqtt/house/porch",
    "v1.1/Datastreams(42)/Observations",
]
TELEGRAMS = [path.read_bytes() for path in sorted(JMA.glob("*.xml"))]

SENML = ["bn", "bt", "bu", "bv", "bver", "n", "u", "v", "vs", "vb", "s", "t", "new_"]
anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from([TIME, "Exercise", "missing"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from([*READING, "kind", "x"]), inner),
    max_leaves=12,
)


def survives(payload: bytes, topic: str) -> None:
    for feed in FEEDS:
        message = Message(topic=topic, payload=payload, received_at=NOW, gateway="gw07")
        decoded = checked(feed.decode(message), message)
        if feed.name in {"plain", "senml", "jma", "cap"}:  # the others have messages in which nothing is measured
            assert decoded.records or decoded.rejected
        for record in decoded.records:
            json.dumps(record_line(record), ensure_ascii=False, allow_nan=False).encode()
            assert record.key and record.subject
        for rejected in decoded.rejected:
            json.dumps(rejected_line(rejected), ensure_ascii=False).encode()
            assert rejected.code and rejected.message and rejected.at


@given(st.binary(max_size=300), st.sampled_from(TOPICS) | st.text(max_size=60))
def test_bytes(payload: bytes, topic: str) -> None:
    survives(payload, topic)


@given(anything, st.sampled_from(TOPICS))
def test_json_of_any_shape(value: object, topic: str) -> None:
    survives(json.dumps(value).encode(), topic)


@given(st.dictionaries(st.sampled_from(sorted(READING)), anything, max_size=3))
def test_readings_with_any_member(change: dict[str, object]) -> None:
    survives(json.dumps(READING | change).encode(), TOPICS[1])


@given(st.lists(st.dictionaries(st.sampled_from(SENML), anything | st.just("d:air"), max_size=6), max_size=4))
def test_senml_of_any_shape(pack: list[dict[str, object]]) -> None:
    survives(json.dumps(pack).encode(), TOPICS[2])


@settings(max_examples=60)
@given(st.sampled_from(TELEGRAMS), st.integers(min_value=0), st.binary(max_size=6))
def test_telegrams_with_bytes_replaced(payload: bytes, place: int, patch: bytes) -> None:
    cut = place % len(payload)
    survives(payload[:cut] + patch + payload[cut + len(patch) :], TOPICS[4])


@settings(max_examples=100)
@given(st.sampled_from(TELEGRAMS), st.randoms(use_true_random=False))
def test_telegrams_with_elements_lost_emptied_or_doubled(payload: bytes, chance: random.Random) -> None:
    root = etree.fromstring(payload)
    for _ in range(chance.randint(1, 4)):
        element = chance.choice(list(root.iter("*")))
        parent = element.getparent()
        if parent is None:
            continue
        deed = chance.choice(["lose", "empty", "text", "double"])
        if deed == "lose":
            parent.remove(element)
        elif deed == "double":
            parent.append(etree.fromstring(etree.tostring(element)))
        else:
            element.text = (
                "" if deed == "empty" else chance.choice(["９", "-", "NaN", "発表警報・注意報はなし", "+1+2/"])
            )
            del element[:]
    survives(etree.tostring(root), TOPICS[4])


@given(st.integers(min_value=1, max_value=60_000))
def test_nesting_never_recurses(depth: int) -> None:
    survives(b'[{"a":' * min(depth, 10_000), TOPICS[1])
    survives(b"[" * depth + b"]" * depth, TOPICS[1] if depth > MAX_DEPTH else TOPICS[2])
    survives(b"<a>" * min(depth, 2_000) + b"</a>" * min(depth, 2_000), TOPICS[4])
