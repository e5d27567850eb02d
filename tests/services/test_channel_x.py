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
from pydantic import ValidationError

from feeds.status import Status
from services.channels.channel import Delivery, Outcome, Payload, Verdict
from services.channels.x.channel import Config, X
from tests.fakes.x import FakeX
from tests.services.conftest import until
from tests.services.making import alert
from tests.services.test_x_thread import long_alert, render_thread

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


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
