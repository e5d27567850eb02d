"""Mastodon and Bluesky: streams that are cut, resumed, and that take back what their authors took back."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta

import pytest

from services.listening.stream import StreamListener
from tests.fakes.jetstream import FakeJetstream, us
from tests.fakes.mastodon_stream import FakeMastodonStream
from tests.fakes.served import Order
from tests.geo.heard.making import NOW
from tests.services.listening.conftest import Desk

pytestmark = pytest.mark.one_engine


async def turns(desk: Desk, listener: StreamListener, seconds: float = 20) -> None:
    """Turns until all that came was written: by then it is time to write where to go on from."""
    desk.time.passed += seconds
    for _ in range(4):
        if not await listener.step():
            return


async def test_mastodon_is_heard_and_what_was_missed_is_read(desk: Desk, mastodon: FakeMastodonStream) -> None:
    mastodon.made("盛岡の内丸で冠水", desk.time.ago(5))
    listener = desk.mastodon(mastodon)
    await turns(desk, listener)
    assert [one.place for one in await desk.leads()] == ["内丸"], "the last page of the timeline, at the beginning"
    await mastodon.say("盛岡の開運橋で停電", desk.time.ago(1))
    await mastodon.say("おはよう盛岡", desk.time.ago(1))
    await turns(desk, listener)
    assert {one.place for one in await desk.leads()} == {"内丸", "開運橋"}

    await mastodon.raw(b'event: update\ndata: {"id": "1150000')  # cut in the middle of an event
    await mastodon.cut()
    await turns(desk, listener)
    told = await desk.source("mastodon")
    assert told.state == "failing" and "切れました" in told.trouble
    mastodon.made("盛岡の青山で断水", desk.time.ago(0))
    await turns(desk, listener)
    assert {one.place for one in await desk.leads()} == {"内丸", "開運橋", "青山"}
    assert mastodon.asked[-1] == mastodon.statuses[2]["id"], "from the last post that was heard"
    assert (await desk.source("mastodon")).state == "listening"
    await listener.close()


async def test_after_a_restart_nothing_is_there_twice(desk: Desk, mastodon: FakeMastodonStream) -> None:
    first = desk.mastodon(mastodon)
    await turns(desk, first)
    await mastodon.say("盛岡の内丸で冠水", desk.time.now())
    await turns(desk, first)
    await first.close()
    for n in range(90):
        mastodon.made(f"盛岡で停電 {n}", desk.time.now(), acct=f"p{n}@example.jp")
    second = desk.mastodon(mastodon)
    await turns(desk, second)
    await mastodon.tell("update", json.dumps(mastodon.statuses[0]))  # told once more
    await turns(desk, second)
    found = await desk.leads()
    assert len(found) == len({one.post for one in found}) == 91
    assert len(mastodon.asked) == 1 + 3, "page by page"
    await second.close()


async def test_mastodon_takes_back_what_was_deleted_or_edited(desk: Desk, mastodon: FakeMastodonStream) -> None:
    listener = desk.mastodon(mastodon, tag="盛岡")
    await turns(desk, listener)
    gone = await mastodon.say("#盛岡 の内丸で冠水", desk.time.now())
    edited = await mastodon.say("#盛岡 の開運橋で停電", desk.time.now())
    await turns(desk, listener)
    assert len(await desk.leads()) == 2
    await mastodon.tell("delete", gone)
    whole = next(one for one in mastodon.statuses if one["id"] == edited)
    await mastodon.tell(
        "status.update", json.dumps({**whole, "content": "<p>#盛岡 停電なおった</p>".replace("停電", "電気")})
    )
    await turns(desk, listener)
    assert await desk.leads() == []
    again = await mastodon.say("#盛岡 の内丸で冠水", desk.time.now())
    await mastodon.tell("delete", again)  # before it was written
    await turns(desk, listener)
    assert await desk.leads() == []
    await listener.close()


@pytest.mark.parametrize(
    ("order", "state", "wait_s"),
    [
        (Order(status=401, body={"error": "The access token is invalid"}), "refused", 3600),
        (Order(status=429, headers={"X-RateLimit-Reset": "2026-11-22T03:10:00.000Z"}), "waiting", 580),
        (Order(status=503), "failing", 1),
        (Order(), "failing", 1),
    ],
)
async def test_when_mastodon_says_no(
    desk: Desk, mastodon: FakeMastodonStream, order: Order, state: str, wait_s: float
) -> None:
    listener = desk.mastodon(mastodon)
    mastodon.order(*[order] * (1 if order.status else 2))  # a cut line is tried anew at once
    await turns(desk, listener)
    told = await desk.source("mastodon")
    assert told.state == state and told.trouble and mastodon.token not in told.trouble
    assert told.resumes is not None and (told.resumes - desk.time.now()).total_seconds() >= wait_s
    assert not await listener.step() and len(mastodon.requests) <= 2, "not before it is time"
    desk.time.passed += 3700
    await turns(desk, listener)
    assert (await desk.source("mastodon")).state == "listening"
    await listener.close()


async def test_bluesky_goes_on_where_it_was(desk: Desk, jetstream: FakeJetstream) -> None:
    listener = desk.bluesky(jetstream)
    await jetstream.say("盛岡の内丸で冠水 (前)", desk.time.ago(1))  # before anybody listened
    await turns(desk, listener)
    assert "cursor" not in jetstream.asked[0] and jetstream.asked[0]["wantedCollections"] == "app.bsky.feed.post"
    heard = await jetstream.say("盛岡の開運橋で停電", desk.time.now())
    await jetstream.raw("{not json")
    await jetstream.raw(json.dumps(["nor", "this"]))
    await jetstream.say("今日は寒い", desk.time.now(), did="did:plc:taro")
    await turns(desk, listener)
    assert [one.post for one in await desk.leads()] == [heard]
    last = us(desk.time.now() - timedelta(seconds=20))
    assert (await desk.source("bluesky")).cursor == str(last)

    await jetstream.cut()
    await turns(desk, listener)
    assert (await desk.source("bluesky")).state == "failing"
    missed = await jetstream.say("盛岡の青山で断水", desk.time.now())
    await turns(desk, listener)
    assert jetstream.asked[-1]["cursor"] == str(last - 5_000_000)
    assert [one.post for one in await desk.leads()].count(heard) == 1
    assert {one.post for one in await desk.leads()} == {heard, missed}
    await listener.close()


async def test_bluesky_takes_back_posts_and_people(desk: Desk, jetstream: FakeJetstream) -> None:
    listener = desk.bluesky(jetstream)
    await turns(desk, listener)
    gone = await jetstream.say("盛岡の内丸で冠水", desk.time.now())
    await jetstream.say("盛岡の青山で断水", desk.time.now(), did="did:plc:leaver")
    await jetstream.say("盛岡の青山で停電", desk.time.now(), did="did:plc:leaver")
    stays = await jetstream.say("盛岡の青山で断水", desk.time.now(), did="did:plc:leaver2")
    await turns(desk, listener)
    assert len(await desk.leads()) == 4
    await jetstream.delete(gone, desk.time.now())
    await jetstream.leave("did:plc:leaver", desk.time.now())
    await turns(desk, listener)
    assert [one.post for one in await desk.leads()] == [stays]
    await listener.close()


async def test_a_long_absence_is_not_caught_up_with(desk: Desk, jetstream: FakeJetstream) -> None:
    listener = desk.bluesky(jetstream)
    await turns(desk, listener)
    await jetstream.say("寒い", desk.time.now())
    await turns(desk, listener)
    await listener.close()
    desk.time.passed += 2 * 86_400
    await turns(desk, desk.bluesky(jetstream))
    assert jetstream.asked[-1]["cursor"] == str(us(desk.time.now() - timedelta(hours=3)))


async def test_when_bluesky_says_no(desk: Desk, jetstream: FakeJetstream) -> None:
    listener = desk.bluesky(jetstream)
    jetstream.order(Order(status=429, headers={"Retry-After": "120"}))
    await turns(desk, listener)
    told = await desk.source("bluesky")
    assert told.state == "waiting" and told.resumes is not None
    assert told.resumes - desk.time.now() == timedelta(seconds=120)
    await jetstream.stop()
    desk.time.passed += 121
    await turns(desk, listener)
    assert (await desk.source("bluesky")).state == "failing"


async def test_a_line_on_which_nothing_comes_is_given_up(desk: Desk, jetstream: FakeJetstream) -> None:
    listener = desk.bluesky(jetstream)
    await turns(desk, listener, 0)
    for _ in range(5):
        desk.time.passed += 25
        await listener.step()
    assert "何も届きません" in (await desk.source("bluesky")).trouble
    desk.time.passed += 5
    await listener.step()
    assert len(jetstream.asked) == 2
    await listener.close()


async def test_a_line_that_nobody_read_from_is_opened_anew(desk: Desk, jetstream: FakeJetstream) -> None:
    """Another process had the turn meanwhile."""
    listener = desk.bluesky(jetstream)
    await turns(desk, listener, 0)
    desk.time.passed += 31
    await listener.step()
    await asyncio.sleep(0)
    assert len(jetstream.asked) == 2
    await listener.close()


async def test_posts_with_a_wrong_clock_or_too_old_are_no_leads(desk: Desk, mastodon: FakeMastodonStream) -> None:
    mastodon.made("盛岡で冠水", NOW + timedelta(hours=2))
    mastodon.made("盛岡で冠水", NOW - timedelta(hours=49))
    listener = desk.mastodon(mastodon)
    await turns(desk, listener)
    assert await desk.leads() == []
    await listener.close()
