"""The channel ``bluesky`` against a server whose sessions run out and whose records have keys."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from feeds.status import Status
from services.channels.bluesky.channel import Bluesky, Config
from services.channels.bluesky.record import record, record_key, weigh
from services.channels.channel import Verdict
from services.channels.thread.sending import Part
from tests.fakes.bluesky import FakeBluesky
from tests.fakes.served import Order
from tests.services.making import alert
from tests.services.sender import Sender, long_alert

BEGAN = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def part(text: str = "水位", number: int = 1, key: str = "k-1", began: datetime = BEGAN) -> Part:
    return Part(number=number, text=text, language="ja", key=key, began=began, last=True, again=False)


@pytest.fixture
async def server() -> AsyncIterator[FakeBluesky]:
    fake = FakeBluesky()
    await fake.start()
    yield fake
    await fake.stop()


@pytest.fixture
async def sender(server: FakeBluesky) -> AsyncIterator[Sender]:
    account = Config(
        identifier=server.identifier,
        app_password=SecretStr(server.password),
        url=server.url,
        timeout_s=2,
        statuses=frozenset({Status.EXERCISE}),
    )
    channel = Bluesky(account)
    yield Sender(channel)
    await channel.close()


async def test_a_thread_names_its_root_and_its_parent_and_its_languages(server: FakeBluesky, sender: Sender) -> None:
    payload = sender.channel.render(long_alert())
    outcome = await sender.send(payload)
    assert outcome.verdict is Verdict.ACCEPTED
    records = list(server.records.values())
    assert [one["text"] for one in records] == list(payload.parts) and len(records) >= 4
    named = [dict(zip(("uri", "cid"), one.split(), strict=True)) for one in sender.done]
    assert "reply" not in records[0]
    assert [one["reply"]["parent"] for one in records[1:]] == named[:-1]
    assert {one["reply"]["root"]["uri"] for one in records[1:]} == {named[0]["uri"]}
    assert (records[0]["langs"], records[-1]["langs"]) == (["ja"], ["en"])
    assert sorted(server.records) == list(server.records), "keys are in the order of the posts"
    assert server.logins == 1


async def test_an_update_belongs_to_the_conversation_that_the_first_revision_began(
    server: FakeBluesky, sender: Sender
) -> None:
    first = await sender.send(sender.channel.render(alert()))
    answered = first.remote_id
    for number in (2, 3):
        sender.done.clear()
        update = sender.channel.render(alert(revision=number, msg_type="Update"))
        answered = (await sender.send(update, reply_to=answered, key=f"key-{number}")).remote_id
    newest = list(server.records.values())[-1]["reply"]
    assert newest["root"]["uri"] == first.remote_id.split()[0]
    assert newest["parent"]["uri"] not in (first.remote_id.split()[0], answered.split()[0])


async def test_a_post_whose_parent_is_gone_stands_alone(server: FakeBluesky, sender: Sender) -> None:
    first = await sender.send(sender.channel.render(alert()))
    server.delete(first.remote_id.split()[0].rpartition("/")[2])
    sender.done.clear()
    update = sender.channel.render(alert(revision=2, msg_type="Update"))
    assert (await sender.send(update, reply_to=first.remote_id, key="key-2")).verdict is Verdict.ACCEPTED
    (only,) = server.records.values()
    assert "reply" not in only


@pytest.mark.parametrize("lost", [1, 2, 4])
async def test_a_thread_goes_on_behind_the_post_whose_answer_was_lost(
    server: FakeBluesky, sender: Sender, lost: int
) -> None:
    payload = sender.channel.render(long_alert())
    server.lose_next(after=lost - 1)
    assert (await sender.send(payload)).verdict is Verdict.UNKNOWN
    assert len(server.records) == lost
    assert (await sender.again(payload)).verdict in {Verdict.ACCEPTED, Verdict.DUPLICATE}
    assert [one["text"] for one in server.records.values()] == list(payload.parts)


@pytest.mark.parametrize(("wholly", "logins"), [(False, 1), (True, 2)])
async def test_a_session_that_ran_out_is_renewed_and_costs_a_login_only_when_it_must(
    server: FakeBluesky, sender: Sender, wholly: bool, logins: int
) -> None:
    await sender.send(sender.channel.render(alert()))
    server.expire(wholly=wholly)
    sender.done.clear()
    update = sender.channel.render(alert(revision=2, msg_type="Update"))
    assert (await sender.send(update, key="key-2")).verdict is Verdict.ACCEPTED
    assert (len(server.records), server.logins) == (2, logins)


async def test_a_wrong_password_is_told_without_it(server: FakeBluesky, sender: Sender) -> None:
    server.password = "changed-by-somebody"
    outcome = await sender.send(sender.channel.render(alert()))
    assert outcome.verdict is Verdict.REJECTED and "Invalid identifier or password" in outcome.detail
    assert "abcd" not in outcome.detail and not server.records


async def test_when_records_cannot_be_read_nothing_is_written_blindly(server: FakeBluesky, sender: Sender) -> None:
    payload = sender.channel.render(alert())
    server.lose_next()
    await sender.send(payload)
    server.unreadable = True
    blind = await sender.again(payload)
    assert blind.verdict is Verdict.UNKNOWN and "cannot be read now" in blind.detail
    server.unreadable = False
    assert (await sender.again(payload)).verdict is Verdict.DUPLICATE
    assert len(server.records) == 1


async def test_a_limit_names_the_time_when_it_ends(server: FakeBluesky, sender: Sender) -> None:
    server.order(Order(status=429, headers={"RateLimit-Reset": "1795000000"}, body={"error": "RateLimitExceeded"}))
    limited = await sender.send(sender.channel.render(alert()))
    assert (limited.verdict, limited.retry_at) == (Verdict.LATER, datetime.fromtimestamp(1795000000, UTC))


@given(st.text(max_size=60), st.text(max_size=20))
def test_a_links_place_is_counted_in_bytes(before: str, after: str) -> None:
    text = f"{before}\n https://bousai.example.jp/a?b=1#c {after}"
    facets = record(part(text), None)["facets"]
    spans = [(one["index"]["byteStart"], one["index"]["byteEnd"], one["features"][0]["uri"]) for one in facets]
    assert any(uri == "https://bousai.example.jp/a?b=1#c" for *_, uri in spans)
    assert all(text.encode()[start:end].decode() == uri for start, end, uri in spans)


@given(st.integers(0, 10**9), st.integers(1, 99), st.text(min_size=1, max_size=50))
def test_keys_are_the_same_at_every_attempt_and_in_the_order_of_posts(second: int, number: int, key: str) -> None:
    began = BEGAN + timedelta(seconds=second)
    mine = record_key(part(key=key, number=number, began=began))
    assert mine == record_key(part(key=key, number=number, began=began)) and len(mine) == 13
    assert mine < record_key(part(key=key, number=number + 1, began=began))
    assert record(part(key=key, began=began), None) == record(part(key=key, began=began), None)


def test_the_known_key_of_a_known_time() -> None:
    """TIDs of https://atproto.com/specs/tid: thirteen characters, the first of them below k."""
    assert record_key(part(began=datetime(1970, 1, 1, tzinfo=UTC) - timedelta(milliseconds=1)))[:11] == "2" * 11
    assert record_key(part())[0] in "234567abcdefghij"


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=400))
def test_a_text_that_weighs_no_more_than_the_limit_fits_both_limits(text: str) -> None:
    if weigh(text) <= 300:
        assert len(text.encode()) <= 3000
