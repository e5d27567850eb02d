"""Where one revision is: what people must tell apart has six words and six shapes, and trouble stands first."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from rules.alert import State
from services.board_words import table as words
from services.channels.unsent import Unsent
from services.store.alerts import Rendered
from services.story.steps import Kind, Step, Story
from services.web.moments import away, moment
from services.web.stories.board import Fate, fates, folded
from tests.services.making import NOW, alert, payload

WORDS = words()


def receipt(channel: str, state: str) -> Step:
    return Step(
        kind=Kind.RECEIPT, at=NOW, who=channel, text=f"{channel}：", detail="理由", channel=channel, state=state
    )


def story(*steps: Step, state: State = State.ISSUED, **payloads: object) -> Story:
    rendered: Rendered = {step.channel: payload() for step in steps} | payloads  # type: ignore[assignment]
    return Story(alert=alert(), state=state, digest="d", revisions=(1,), steps=steps, payloads=rendered)


def test_what_people_must_tell_apart_has_its_own_word_and_shape_and_trouble_stands_first() -> None:
    states = {"x": "accepted", "line": "unknown", "linkage": "rejected", "cap_feed": "sending"}
    steps = (receipt(channel, state) for channel, state in states.items())
    found = fates(story(*steps, lalert=Unsent.NOT_SET_UP.refusal(), mqtt=Unsent.STATUS.refusal("Exercise")), WORDS)
    assert [(one.channel, one.look, one.word) for one in found] == [
        ("linkage", "failed", "失敗"),
        ("line", "unknown", "結果不明"),
        ("lalert", "unset", "未設定"),
        ("cap_feed", "sent", "送信中"),
        ("x", "confirmed", "受付を確認"),
        ("mqtt", "none", "対象外"),
    ]
    assert len({one.mark for one in found}) == 6, "no two share a sign"
    why = {one.channel: one.why for one in found}
    assert (why["x"], why["linkage"]) == ("", "理由") and "設定されていない" in why["lalert"]


@pytest.mark.parametrize(
    ("state", "look", "word"), [(State.DRAFT, "ready", "承認のあとに送る"), (State.REJECTED, "none", "送っていない")]
)
def test_a_draft_promises_and_what_was_sent_back_does_not(state: State, look: str, word: str) -> None:
    (one,) = fates(story(state=state, x=payload()), WORDS)
    assert isinstance(one, Fate) and (one.look, one.word) == (look, word)


def test_a_hazard_with_two_hundred_districts_is_folded_and_receipts_never_are() -> None:
    hazard = Step(kind=Kind.HAZARD, at=NOW, who="flood@2", text="内丸：増水")
    runs = list(folded([*[hazard] * 200, *[replace(receipt("x", "accepted"))] * 9]))
    assert [(len(some), len(others)) for some, others in runs] == [(3, 197), (9, 0)]


def test_times_say_the_day_where_it_is_another_and_how_far_away_they_are() -> None:
    ago = {"0": "いま", "59": "59分前", "60": "1時間前", "599": "9時間59分前", "1500": "25時間前", "2880": "2日前"}
    assert {minutes: away(NOW - timedelta(minutes=int(minutes)), NOW) for minutes in ago} == ago
    assert away(NOW + timedelta(hours=3), NOW) == "3時間後"
    assert len(moment(NOW, NOW)) == 5 and "(" in moment(NOW - timedelta(days=1), NOW)
