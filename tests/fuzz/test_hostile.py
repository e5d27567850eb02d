"""A thousand and more hostile messages: each refused by name, at once, and by nothing but a refusal."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator

import pytest

from feeds.checks import checked
from feeds.records import Decoded, Message
from services.broker.link import Incoming
from services.intake import Intake, Sorted
from tests.feeds.making import NOW
from tests.fuzz.hostile import KINDS, hostile
from tests.fuzz.hostile_input import Hostile
from tests.fuzz.oracle import MOST_REFUSED, named
from tests.fuzz.seeds import FEEDS, GRANTS, SEEDS, Seed, feed_for

AT_ONCE = 2.0  # seconds of CPU; the slowest take a tenth of it
UNKNOWN_TYPE = "unsupported_telegram"  # of such a telegram what every type tells is taken, and people are told to look
EXPECTED = {  # a trick, and as what it must be known, whatever else is wrong with the message
    "many laughs": "doctype",
    "a blow-up in the square": "doctype",
    "a file": "doctype",
    "a fetch by parameter": "doctype",
    "depth 60,000": "bad_json",
    "depth 5,000": "bad_json",
    "NaN": "bad_json",
    "1e999": "bad_json",
    "the same name twice": "bad_json",
    "half a surrogate pair": "bad_encoding",
    "10 MB of brackets": "too_large",
    "a level with a wildcard": "bad_topic",
}


def taken(topic: str, payload: bytes) -> Sorted | Decoded:
    """What the hub makes of it: by the way in, or, where nothing has a topic, as a file."""
    if not topic:
        message = Message(topic="", payload=payload, received_at=NOW, gateway="gw07")
        return checked(FEEDS["cap"].decode(message), message)
    came = Incoming(topic=topic, payload=payload, retained=False, received_at=NOW, connection=1, packet_id=1, qos=1)
    return Intake(GRANTS, feed_for).sort(came)


def faults(one: Hostile) -> list[str]:
    """What is wrong with the refusal of this input; empty where it is as it should be."""
    payload = one.make()
    began = time.process_time()
    found = taken(one.topic, payload)
    spent = time.process_time() - began
    codes = {rejected.code for rejected in found.rejected}
    wrong = {
        "something of it was taken": bool(found.records) and codes != {UNKNOWN_TYPE},
        "it was not refused": not found.rejected,
        "a decoder failed": "decoder_failed" in codes,
        f"it took {spent:.1f} s": spent > AT_ONCE,
        f"{len(found.rejected)} refusals of one message": len(found.rejected) > MOST_REFUSED,
        f"it is known as {codes}": EXPECTED.get(one.why, "") not in {"", *codes},
    }
    for rejected in found.rejected:
        named(rejected)
    return [f"{one}: {what}" for what, holds in wrong.items() if holds]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_each_is_refused_by_name_and_at_once(kind: Callable[[], Iterator[Hostile]]) -> None:
    assert [fault for one in kind() for fault in faults(one)] == []


def test_there_are_a_thousand_of_them_and_all_are_different() -> None:
    made = [(one.topic, hashlib.sha256(one.make()).digest()) for one in hostile()]
    assert len(set(made)) == len(made) >= 1_000
    assert {one.why for one in hostile()} >= EXPECTED.keys()
    assert {one.feed for one in hostile()} >= FEEDS.keys(), "every feed has its own"


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: seed.feed)
def test_what_they_were_bent_from_is_taken_whole(seed: Seed) -> None:
    found = taken(seed.topic, seed.payload)
    assert found.records and not found.rejected
