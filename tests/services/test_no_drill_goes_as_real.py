"""Nothing but Actual looks or travels as Actual: every rule of the catalogue, every channel, every status and scope.

A channel that is new has to say here what people read of it, and where machines read its status.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from lxml import etree

from feeds.cap import schema
from feeds.cap.feed import CapFeed
from feeds.cap.write import write
from feeds.records import CapTelegram, Message
from feeds.status import Status
from rules.alert import Alert, Place, State
from rules.cap_message import to_cap
from rules.case import Case
from rules.engine import decide
from rules.marks import MARKS
from rules.rule import CATALOG, Rule, load_rules
from rules.situation import Situation, Standing
from rules.trial import SENDER
from rules.voice.tongue import TONGUES
from services.channels.admission import refusal
from services.channels.channel import Delivery, Payload, Verdict
from services.channels.registry import CHANNELS, renderer
from tests.services.making import NOW, alert

RULES = load_rules([CATALOG])
DRILLS = [Status.EXERCISE, Status.TEST]


@dataclass(frozen=True)
class Seen:
    """How one channel's parts reach eyes, ears and machines."""

    read: Callable[[str], list[str]] = lambda part: [part]  # every text of a part that somebody may read alone
    statuses: Callable[[str], set[str]] = lambda part: set()  # every word of the status in a part that machines read
    front: Callable[[str], list[str]] = lambda part: []  # texts too short for a mark at both ends
    eyes_only: bool = False  # whatever its form: nothing decides by it
    words: Mapping[Status, tuple[str, ...]] | None = None  # said in place of the marks


def _named(*names: str) -> Callable[[str], list[str]]:
    def found(part: str) -> list[str]:
        root = etree.fromstring(part.encode())
        return [e.text for e in root.iter(*(f"{{*}}{name}" for name in names)) if e.text and e.text.strip()]

    return found


def _words_in(*names: str) -> Callable[[str], set[str]]:
    return lambda part: set(_named(*names)(part))


def _texts_of_json(part: str) -> list[str]:
    whole = json.loads(part)
    texts = whole.get("data", whole)["texts"].values()
    return [said for text in texts for said in text.values() if said]


def _is_machine(part: str) -> bool:
    return part.startswith(("<", "{"))


def _utterance(part: str) -> list[str]:
    if not _is_machine(part):
        return [part.strip()]
    root = etree.fromstring(part.encode())
    return ["".join("".join(sentence.itertext()) for sentence in root.iter("{*}s"))]


def _meta(part: str) -> set[str]:
    if not _is_machine(part):
        return set()
    root = etree.fromstring(part.encode())
    return {e.get("content") for e in root.iter("{*}meta") if e.get("name") == "shirase-status"}


def _prose(*names: str) -> Callable[[str], list[str]]:
    """Of documents whose elements of one name hold words of a list too: those that are Japanese."""
    return lambda part: [text for text in _named(*names)(part) if not text.isascii()]


_CAP = Seen(
    _named("headline", "event", "description", "instruction"),
    _words_in("status", "distributionStatus"),
    front=_named("note"),
)
_SAID = {status: tuple(one.drills[status] for one in TONGUES.values()) for status in DRILLS}
_NODE = {"statuses": _words_in("distributionStatus")}
_PROSE = ("Title", "Text", "Description", "contentDescription", "DisasterName", "Errata", "Message")

SEEN: Mapping[str, Seen] = {
    "x": Seen(),
    "line": Seen(),
    "mastodon": Seen(),
    "bluesky": Seen(),
    "facebook": Seen(),
    "log": Seen(),
    "linkage": _CAP,
    "cap_feed": _CAP,
    "webhook": Seen(_texts_of_json, lambda part: {json.loads(part)["data"]["status"]}),
    "mqtt": Seen(_texts_of_json, lambda part: {json.loads(part)["status"]}),
    "lalert": Seen(_prose(*_PROSE), **_NODE),
    "urgent_mail": Seen(_prose("Text", "contentDescription", "Message"), front=_prose("Title"), **_NODE),
    "mail": Seen(lambda part: [part.split("\n\n", 1)[1]], front=lambda part: [part.split("\n", 1)[0]]),
    # A phone shows the title above the body, always.
    "push": Seen(lambda part: ["\n".join(json.loads(part)[name] for name in ("title", "body"))], eyes_only=True),
    "voice": Seen(_utterance, _meta, words=_SAID),
}


def test_every_channel_says_what_people_read_of_it() -> None:
    assert SEEN.keys() == CHANNELS.keys()


@pytest.mark.parametrize("name", sorted(CHANNELS))
@pytest.mark.parametrize("status", list(Status))
def test_whatever_a_rule_says_its_status_is_seen_in_every_part_or_the_channel_declines(
    name: str, status: Status
) -> None:
    channel, rendered = renderer(name), 0
    for one in _alerts(status):
        try:
            payload = channel.render(one)
        except ValueError:
            continue
        rendered += 1
        _seen_as(SEEN[name], payload, status)
    assert rendered


