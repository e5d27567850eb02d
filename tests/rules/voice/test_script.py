"""Every rule's alerts, spoken on every outlet in both languages: bounded, whole, speakable, and a drill as a drill."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from feeds.status import Status
from rules.alert import Alert, Place, State
from rules.engine import decide
from rules.rule import CATALOG, load_rules
from rules.situation import Situation, Standing
from rules.trial import SENDER, outcome
from rules.voice.form import FORMS
from rules.voice.japanese import Readings
from rules.voice.script import Utterance, utterances
from rules.voice.ssml import NAMESPACE, ssml
from rules.voice.tongue import TONGUES
from tests.rules.voice.test_spoken import SPEAKABLE, SPEAKABLE_ENGLISH

READINGS = Readings({"仙北": "せんぼく", "内丸": "うちまる", "盛岡市": "もりおかし", "館坂橋": "たてさかばし"})
NAMES = (
    "内丸",
    "仙北一丁目",
    "盛岡駅前通",
    "青山・厨川工区",
    "本宮（南部）",
    "都南三本柳12丁目",
    "中ノ橋通一丁目",
    "上田",
)
DRILLS = {
    Status.EXERCISE: ("これは訓練です。", "This is an exercise."),
    Status.TEST: ("これは試験放送です。", "This is a test."),
}


@lru_cache(maxsize=1)
def catalog() -> tuple[Alert, ...]:
    """What every rule of the catalogue says in each of its own tests, and how it ends."""
    return tuple(_catalog())


def _catalog() -> Iterator[Alert]:
    for rule in load_rules([CATALOG]):
        for case in rule.tests:
            for one in outcome(rule, case).alerts:
                yield one
                standing = Standing(
                    alert=one, state=State.ISSUED, issued_revision=1, issued=1, chain=(one,), last_revision=1
                )
                later = Situation(
                    now=case.now + timedelta(hours=1), status=Status.ACTUAL, standing={one.series: standing}
                )
                yield from decide(later, [rule], SENDER, lambda code: Place(code=code, name=code)).alerts


def spoken(alert: Alert, turn: str = "") -> list[Utterance]:
    return [
        one
        for form in FORMS.values()
        for tag in TONGUES
        if tag in alert.texts
        for one in utterances(alert, form, tag, turn, READINGS)
    ]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    number=st.integers(0, 10_000),
    names=st.lists(st.sampled_from(NAMES), min_size=1, max_size=60),
    status=st.sampled_from(Status),
    turn=st.sampled_from(("", "【更新】", "【解除】", "【取消】", "【訂正】")),
)
def test_whatever_a_rule_says_can_be_said(number: int, names: list[str], status: Status, turn: str) -> None:
    known = catalog()
    places = tuple(Place(code=str(i), name=f"{name}{i}") for i, name in enumerate(names))
    alert = replace(known[number % len(known)], places=places, status=status)
    told = spoken(alert, turn)
    for one in told:
        rule = SPEAKABLE if one.language == "ja" else SPEAKABLE_ENGLISH
        assert all(rule.fullmatch(line) for line in one.text.splitlines()), one.text
        assert one.seconds <= one.form.seconds, one.written
        etree.fromstring(ssml(one).encode())
    for outlet in {(one.form.name, one.language) for one in told}:
        words = _bare("".join(one.written for one in told if (one.form.name, one.language) == outlet))
        assert not [place.name for place in places if _bare(place.name) not in words], words


def _bare(name: str) -> str:
    return re.sub(r"[、。,.\s・（）()]", "", name)


@pytest.mark.parametrize("status", [Status.EXERCISE, Status.TEST])
def test_a_drill_is_said_to_be_one_first_and_last_and_the_real_thing_never_is(status: Status) -> None:
    for alert in catalog():
        for one in spoken(replace(alert, status=status)):
            said = DRILLS[status][list(TONGUES).index(one.language)]
            assert one.text.startswith(said) and one.text.endswith(said)
            assert f'<meta name="shirase-status" content="{status}"/>' in ssml(one)
        for one in spoken(alert):
            assert not any(word in one.written for words in DRILLS.values() for word in words)


def test_loudspeakers_say_two_sentences_twice_and_sound_their_chimes() -> None:
    for alert in catalog():
        (one, *_) = utterances(alert, FORMS["loudspeaker"], "ja", "", READINGS)
        lines = one.text.splitlines()
        again = lines.index("繰り返します。")
        assert lines[1:again] == lines[again + 1 :] and 1 <= again - 1 <= 2
        document = etree.fromstring(ssml(one).encode())
        marks = [mark.get("name") for mark in document.iter(f"{{{NAMESPACE}}}mark")]
        assert marks == ["chime-up", "chime-down"]


def test_the_order_is_what_where_when_do_and_a_short_text_is_said_twice() -> None:
    alert = replace(catalog()[0], places=(Place(code="1", name="内丸"),), sender_name="盛岡市")
    text = replace(
        alert.texts["ja"],
        headline="【水位】館坂橋で氾濫危険水位（20日18時40分現在）",
        instruction="川に近づかないでください。",
    )
    (one,) = utterances(replace(alert, texts={"ja": text}), FORMS["radio"], "ja", "【更新】", READINGS)
    assert one.text.splitlines()[1:] == [
        "続報です。",
        *(
            body := [
                "水位。",
                "たてさかばしで氾濫危険水位、はつかごごろくじよんじゅっぷん現在。",
                "対象は、うちまるです。",
                "川に近づかないでください。",
            ]
        ),
        "繰り返します。",
        *body,
    ]
    assert "もりおかしからお知らせします。" in one.text.splitlines()[0]
    assert '<sub alias="うちまる">内丸</sub>' in ssml(one)


def test_a_sentence_too_long_to_be_said_and_a_text_without_words_are_refused_with_the_cure() -> None:
    alert = catalog()[0]
    long = f"{'水' * 140}。"
    for headline, text, told in (
        ("水位", f"{long[:-1]}{long}", "texts.ja.instruction .*divide it"),
        ("水位", "☃", "texts.ja.instruction .*write some"),
        (long * 2, long, "take over 60 s .radio.; write them shorter"),
    ):
        wrong = replace(alert.texts["ja"], headline=headline, instruction=text)
        with pytest.raises(ValueError, match=told):
            utterances(replace(alert, texts={"ja": wrong}), FORMS["radio"], "ja", "", READINGS)


def test_a_correction_is_said_alone() -> None:
    alert = replace(catalog()[0], correction={"ja": "【訂正】館坂橋の水位は2.85mではなく2.58mです。"}, sender_name="")
    (one,) = utterances(alert, FORMS["radio"], "ja", "【訂正】", READINGS)
    assert one.text.splitlines()[1:3] == [
        "訂正のお知らせです。",
        "たてさかばしの水位はにてんはちごメートルではなくにてんごはちメートルです。",
    ]
    assert "クマ" not in one.written and "川に" not in one.written
