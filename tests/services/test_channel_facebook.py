"""The channel ``facebook`` against a page without idempotency keys and with numbered errors."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr, ValidationError

from feeds.status import Status
from services.channels.channel import Verdict
from services.channels.facebook import Config, Facebook
from tests.fakes.facebook import FakeFacebook
from tests.fakes.served import Order
from tests.services.making import alert
from tests.services.sender import ENGLISH, Sender, long_alert


@pytest.fixture
async def page() -> AsyncIterator[FakeFacebook]:
    fake = FakeFacebook()
    await fake.start()
    yield fake
    await fake.stop()


def channel(page: FakeFacebook, app_secret: str = "") -> Facebook:
    return Facebook(
        Config(
            url=page.url,
            page=page.page,
            token=SecretStr(page.token),
            app_secret=SecretStr(app_secret) if app_secret else None,
            statuses=frozenset({Status.EXERCISE}),
            timeout_s=2,
        )
    )


@pytest.fixture
async def sender(page: FakeFacebook) -> AsyncIterator[Sender]:
    one = channel(page)
    yield Sender(one)
    await one.close()


async def test_one_post_says_it_whole_in_japanese_and_briefly_in_english(page: FakeFacebook, sender: Sender) -> None:
    payload = sender.channel.render(long_alert())
    outcome = await sender.send(payload)
    (post,) = page.posts
    assert (outcome.verdict, outcome.remote_id) == (Verdict.ACCEPTED, post.id)
    assert post.text == payload.parts[0] and len(payload.parts) == 1
    assert post.text.startswith("【訓練】北上川の水位") and post.text.endswith("[EXERCISE]【訓練】")
    assert long_alert().texts["ja"].instruction in post.text and ENGLISH.short in post.text
    assert "https://bousai.example.jp/alerts/1" in post.text


async def test_an_update_is_a_post_of_its_own_and_stands_under_the_one_before(
    page: FakeFacebook, sender: Sender
) -> None:
    first = await sender.send(sender.channel.render(long_alert()))
    sender.done.clear()
    over = sender.channel.render(long_alert(revision=2, msg_type="Update", ends=True))
    assert len(over.parts) == 2 and over.counts[1].startswith("コメント")
    outcome = await sender.send(over, reply_to=first.remote_id)
    assert outcome.verdict is Verdict.ACCEPTED and outcome.remote_id == page.posts[1].id
    (comment,) = page.comments
    assert comment.under == first.remote_id
    assert comment.text.startswith("【訓練】【解除】") and "第2報" in comment.text
    assert "[EXERCISE] [ALL CLEAR]" in comment.text


async def test_without_an_earlier_post_or_with_a_deleted_one_the_news_goes_out_all_the_same(
    page: FakeFacebook, sender: Sender
) -> None:
    update = sender.channel.render(alert(revision=2, msg_type="Update"))
    assert (await sender.send(update)).verdict is Verdict.ACCEPTED
    page.delete(page.posts[0].id)
    sender.done.clear()
    third = sender.channel.render(alert(revision=3, msg_type="Update"))
    assert (await sender.send(third, reply_to=f"{page.page}_7000001")).verdict is Verdict.ACCEPTED
    assert [post.text for post in page.posts] == [third.parts[0]] and not page.comments


@pytest.mark.parametrize("lost", [0, 1])
async def test_a_lost_answer_is_looked_up_for_the_post_and_for_the_comment(
    page: FakeFacebook, sender: Sender, lost: int
) -> None:
    page.page_size = 1  # the look-back turns pages
    first = await sender.send(sender.channel.render(alert()))
    sender.done.clear()
    update = sender.channel.render(alert(revision=2, msg_type="Update"))
    page.lose_next(after=lost)
    assert (await sender.send(update, reply_to=first.remote_id)).verdict is Verdict.UNKNOWN
    found = await sender.again(update, reply_to=first.remote_id)
    assert found.verdict in {Verdict.ACCEPTED, Verdict.DUPLICATE} and found.remote_id == page.posts[1].id
    assert (len(page.posts), len(page.comments)) == (2, 1)


async def test_when_the_page_cannot_be_read_nothing_is_posted_blindly(page: FakeFacebook, sender: Sender) -> None:
    payload = sender.channel.render(alert())
    page.lose_next()
    await sender.send(payload)
    page.token, right = "another", page.token
    blind = await sender.again(payload)
    assert blind.verdict is Verdict.UNKNOWN and "cannot be read now" in blind.detail
    page.token = right
    assert (await sender.again(payload)).verdict is Verdict.DUPLICATE
    assert len(page.posts) == 1


async def test_an_older_post_of_the_same_words_is_not_taken_for_this_one(page: FakeFacebook, sender: Sender) -> None:
    payload = sender.channel.render(alert())
    await sender.send(payload)
    page.posts[0] = replace(page.posts[0], created_at=datetime.now(UTC) - timedelta(hours=2))
    page.posts.append(replace(page.posts[0], id="another", text="雪捨て場が開きました"))
    sender.done.clear()
    assert (await sender.again(payload)).verdict is Verdict.ACCEPTED
    assert len(page.posts) == 3


async def test_what_facebook_calls_a_duplicate_is_out_and_is_found(page: FakeFacebook, sender: Sender) -> None:
    payload = sender.channel.render(alert())
    first = await sender.send(payload)
    sender.done.clear()
    again = await sender.send(payload)
    assert (again.verdict, again.remote_id) == (Verdict.DUPLICATE, first.remote_id)
    assert len(page.posts) == 1


@pytest.mark.parametrize(
    ("code", "verdict", "words"),
    [
        (190, Verdict.REJECTED, "make a new one and write it to the secret file"),
        (200, Verdict.REJECTED, "lacks a permission"),
        (10, Verdict.REJECTED, "lacks a permission"),
        (100, Verdict.REJECTED, "code 100"),
        (4, Verdict.LATER, "code 4"),
        (17, Verdict.LATER, "code 17"),
        (32, Verdict.LATER, "code 32"),
        (368, Verdict.LATER, "code 368"),
        (80001, Verdict.LATER, "code 80001"),
        (1, Verdict.UNKNOWN, "code 1"),
        (2, Verdict.UNKNOWN, "code 2"),
    ],
)
async def test_facebooks_own_codes_decide_more_than_the_status(
    page: FakeFacebook, sender: Sender, code: int, verdict: Verdict, words: str
) -> None:
    page.error_next(code, f"refused for {page.token}")
    outcome = await sender.send(sender.channel.render(alert()))
    assert outcome.verdict is verdict and words in outcome.detail
    assert page.token not in outcome.detail


async def test_a_limit_names_the_time_when_it_ends_where_facebook_knows_it(page: FakeFacebook, sender: Sender) -> None:
    payload = sender.channel.render(alert())
    usage = {page.page: [{"type": "pages", "call_count": 100, "estimated_time_to_regain_access": 7}]}
    page.error_next(32, headers={"X-Business-Use-Case-Usage": json.dumps(usage)})
    limited = await sender.send(payload)
    assert limited.retry_at and timedelta(minutes=6) < limited.retry_at - datetime.now(UTC) <= timedelta(minutes=7)
    never = '{"a": [{"estimated_time_to_regain_access": -Infinity}]}'
    for odd in ('["?"]', never):
        page.error_next(32, headers={"X-Business-Use-Case-Usage": odd})
        assert (await sender.send(payload)).retry_at is None
    page.order(Order(status=503), Order(status=200, body={"surprise": 1}))
    assert [(await sender.send(payload)).verdict for _ in range(2)] == [Verdict.UNKNOWN, Verdict.UNKNOWN]


async def test_an_app_that_wants_its_secret_proven_gets_the_proof(page: FakeFacebook, sender: Sender) -> None:
    page.app_secret = "fake-app-secret"
    refused = await sender.send(sender.channel.render(alert()))
    assert refused.verdict is Verdict.REJECTED and "appsecret_proof" in refused.detail
    proven = Sender(channel(page, page.app_secret))
    assert (await proven.send(sender.channel.render(alert()))).verdict is Verdict.ACCEPTED
    await proven.channel.close()


async def test_a_version_that_has_run_out_is_told(page: FakeFacebook, sender: Sender) -> None:
    page.version = "v29.0"
    outcome = await sender.send(sender.channel.render(alert()))
    assert outcome.verdict is Verdict.REJECTED and "deprecated version" in outcome.detail


@pytest.mark.parametrize("wrong", [{"version": "24"}, {"page": "morioka"}, {"url": "http://graph.facebook.com"}])
def test_wrong_settings_are_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        Config.model_validate({"page": "1", "token": "hush-hush", **wrong})


def test_a_text_too_long_for_facebook_is_refused_with_its_length() -> None:
    endless = replace(alert().texts["ja"], description="水" * 63_206)
    with pytest.raises(ValueError, match="over the 63206 of Facebook"):
        Facebook(Config(page="1", token=SecretStr("t"))).render(alert(texts={"ja": endless}))
