"""What an alert is at X: a thread that is marked, fits, and holds all of the text."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.status import Status
from services.channels.channel import Payload
from services.channels.thread.cutting import prepared
from services.channels.thread.text import render_thread as render_in_style
from services.channels.x.client import same_text
from services.channels.x.weight import LIMIT, STYLE, weighted_length
from tests.services.making import alert
from tests.services.sender import ENGLISH

LONG = "館坂橋の水位は2.60メートルで、なお上がっています。" * 6


def render_thread(one: Any) -> Payload:
    return render_in_style(one, STYLE)


def long_alert(**changes: Any) -> Any:
    whole = alert(**changes)
    japanese = replace(whole.texts["ja"], instruction=LONG)
    return replace(whole, texts={"ja": japanese, "en": ENGLISH}, web="https://bousai.example.jp/alerts/1")


def test_first_post_stands_alone_and_carries_the_link() -> None:
    parts = render_thread(long_alert()).parts
    first = parts[0]
    assert "北上川（館坂橋）が避難判断水位を超えました。川に近づかないでください。" in first
    assert "11月20日18時00分発表 第1報" in first
    assert f"(1/{len(parts)})" in first
    assert "https://bousai.example.jp/alerts/1" in first
    assert not any("https://" in part for part in parts[1:])
    assert "Keep away from the river." in parts[-1]
    assert all(part.startswith("【訓練】") and part.endswith("【訓練】") for part in parts)


def test_a_short_alert_is_one_post_without_a_number() -> None:
    (only,) = render_thread(alert(status=Status.ACTUAL)).parts
    assert "(1/1)" not in only and "訓練" not in only
    assert only.startswith("北上川（館坂橋）")
    assert "館坂橋で2.60メートル。" not in only, "the description is for the page that the link names"


@pytest.mark.parametrize(
    ("changes", "mark"),
    [
        ({"msg_type": "Update", "revision": 2}, "【更新】"),
        ({"msg_type": "Update", "revision": 3, "ends": True, "response": "AllClear"}, "【解除】"),
        ({"msg_type": "Cancel", "revision": 2, "ends": True}, "【取消】"),
    ],
)
def test_later_revisions_say_what_they_are_and_differ_in_every_post(changes: dict[str, Any], mark: str) -> None:
    first, later = render_thread(long_alert()).parts, render_thread(long_alert(**changes)).parts
    assert later[0].startswith(f"【訓練】{mark}")
    assert f"第{changes['revision']}報" in later[0]
    assert "https://" not in "".join(later)
    assert not {same_text(part) for part in first} & {same_text(part) for part in later}


def test_a_correction_keeps_the_words_of_the_person_who_corrects() -> None:
    text = replace(alert().texts["ja"], short="【訂正】水位は2.06メートルでした。")
    (only,) = render_thread(alert(status=Status.ACTUAL, msg_type="Update", revision=2, texts={"ja": text})).parts
    assert only.startswith("【訂正】水位は")
    assert "【更新】" not in only and only.count("【訂正】") == 1


def test_an_all_clear_says_so_once_in_every_post_and_language() -> None:
    whole = long_alert(msg_type="Update", revision=2, ends=True, response="AllClear", status=Status.ACTUAL)
    japanese = replace(whole.texts["ja"], short="【解除】水位が下がりました。")
    english = replace(ENGLISH, short="All clear: " + "the river is below the level. " * 12)
    parts = render_thread(replace(whole, texts={"ja": japanese, "en": english})).parts
    assert [part.count("【解除】") + part.lower().count("all clear") for part in parts] == [1] * len(parts)
    assert parts[0].startswith("【解除】水位") and parts[-1].startswith("[ALL CLEAR] ")


def test_a_test_is_marked_as_a_test() -> None:
    (only,) = render_thread(alert(status=Status.TEST)).parts
    assert only.startswith("【試験】") and only.endswith("【試験】")


def test_an_empty_short_text_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"texts\.ja\.short"):
        render_thread(alert(texts={"ja": replace(alert().texts["ja"], short=" \n")}))


WORDS = st.text(alphabet=st.sampled_from("川は危険。、\n aZ9.👨‍👩‍👧🇯🇵ｶﾞé「」"), min_size=1, max_size=500).filter(
    lambda text: text.strip()
)


@settings(max_examples=60, deadline=None)
@given(short=WORDS, rest=WORDS, label=st.text(max_size=80), status=st.sampled_from(list(Status)))
def test_any_thread_fits_is_marked_and_holds_all_the_text(short: str, rest: str, label: str, status: Status) -> None:
    japanese = replace(alert().texts["ja"], short=short, instruction=rest, description="", event=label)
    english = replace(ENGLISH, short=rest[::-1])
    whole = alert(texts={"ja": japanese, "en": english}, status=status, sender_name=label, web="https://example.jp/a")
    payload = render_thread(whole)
    mark = {Status.ACTUAL: "", Status.EXERCISE: "【訓練】", Status.TEST: "【試験】"}[status]
    assert all(weighted_length(part) <= LIMIT for part in payload.parts)
    assert all(part.startswith(mark) and part.endswith(mark) for part in payload.parts)
    assert all("第1報" in part or "No. 1" in part for part in payload.parts)
    assert len(set(payload.parts)) == len(payload.parts) == len(payload.counts)
    told = iter("".join(payload.parts))
    assert all(char in told for char in solid(short))  # in order: the iterator never goes back
    if solid(rest) not in solid(short):
        assert all(char in told for char in solid(rest))


def solid(text: str) -> str:
    return "".join(prepared(text).split())