@pytest.mark.parametrize("name", sorted(CHANNELS))
@pytest.mark.parametrize("status", DRILLS)
def test_a_real_payload_never_goes_out_under_a_drill_nor_a_drill_where_none_is_taken(name: str, status: Status) -> None:
    every, real = frozenset(Status), _payload(name, Status.ACTUAL)
    mixed = refusal(_delivery(name, real, status), every, NOW)
    assert mixed and mixed.verdict is Verdict.REJECTED and "mark" in mixed.detail
    drill = _payload(name, status)
    elsewhere = refusal(_delivery(name, drill, status), frozenset({Status.ACTUAL}), NOW)
    assert elsewhere and elsewhere.verdict is Verdict.REJECTED and status.value in elsewhere.detail
    assert refusal(_delivery(name, drill, status), every, NOW) is None


@pytest.mark.parametrize("name", sorted(CHANNELS))
def test_nobody_takes_drills_unasked_but_who_reaches_nobody_or_decides_where_it_is_served(name: str) -> None:
    taken = CHANNELS[name].config.model_fields["statuses"].get_default(call_default_factory=True)
    assert taken == {Status.ACTUAL} or name in {"cap_feed", "log"}


@pytest.mark.parametrize("scope", schema.SCOPE.words)
@pytest.mark.parametrize("word", schema.STATUS.words)
def test_of_the_words_of_cap_only_actual_comes_in_as_real_and_only_public_is_public(word: str, scope: str) -> None:
    message = replace(
        to_cap(alert(status=Status.ACTUAL)),
        status=word,
        scope=scope,
        restriction="staff" if scope == "Restricted" else "",
        addresses=("duty",) if scope == "Private" else (),
    )
    assert message.is_public == ((word, scope) == ("Actual", "Public"))
    came = CapFeed().decode(Message(topic="", payload=write(message), received_at=NOW, gateway="city"))
    (record,) = came.records
    assert isinstance(record, CapTelegram)
    assert (record.status is Status.ACTUAL) == (word == "Actual")


def _alerts(status: Status) -> Iterator[Alert]:
    """What each rule says of its cases, and the all-clear after it, in all languages."""
    for rule in RULES:
        said = 0
        for case in rule.tests:
            for one in _of_case(rule, case, status):
                said += 1
                yield one
            if said:  # a first issue and its end: the other cases differ in figures
                break


def _of_case(rule: Rule, case: Case, status: Status) -> Iterator[Alert]:
    hazards = tuple(replace(hazard, status=status) for hazard in case.hazards)
    towns = {one.area: Place(code=one.area, name=one.area_name, name_en="Town") for one in hazards}
    first = Situation(now=case.now, status=status, hazards=hazards)
    for one in decide(first, [rule], SENDER, towns.__getitem__).alerts:
        assert one.status is status
        yield one
        standing = Standing(alert=one, state=State.ISSUED, issued_revision=1, issued=1, chain=(one,), last_revision=1)
        later = Situation(now=case.now + timedelta(minutes=59), status=status, standing={one.series: standing})
        yield from decide(later, [rule], SENDER, towns.__getitem__).alerts


def _seen_as(seen: Seen, payload: Payload, status: Status) -> None:
    foreign = [mark for other, marks in _marks(seen).items() if other is not status for mark in marks]
    for part in payload.parts:
        texts, fronts = seen.read(part), seen.front(part)
        assert texts
        assert not [text for text in texts + fronts if text.startswith(tuple(foreign))]
        if status is not Status.ACTUAL:
            own = _marks(seen)[status]
            assert not [text for text in texts if not (text.startswith(own) and text.endswith(own))]
            assert not [text for text in fronts if not text.startswith(own)]
        assert seen.statuses(part) == ({status.value} if _is_machine(part) and not seen.eyes_only else set())


def _marks(seen: Seen) -> Mapping[Status, tuple[str, ...]]:
    return seen.words or {status: (MARKS[status][0],) for status in DRILLS}


def _payload(name: str, status: Status) -> Payload:
    for one in _alerts(status):
        try:
            return renderer(name).render(one)
        except ValueError:
            continue
    raise AssertionError(f"no rule says anything that {name} takes")


def _delivery(name: str, payload: Payload, status: Status) -> Delivery:
    return Delivery(
        id=f"s-1:{name}",
        key="3b241101-e2bb-4255-8caf-4136c566a962",
        series="s",
        revision=1,
        channel=name,
        payload=payload,
        status=status,
        attempts=1,
        after_unknown=False,
        first_tried_at=NOW,
        expires=NOW + timedelta(hours=1),
    )
