"""The channel ``mastodon`` against a server that answers in HTML and remembers keys for an hour."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr, ValidationError

from feeds.status import Status
from services.channels.channel import Verdict
from services.channels.mastodon import Config, Mastodon, characters, plain
from services.channels.thread.sending import same_text
from tests.fakes.mastodon import FakeMastodon
from tests.fakes.served import Order
from tests.services.making import alert
from tests.services.sender import Sender, long_alert


@pytest.fixture
async def server() -> AsyncIterator[FakeMastodon]:
    fake = FakeMastodon()
    await fake.start()
    yield fake
    await fake.stop()


@pytest.fixture
async def sender(server: FakeMastodon) -> AsyncIterator[Sender]:
    statuses = frozenset({Status.EXERCISE})
    channel = Mastodon(Config(url=server.url, token=SecretStr(server.token), statuses=statuses, timeout_s=2))
    yield Sender(channel)
    await channel.close()


async def test_a_thread_hangs_together_and_only_its_first_post_fills_timelines(
    server: FakeMastodon, sender: Sender
) -> None:
    payload = sender.channel.render(long_alert())
    outcome = await sender.send(payload)
    posts = server.posts
    assert outcome.verdict is Verdict.ACCEPTED and outcome.remote_id == posts[0].id
    assert [post.text for post in posts] == list(payload.parts) and len(posts) >= 3
    assert [post.reply_to for post in posts] == ["", *(post.id for post in posts[:-1])]
    assert [post.visibility for post in posts] == ["public", *["unlisted"] * (len(posts) - 1)]
    assert (posts[0].language, posts[-1].language) == ("ja", "en")
    assert all(characters(part) <= 500 for part in payload.parts)


async def test_a_link_counts_twenty_three_and_stands_in_every_revision() -> None:
    assert characters("a https://bousai.example.jp/" + "x" * 300) == 25
    assert characters("館坂橋") == 3 and characters("👨‍👩‍👧") == 1
    channel = Mastodon(Config(url="https://mastodon.example", token=SecretStr("t")))
    second = channel.render(long_alert(revision=2, msg_type="Update"))
    assert "https://bousai.example.jp/alerts/1" in second.parts[0]


@pytest.mark.parametrize("lost", [1, 2, 3])
@pytest.mark.parametrize("hour_passed", [False, True])
async def test_a_thread_goes_on_behind_the_post_whose_answer_was_lost(
    server: FakeMastodon, sender: Sender, lost: int, hour_passed: bool
) -> None:
    payload = sender.channel.render(long_alert())
    server.lose_next(after=lost - 1)
    assert (await sender.send(payload)).verdict is Verdict.UNKNOWN
    assert len(server.posts) == lost
    if hour_passed:
        server.forget_keys()
    assert (await sender.again(payload)).verdict in {Verdict.ACCEPTED, Verdict.DUPLICATE}
    assert [post.text for post in server.posts] == list(payload.parts)


async def test_when_the_page_cannot_be_read_nothing_is_posted_blindly(server: FakeMastodon, sender: Sender) -> None:
    payload = sender.channel.render(alert())
    server.lose_next()
    await sender.send(payload)
    server.token, right = "another", server.token
    server.forget_keys()
    blind = await sender.again(payload)
    assert blind.verdict is Verdict.UNKNOWN and "cannot be read now" in blind.detail
    server.token = right
    assert (await sender.again(payload)).verdict is Verdict.DUPLICATE
    assert len(server.posts) == 1


async def test_an_older_post_of_the_same_words_is_not_taken_for_this_one(server: FakeMastodon, sender: Sender) -> None:
    payload = sender.channel.render(alert())
    await sender.send(payload)
    server.forget_keys()
    sender.done.clear()
    sender.began = datetime.now(UTC) + timedelta(minutes=10)
    assert (await sender.again(payload)).verdict is Verdict.ACCEPTED
    assert len(server.posts) == 2


async def test_an_update_answers_to_the_earlier_revision_and_stands_alone_when_that_is_gone(
    server: FakeMastodon, sender: Sender
) -> None:
    first = await sender.send(sender.channel.render(alert()))
    sender.done.clear()
    update = sender.channel.render(alert(revision=2, msg_type="Update"))
    await sender.send(update, reply_to=first.remote_id, key="another-key")
    assert server.posts[1].reply_to == first.remote_id
    server.delete(first.remote_id)
    sender.done.clear()
    again = sender.channel.render(alert(revision=3, msg_type="Update"))
    assert (await sender.send(again, reply_to=first.remote_id, key="third-key")).verdict is Verdict.ACCEPTED
    assert server.posts[-1].reply_to == ""


async def test_a_limit_names_the_time_when_it_ends_and_503_is_not_known(server: FakeMastodon, sender: Sender) -> None:
    payload = sender.channel.render(alert())
    ends = datetime(2026, 11, 20, 9, 5, tzinfo=UTC)
    server.order(
        Order(status=429, headers={"X-RateLimit-Reset": "2026-11-20T09:05:00.000000Z"}, body={"error": "Too many"})
    )
    limited = await sender.send(payload)
    assert (limited.verdict, limited.retry_at) == (Verdict.LATER, ends)
    server.order(Order(status=503))
    assert (await sender.send(payload)).verdict is Verdict.UNKNOWN
    server.order(Order(status=200, body={"surprise": 1}))
    assert (await sender.send(payload)).verdict is Verdict.UNKNOWN


async def test_the_servers_own_limit_is_a_setting_and_its_refusal_is_told(server: FakeMastodon, sender: Sender) -> None:
    server.limit = 100
    refused = await sender.send(sender.channel.render(long_alert()))
    assert refused.verdict is Verdict.REJECTED and "character limit of 100" in refused.detail
    roomy = Mastodon(Config(url="https://m.example", token=SecretStr("t"), max_characters=5000))
    assert len(roomy.render(long_alert()).parts) < len(sender.channel.render(long_alert()).parts)


def test_html_is_read_back_as_the_text_that_was_sent() -> None:
    shown = '<p>水位 &lt;2.6 m&gt;<br />次 &amp; 上<br/><a href="u"><span class="invisible">https://</span>a.jp</a></p><p>終</p>'
    assert same_text(plain(shown)) == same_text("水位 <2.6 m>\n次 & 上\nhttps://a.jp\n\n終")


@pytest.mark.parametrize("url", ["http://mastodon.example", "ftp://m.example", "https://user@m.example", "mastodon"])
def test_an_address_that_would_show_the_token_is_refused(url: str) -> None:
    with pytest.raises(ValidationError, match="url"):
        Config(url=url, token=SecretStr("hush-hush"))
