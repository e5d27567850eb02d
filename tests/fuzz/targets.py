"""What is fuzzed: every feed of the registry, two mappings, and every other door for the bytes of strangers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass

from feeds.cap.atom import read_atom
from feeds.cap.envelope import unwrap, wrap
from feeds.cap.line import cap_line
from feeds.cap.lint import lint
from feeds.cap.types import CapError
from feeds.cap.verify import certificates, read_verified
from feeds.feed import Feed
from feeds.japanese_time import TimeError, when
from feeds.jma.atom import read_feed
from feeds.mapping import MappingError, read_mappings
from feeds.records import Message, Rejected
from feeds.safe_json import read_json
from feeds.safe_xml import path_of, read_xml
from feeds.senml_cbor import read_cbor
from feeds.topics import HubTopic, filter_fault, hub_topic, matches, overlap
from services.desks.quarantine import Reader
from services.grants import owner
from services.intake import Intake
from services.photos import LONGEST, PhotoError, clean
from services.web.wsse import TokenError, Tokens
from tests.feeds.making import NOW
from tests.fuzz.oracle import CODE, holds, in_json, named
from tests.fuzz.seeds import CBOR, FEEDS, GRANTS, LALERT, RIVER, SEEDS, SIGNED, SIGNER, VECTORS, feed_for
from tests.fuzz.seeds_jma import EVERY_TELEGRAM
from tests.fuzz.seeds_web import ATOM, CALL, CAP_ATOM, TOKEN_USER
from tests.services.pictures import png, telling_jpeg, webp

_TRUSTED = certificates(SIGNER)
_NUMBERED = b"0123456789"  # the first byte of an input chooses among several topics; in the seeds it is a digit


@dataclass(frozen=True, slots=True)
class Target:
    """``run`` raises where something does not hold. ``seeds`` are where fuzzing begins."""

    name: str
    run: Callable[[bytes], None]
    seeds: Sequence[bytes]


def _message(topic: str, payload: bytes) -> Message:
    return Message(topic=topic, payload=payload, received_at=NOW, gateway="gw07")


def _of_feed(feed: Feed) -> Target:
    """The feed with the topics of its seeds."""
    own = [seed for seed in (*SEEDS, *EVERY_TELEGRAM) if seed.feed == feed.name]
    assert own, f"{feed.name}: put a well-formed message of this feed into tests/fuzz/seeds.py"
    topics = sorted({seed.topic for seed in own})

    def run(data: bytes) -> None:
        holds(feed, _message(*_chosen(topics, data)))

    return Target(feed.name, run, [_choice(topics, seed.topic) + seed.payload for seed in own])


def _chosen(topics: Sequence[str], data: bytes) -> tuple[str, bytes]:
    if len(topics) == 1:
        return topics[0], data
    return topics[(data[:1] or b"0")[0] % len(_NUMBERED) % len(topics)], data[1:]


def _choice(topics: Sequence[str], topic: str) -> bytes:
    """The byte that chooses the topic; none where there is no choice."""
    wanted = topics.index(topic)
    return b"" if len(topics) == 1 else next(bytes([one]) for one in _NUMBERED if one % len(_NUMBERED) == wanted)


def _xml(data: bytes) -> None:
    root = read_xml(data)
    if isinstance(root, Rejected):
        named(root)
    else:
        assert all(path_of(element).startswith("/") for element in list(root.iter("*"))[:50])


def _json(data: bytes) -> None:
    value = read_json(data)
    named(value) if isinstance(value, Rejected) else in_json(value)


def _cbor(data: bytes) -> None:
    value = read_cbor(data)
    named(value) if isinstance(value, Rejected) else in_json(value)


def _soap(data: bytes) -> None:
    """As the receiver does it: nothing is decoded of a call whose token is not good."""
    root = read_xml(data)
    if isinstance(root, Rejected):
        return named(root)
    try:
        Tokens(*TOKEN_USER).check(root, NOW)
    except TokenError as error:
        str(error).encode()
        return None
    return holds(FEEDS["lalert"], _message(LALERT.topic, data))


def _cap_lint(data: bytes) -> None:
    findings = lint(data, NOW)
    assert findings == lint(data, NOW)
    for finding in findings:
        in_json(asdict(finding))


def _cap_sealed(data: bytes) -> None:
    """Whatever stands in it: only words that this certificate signed are read."""
    for read_it in (lambda: [read_verified(data, _TRUSTED)], lambda: list(unwrap(data).alerts())):
        try:
            alerts = read_it()
        except CapError as error:
            assert CODE.fullmatch(error.code) and error.at
        else:
            for alert in alerts:
                in_json(cap_line(alert))


def _cap_atom(data: bytes) -> None:
    try:
        index = read_atom(data, "https://city.example/cap/feed.atom")
    except CapError as error:
        assert CODE.fullmatch(error.code) and error.at
        return
    assert all(one.startswith(("http://", "https://")) for one in (*index.documents, index.heartbeat) if one)


def _atom(data: bytes) -> None:
    found = read_feed(data)
    if isinstance(found, Rejected):
        return named(found)
    assert all(entry.name and entry.series for entry in found)
    return None


def _photo(data: bytes) -> None:
    """What is kept is a picture that opens, and no larger than it may be."""
    try:
        photo = clean(data)
    except PhotoError as error:
        assert CODE.fullmatch(error.code) and str(error)
        return
    assert photo.data.startswith(b"\xff\xd8\xff") and max(photo.width, photo.height) <= LONGEST


def _mapping_file(data: bytes) -> None:
    try:
        mappings = read_mappings([("city.toml", data.decode("utf-8", "replace"))])
    except MappingError as error:
        assert str(error).startswith("city.toml")
        return
    assert mappings == read_mappings([("city.toml", data.decode("utf-8", "replace"))])


def _japanese_time(data: bytes) -> None:
    try:
        found = when(data.decode("utf-8", "replace"), NOW)
    except TimeError as error:
        assert str(error)
        return
    assert found.start.tzinfo is not None and (found.until is None or found.until >= found.start)


def _topics(data: bytes) -> None:
    """Three lines: two topic filters and a topic. Whoever owns it is told the same by all who ask."""
    text = data.replace(b"\0", b"").decode("utf-8", "replace")  # no broker delivers a NUL, and the link writes \\x00
    one, other, topic = [*text.split("\n", 2), "", ""][:3]
    place = hub_topic(topic)
    if isinstance(place, HubTopic):
        assert topic.startswith(f"hub/v1/{place.gateway}/") and owner(topic, GRANTS) == place.gateway
    else:
        named(place)
    faulty = any(filter_fault(text) for text in (one, other))
    if not faulty and topic and matches(one, topic) and matches(other, topic):
        assert overlap(one, other) and overlap(other, one), "two gateways could own the same topic"
    fits_way_in(topic, b"{}")


def _quarantine(data: bytes) -> None:
    """Kept bytes are shown at the desk and read again, whatever they are; the first chooses among all topics."""
    topics = sorted({seed.topic for seed in SEEDS if seed.topic})
    fits_way_in(topics[(data[:1] or b"\0")[0] % len(topics)], data[1:])


def fits_way_in(topic: str, payload: bytes) -> None:
    """What the desk shows of it: the way in never fails, and all of it can be shown."""
    row = {"id": 1, "topic": topic, "payload": payload, "received_at": NOW, "code": "bad_value"}
    found = Reader().read(row, Intake(GRANTS, feed_for))
    assert all(rejected.code != "decoder_failed" for rejected in found.rejected), found.why
    in_json(found.line)
    found.why.encode()


def _payloads(*feeds: str) -> list[bytes]:
    return [seed.payload for seed in SEEDS if seed.feed in feeds]


def _quarantined() -> list[bytes]:
    topics = sorted({seed.topic for seed in SEEDS if seed.topic})
    return [bytes([topics.index(seed.topic)]) + seed.payload for seed in SEEDS if seed.topic]


_TOPICS = [f"application/+/device/#\n{seed.topic}\n{seed.topic}".encode() for seed in SEEDS]
_DAYS = ["１月１３日午後６時３０分ころ", "令和8年1月13日（火）18:30から翌日まで", "昨日午前0時", "2026/1/13 7時台"]
TARGETS: Mapping[str, Target] = {
    one.name: one
    for one in (
        *map(_of_feed, FEEDS.values()),
        Target("safe_xml", _xml, _payloads("cap", "lalert")),
        Target("safe_json", _json, _payloads("plain", "thingsboard")),
        Target("cbor", _cbor, [CBOR.payload]),
        Target("soap", _soap, [CALL]),
        Target("cap_lint", _cap_lint, [*_payloads("cap"), *VECTORS]),
        Target("cap_sealed", _cap_sealed, [SIGNED, wrap(SIGNED)]),
        Target("cap_atom", _cap_atom, [CAP_ATOM]),
        Target("photo", _photo, [telling_jpeg(), png(), webp()]),
        Target("atom", _atom, [ATOM]),
        Target("mapping_file", _mapping_file, [RIVER.encode()]),
        Target("japanese_time", _japanese_time, [day.encode() for day in _DAYS]),
        Target("topics", _topics, _TOPICS),
        Target("quarantine", _quarantine, _quarantined()),
    )
}
