"""The conversation by itself: any order, nothing sent before it is whole and wanted, and what LINE delivers, read."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from services.heard.kinds import kinds
from services.line_talk.dialogue import Talk, Turn, answers_of, turn
from services.line_talk.events import Said, genuine, said
from services.line_talk.sayings import messages
from tests.fakes.line import FakeLine
from tests.services.requests.making import CATALOG

KINDS = kinds(CATALOG)
FRESH = Talk(once="x" * 32, began="2026-11-20T09:00:00+09:00")


def event(how: Any, text: str = "", **more: Any) -> Said:
    return Said(id="1", user="U1", reply="r", how=how, text=text, **more)


def chosen(data: str) -> Said:
    return event("chosen", data)


def told(*events: Said, talk: Talk = FRESH) -> Turn:
    done = Turn(talk)
    for one in events:
        done = turn(done.talk or FRESH, one, KINDS, "photo" if one.how == "photo" else "")
    return done


def labels(done: Turn) -> list[str]:
    return [one.label for one in done.says[-1].buttons]


def test_it_asks_for_kind_then_place_and_sends_when_told_to() -> None:
    assert "クマを見た" in labels(told(event("hello"))) and "除雪・雪道 / Snow" in labels(told(event("hello")))
    asked = told(chosen("kind=bear"))
    assert labels(asked)[0] == "場所を送る" and "110番" in asked.says[-1].text
    placed = told(chosen("kind=bear"), event("place", "岩手県盛岡市内丸", lon=141.1, lat=39.7))
    assert labels(placed) == ["送る / Send", "やめる / Stop"] and not placed.send
    sent = told(chosen("kind=bear"), event("text", "中津川"), event("text", "２頭"), event("photo"), chosen("do=send"))
    assert sent.send and sent.talk is not None
    assert (sent.talk.place, sent.talk.texts, sent.talk.photos) == ("中津川", ("２頭",), ("photo",))
    assert told(chosen("kind=bear"), event("text", "中津川"), event("text", " Send ")).send


def test_words_and_photos_that_come_first_are_kept() -> None:
    done = told(
        event("text", "クマがいます"), event("photo"), chosen("kind=bear"), event("text", "内丸"), chosen("do=send")
    )
    assert (
        done.send and done.talk is not None and done.talk.texts == ("クマがいます",) and done.talk.photos == ("photo",)
    )


def test_nothing_is_sent_that_is_not_whole() -> None:
    assert not told(chosen("do=send")).send
    assert not told(chosen("kind=bear"), chosen("do=send")).send
    assert not told(chosen("kind=damage"), event("text", "内丸"), chosen("do=send")).send, "what is damaged?"
    assert not told(chosen("kind=SNOW_DAMAGE"), event("text", "内丸"), chosen("do=send")).send
    done = told(chosen("kind=SNOW_DAMAGE"), event("text", "内丸"), event("text", "塀"), chosen("do=send"))
    assert done.send and done.talk is not None and answers_of(done.talk) == {"WHAT": "塀"}


def test_what_makes_it_urgent_is_asked_and_may_be_passed_over() -> None:
    asked = told(chosen("kind=SNOW_RUT"), event("text", "内丸"))
    assert "動けない車" in asked.says[-1].text and labels(asked)[:2] == ["はい", "いいえ"]
    done = told(chosen("kind=SNOW_RUT"), event("text", "内丸"), chosen("a=STUCK=yes"))
    assert done.talk is not None and answers_of(done.talk) == {"STUCK": "yes"}
    done = told(chosen("kind=SNOW_RUT"), event("text", "内丸"), chosen("a=STUCK="), chosen("do=send"))
    assert done.send and done.talk is not None and answers_of(done.talk) == {}


@pytest.mark.parametrize("stop", [chosen("do=stop"), event("text", "やめる"), event("text", "Cancel")])
def test_who_stops_has_told_nothing(stop: Said) -> None:
    done = told(chosen("kind=bear"), event("text", "内丸"), stop)
    assert done.talk is None and not done.send and "取りやめました" in done.says[0].text


def test_what_was_unsent_is_forgotten_and_nobody_is_answered() -> None:
    assert told(chosen("kind=bear"), event("forget")) == Turn(None)


SAID = st.one_of(
    st.builds(event, st.sampled_from(["text", "chosen", "photo", "other", "hello"]), st.text(max_size=500)),
    st.builds(chosen, st.sampled_from([f"kind={one.code}" for one in KINDS] + ["do=send", "list=snow", "a=CARE=yes"])),
    st.just(event("place", "内丸", lon=141.1, lat=39.7)),
)


@given(st.lists(SAID, max_size=12))
def test_whatever_is_said_line_takes_the_answer_and_only_what_is_whole_is_sent(events: list[Said]) -> None:
    talk = FRESH
    for one in events:
        done = turn(talk, one, KINDS, "p")
        assert done.send or done.talk is None or done.says, "nobody is left without an answer"
        if done.send:
            assert done.talk is not None and done.talk.kind and done.talk.placed
        for message in messages(done.says, "【訓練】 "):
            assert 0 < len(message["text"]) <= 5000 and message["text"].startswith("【訓練】 ")
            for item in message.get("quickReply", {}).get("items", []):
                assert 0 < len(item["action"]["label"]) <= 20 and len(item["action"].get("data", "")) <= 300
            assert len(message.get("quickReply", {}).get("items", [])) <= 13
        talk = done.talk or FRESH


def test_a_signature_is_of_just_these_bytes() -> None:
    secret, body = (
        SecretStr("8c570fa6dd201bb328f1c1eac23a96d8"),
        b'{"destination":"U8e742f61d673b39c7fff3cecb7536ef0","events":[]}',
    )
    assert genuine(body, "GhRKmvmHys4Pi8DxkF4+EayaH0OqtJtaZxgTD9fMDLs=", secret)
    for wrong in ("", "あ", "GhRKmvmHys4Pi8DxkF4+EayaH0OqtJtaZxgTD9fMDLt="):
        assert not genuine(body, wrong, secret)
    assert not genuine(body + b" ", "GhRKmvmHys4Pi8DxkF4+EayaH0OqtJtaZxgTD9fMDLs=", secret)


def delivered(**event: Any) -> list[Said] | None:
    return said(json.dumps({"events": [FakeLine().said("U1", event)]}).encode())


def test_only_what_one_person_says_to_us_is_read() -> None:
    text = {"type": "text", "id": "1", "text": "a\u0000b\ud800"}
    assert [(one.how, one.text) for one in delivered(type="message", message=text) or []] == [("text", "ab")]
    assert delivered(type="message", message=text, source={"type": "group", "groupId": "C1", "userId": "U1"}) == []
    assert delivered(type="message", message=text, mode="standby") == []
    assert delivered(type="beacon") == [] and delivered(type="message", message=text, webhookEventId=None) == []
    outside = {
        "type": "image",
        "id": "1",
        "contentProvider": {"type": "external", "originalContentUrl": "http://10.0.0.1/"},
    }
    far = {"type": "location", "latitude": 10**400, "longitude": 141.1}
    odd = [outside, far, {"type": "sticker"}, {"type": "image", "contentProvider": []}, {}]
    assert [(delivered(type="message", message=one) or [])[0].how for one in odd] == [
        "other",
        "other",
        "other",
        "photo",
        "other",
    ]
    for broken in (b"", b"[]", b'{"events":{}}', b"\xff", b"[" * 100_000):
        assert said(broken) is None
    assert said(b'{"events":[1,null,{"source":7},{"source":{"type":"user"}}]}') == []
    assert replace(FRESH, place="a").placed
