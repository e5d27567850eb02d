"""The channel ``x`` against a stand-in X that checks what X checks."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from feeds.status import Status
from rules.alert import Text
from services.channels.channel import Delivery, Outcome, Payload, Verdict
from services.channels.thread.cutting import prepared
from services.channels.thread.text import render_thread as render_in_style
from services.channels.x.channel import Config, X
from services.channels.x.client import same_text
from services.channels.x.weight import LIMIT, STYLE, weighted_length
from tests.fakes.x import FakeX
from tests.services.conftest import until
from tests.services.making import alert

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
LONG = "館坂橋の水位は2.60メートルで、なお上がっています。" * 6
ENGLISH = Text(
    language="en",
    event="River level",
    headline="The Kitakami is above the evacuation level",
    description="2.60 m at Tatesaka bridge.",
    instruction="Keep away from the river.",
    short="The Kitakami (Tatesaka bridge) is above the evacuation decision level. Keep away from the river.",
)


def render_thread(one: Any) -> Payload:
    return render_in_style(one, STYLE)


def long_alert(**changes: Any) -> Any:
    whole = alert(**changes)
    japanese = replace(whole.texts["ja"], instruction=LONG)
    return replace(whole, texts={"ja": japanese, "en": ENGLISH}, web="https://bousai.example.jp/alerts/1")


class Sender:
    """The channel with its stand-in, and what an outbox would remember between attempts."""

    def __init__(self, fake: FakeX, channel: X) -> None:
        self.fake, self.channel = fake, channel
        self.done: list[str] = []

    async def send(self, payload: Payload, **changes: Any) -> Outcome:
        delivery = Delivery(
            id="d1",
            key="k1",
            series="s",
            revision=1,
            channel="x",
            payload=payload,
            status=Status.EXERCISE,
            attempts=1,
            after_unknown=False,
            first_tried_at=datetime.now(UTC) - timedelta(seconds=5),
            done=tuple(self.done),
            expires=NOW + timedelta(hours=1),
        )
        return await self.channel.send(replace(delivery, **changes), NOW, self._progress)

    async def _progress(self, remote_id: str) -> None:
        self.done.append(remote_id)


@pytest.fixture
async def x() -> AsyncIterator[Sender]:
    fake = FakeX()
    await fake.start()
    channel = X(Config(**fake.credentials, base_url=fake.url, statuses={Status.EXERCISE}, timeout_s=2))
    yield Sender(fake, channel)
    await channel.close()
    await fake.stop()


@pytest.fixture
def one() -> Payload:
    return render_thread(alert())


@pytest.fixture
def thread() -> Payload:
    payload = render_thread(long_alert())
    assert len(payload.parts) >= 4
    return payload


# --- what is written ---


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


# --- what becomes of it ---


async def test_a_thread_is_published_in_order_each_part_answering_the_one_before(x: Sender, thread: Payload) -> None:
    outcome = await x.send(thread)
    assert outcome.verdict is Verdict.ACCEPTED
    assert outcome.remote_id == x.done[0]
    assert [post.text for post in x.fake.posts] == list(thread.parts)
    assert [post.reply_to for post in x.fake.posts] == ["", *x.done[:-1]]


async def test_an_update_answers_the_earlier_revision(x: Sender, one: Payload) -> None:
    earlier = await x.send(one)
    await x.send(render_thread(alert(revision=2, msg_type="Update")), done=(), reply_to=earlier.remote_id)
    assert x.fake.posts[1].reply_to == earlier.remote_id


async def test_an_update_goes_out_although_the_earlier_post_was_deleted(x: Sender, one: Payload) -> None:
    outcome = await x.send(one, reply_to="1700000000000000000")
    assert outcome.verdict is Verdict.ACCEPTED
    assert [post.reply_to for post in x.fake.posts] == [""]


async def test_a_thread_waits_for_its_own_last_post_but_not_for_ever(x: Sender, thread: Payload) -> None:
    first = await x.send(Payload(media_type="text/plain", parts=thread.parts[:1]))
    x.fake.delete(first.remote_id)
    assert (await x.send(thread)).verdict is Verdict.LATER
    assert x.fake.posts == []
    assert (await x.send(thread, attempts=3)).verdict is Verdict.ACCEPTED
    assert [post.text for post in x.fake.posts] == list(thread.parts[1:])


async def test_wrong_secrets_are_refused_and_never_told(
    x: Sender, one: Payload, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    wrong = x.fake.credentials | {"access_token_secret": "a-wrong-secret"}
    channel = X(Config(**wrong, base_url=x.fake.url, statuses={Status.EXERCISE}))
    outcome = await Sender(x.fake, channel).send(one)
    await channel.close()
    assert outcome.verdict is Verdict.REJECTED
    assert x.fake.posts == []
    told = f"{outcome}{caplog.text}"
    assert not [secret for secret in (*wrong.values(), "oauth_signature") if secret in told]


async def test_a_part_that_fails_leaves_the_rest_for_the_next_attempt(x: Sender, thread: Payload) -> None:
    await x.send(Payload(media_type="text/plain", parts=thread.parts[:2]))
    x.fake.fail_posts(429)
    held = await x.send(thread)
    assert held.verdict is Verdict.LATER
    assert held.detail.startswith(f"post 3 of {len(thread.parts)}")
    assert (await x.send(thread, attempts=2)).verdict is Verdict.ACCEPTED
    assert [post.text for post in x.fake.posts] == list(thread.parts)
    assert x.fake.posts[2].reply_to == x.done[1]


@pytest.mark.parametrize("trouble", ["page 502", "page 503", "json 500", "silence"])
async def test_published_but_not_answered_is_found_again(x: Sender, thread: Payload, trouble: str) -> None:
    if trouble == "silence":
        x.fake.hang_posts(store=True)
    else:
        kind, status = trouble.split()
        x.fake.fail_posts(int(status), page=kind == "page", store=True)
    assert (await x.send(thread)).verdict is Verdict.UNKNOWN
    assert x.done == []
    outcome = await x.send(thread, attempts=2, after_unknown=True)
    assert outcome.verdict is Verdict.ACCEPTED
    assert [post.text for post in x.fake.posts] == list(thread.parts)
    assert outcome.remote_id == x.fake.posts[0].id
    assert x.done == [post.id for post in x.fake.posts]


async def test_the_last_part_found_again_makes_it_a_duplicate_without_posting(x: Sender, one: Payload) -> None:
    x.fake.fail_posts(502, page=True, store=True)
    assert (await x.send(one)).verdict is Verdict.UNKNOWN
    outcome = await x.send(one, attempts=2, after_unknown=True)
    assert outcome == Outcome(verdict=Verdict.DUPLICATE, remote_id=x.fake.posts[0].id)
    assert x.fake.requests.count("POST /2/tweets") == 1


async def test_not_published_and_not_answered_is_posted_again(x: Sender, one: Payload) -> None:
    x.fake.fail_posts(503, page=True)
    assert (await x.send(one)).verdict is Verdict.UNKNOWN
    assert (await x.send(one, attempts=2, after_unknown=True)).verdict is Verdict.ACCEPTED
    assert len(x.fake.posts) == 1


async def test_nothing_is_posted_while_the_past_is_not_known(x: Sender, one: Payload) -> None:
    x.fake.fail_reads(503, page=True)
    outcome = await x.send(one, after_unknown=True)
    assert outcome.verdict is Verdict.UNKNOWN
    assert "POST /2/tweets" not in x.fake.requests


async def test_an_account_that_may_not_read_relies_on_x_refusing_doubles(x: Sender, one: Payload) -> None:
    x.fake.fail_posts(500, store=True)
    assert (await x.send(one)).verdict is Verdict.UNKNOWN
    x.fake.fail_reads(403, times=2)
    outcome = await x.send(one, attempts=2, after_unknown=True)
    assert (outcome.verdict, outcome.remote_id) == (Verdict.DUPLICATE, "")
    assert len(x.fake.posts) == 1


async def test_a_refused_double_is_a_success_with_its_id(x: Sender, thread: Payload) -> None:
    await x.send(thread)
    first = list(x.done)
    x.done.clear()
    outcome = await x.send(thread)
    assert (outcome.verdict, outcome.remote_id) == (Verdict.DUPLICATE, first[0])
    assert x.done == first
    assert len(x.fake.posts) == len(thread.parts)


async def test_a_text_with_link_and_signs_is_recognised_as_x_gives_it_back(x: Sender) -> None:
    payload = Payload(media_type="text/plain", parts=("【訓練】水位 > 2.5m & 上昇 https://example.jp/a【訓練】",))
    x.fake.hang_posts(store=True)
    assert (await x.send(payload)).verdict is Verdict.UNKNOWN
    assert (await x.send(payload, after_unknown=True)).verdict is Verdict.DUPLICATE


async def test_the_look_back_turns_pages(x: Sender, one: Payload) -> None:
    x.fake.fail_posts(500, store=True)
    await x.send(one)
    mine = x.fake.posts[0]
    x.fake.posts += [replace(mine, id=f"9{n}", text=f"other {n}") for n in range(150)]
    outcome = await x.send(one, after_unknown=True)
    assert (outcome.verdict, outcome.remote_id) == (Verdict.DUPLICATE, mine.id)


# --- limits and errors ---


async def test_the_wait_is_the_latest_of_the_exhausted_windows(x: Sender, one: Payload) -> None:
    soon, day, beyond = (NOW + timedelta(minutes=m) for m in (10, 600, 900))
    headers = {
        "x-rate-limit-remaining": "0",
        "x-rate-limit-reset": str(int(soon.timestamp())),
        "x-user-limit-24hour-remaining": "0",
        "x-user-limit-24hour-reset": str(int(day.timestamp())),
        "x-app-limit-24hour-remaining": "512",
        "x-app-limit-24hour-reset": str(int(beyond.timestamp())),
    }
    x.fake.fail_posts(429, headers=headers)
    outcome = await x.send(one)
    assert (outcome.verdict, outcome.retry_at) == (Verdict.LATER, day)


async def test_the_rate_limit_of_x_holds_the_rest_of_a_thread(thread: Payload) -> None:
    fake = FakeX(rate_limit=2)
    await fake.start()
    channel = X(Config(**fake.credentials, base_url=fake.url, statuses={Status.EXERCISE}))
    outcome = await Sender(fake, channel).send(thread)
    await channel.close()
    await fake.stop()
    assert outcome.verdict is Verdict.LATER
    assert outcome.retry_at is not None and outcome.retry_at > datetime.now(UTC)
    assert len(fake.posts) == 2


@pytest.mark.parametrize(
    ("status", "page", "verdict"),
    [
        (400, False, Verdict.REJECTED),
        (401, False, Verdict.REJECTED),
        (402, False, Verdict.LATER),
        (403, False, Verdict.REJECTED),
        (403, True, Verdict.LATER),  # a gateway's page, not X's word
        (404, False, Verdict.REJECTED),
        (408, False, Verdict.UNKNOWN),
        (429, False, Verdict.LATER),
        (429, True, Verdict.LATER),
        (302, True, Verdict.LATER),
        (500, False, Verdict.UNKNOWN),
        (502, True, Verdict.UNKNOWN),
        (503, False, Verdict.UNKNOWN),
        (503, True, Verdict.UNKNOWN),
        (200, True, Verdict.UNKNOWN),
    ],
)
async def test_statuses(x: Sender, one: Payload, status: int, page: bool, verdict: Verdict) -> None:
    x.fake.fail_posts(status, page=page, headers={"Location": "/elsewhere"} if status == 302 else None)
    outcome = await x.send(one)
    assert outcome.verdict is verdict
    assert outcome.retry_at is None
    assert str(status) in outcome.detail or verdict is Verdict.UNKNOWN
    assert x.fake.posts == []


@pytest.mark.parametrize(("ahead", "verdict"), [(-3600, Verdict.LATER), (3600, Verdict.LATER), (60, Verdict.REJECTED)])
async def test_a_signature_refused_for_our_clock_is_asked_again_when_it_is_right(
    x: Sender, one: Payload, ahead: int, verdict: Verdict
) -> None:
    x.fake.fail_posts(401, headers={"Date": format_datetime(datetime.now(UTC) - timedelta(seconds=ahead), usegmt=True)})
    outcome = await x.send(one)
    assert outcome.verdict is verdict
    assert ("set it" in outcome.detail) is (abs(ahead) > 120)
    assert (await x.send(one)).verdict is Verdict.ACCEPTED


async def test_a_slow_x_leaves_the_rest_of_a_thread_for_the_next_attempt(
    x: Sender, thread: Payload, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.channels.thread.sending._PATIENCE_S", 0.0)
    outcome = await x.send(thread)
    assert (outcome.verdict, outcome.detail) == (Verdict.LATER, f"post 1 of {len(thread.parts)}: X is slow")
    assert x.fake.posts == []


@pytest.mark.parametrize("body", [{"data": {}}, {"errors": [{"message": "partial"}]}])
async def test_an_answer_in_an_unexpected_shape_is_unknown(x: Sender, one: Payload, body: dict[str, Any]) -> None:
    x.fake.fail_posts(201, body=body)
    assert (await x.send(one)).verdict is Verdict.UNKNOWN


async def test_nobody_listening_means_later(x: Sender, one: Payload) -> None:
    await x.fake.stop()
    outcome = await x.send(one)
    assert outcome.verdict is Verdict.LATER
    assert "no connection" in outcome.detail


async def test_a_connection_lost_in_the_middle_is_unknown(x: Sender, one: Payload) -> None:
    x.fake.hang_posts()
    sending = asyncio.create_task(x.send(one))
    await until(lambda: x.fake.posts)
    await x.fake.stop()
    assert (await sending).verdict is Verdict.UNKNOWN


async def test_an_unmarked_drill_never_leaves(x: Sender, one: Payload) -> None:
    bare = Payload(media_type="text/plain", parts=(one.parts[0].removesuffix("【訓練】"),))
    outcome = await x.send(bare)
    assert outcome.verdict is Verdict.REJECTED
    assert "mark" in outcome.detail
    assert x.fake.requests == []


# --- the account ---


def test_an_account_takes_actual_alone_unless_set_up_for_drills() -> None:
    credentials = FakeX().credentials
    assert X(Config(**credentials)).statuses == {Status.ACTUAL}
    with pytest.raises(ValidationError, match="second account"):
        Config(**credentials, statuses={Status.ACTUAL, Status.EXERCISE})


def test_secrets_never_stand_in_an_error_or_a_repr() -> None:
    credentials = FakeX().credentials | {"access_token": "hush-hush"}
    with pytest.raises(ValidationError, match="begins with the account's number") as refused:
        Config(**credentials)
    assert "hush" not in str(refused.value)
    shown = repr(Config(**FakeX().credentials))
    assert not [secret for secret in FakeX().credentials.values() if secret in shown]
