"""Letters and digests: what a subscription makes us write, and what was minor, gathered at fixed hours."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from pydantic import SecretStr

from feeds.status import Status
from services.desks.subscriptions import Subscriptions
from services.residents.digest import Digest, Post
from services.residents.letters import Letters
from services.residents.seal import Seal
from services.residents.wish import Wish
from services.store import subscribers
from services.store.engine import Store
from services.store.subscribers import Membership
from services.store.tables_subscribers import letters
from tests.fakes.smtp import Order
from tests.services.making import NOW, SetClock
from tests.services.test_channel_mail import text_of
from tests.services.test_fanout import SEAL, City, actual, city  # noqa: F401 - a fixture
from tests.services.web_floor import ground

pytestmark = pytest.mark.parametrize("store", ["sqlite"], indirect=True)
GATHERING = Wish(digest=True)
HOURS = (time(7, 30), time(17, 30))


@pytest.fixture
async def desk(store: Store) -> Subscriptions:
    return Subscriptions(store, SEAL, [area.code for area in ground().areas.of_kind("district")])


@pytest.fixture
async def writer(city: City, desk: Subscriptions) -> AsyncIterator[Letters]:  # noqa: F811
    yield Letters(city.store, desk, city.channel, "https://city.example/", "")


async def test_the_link_in_a_letter_confirms(city: City, desk: Subscriptions, writer: Letters) -> None:  # noqa: F811
    await desk.ask("taro@example.jp", Wish(language="en"))
    assert await writer.step() and not await writer.step()
    (letter,) = city.smtp.box("taro@example.jp")
    assert letter["Subject"] == "Please confirm your subscription"
    assert letter["List-Unsubscribe"] is None and letter["Auto-Submitted"] == "auto-generated"
    text = text_of(letter)
    assert "お知らせの登録" in text
    found = re.search(r"https://city\.example/subscribe/confirm\?t=(\S+)", text)
    assert found
    one = await desk.confirm(found[1])
    assert one and (one.state, one.wish.language) == (Membership.CONFIRMED, "en")


async def test_a_letter_comes_back_until_it_is_out_and_is_the_same_then(
    city: City,  # noqa: F811
    desk: Subscriptions,
    writer: Letters,
) -> None:
    await desk.ask("taro@example.jp", Wish())
    for order in (Order(at="rcpt", reply="450 4.2.0 later"), Order(stored=True, cut=True), None):
        if order:
            city.smtp.order(order)
        assert await writer.step() and not await writer.step()
        async with city.store.write() as connection:
            await connection.execute(letters.update().values(next_at=NOW - timedelta(days=900)))
    assert not await writer.step()
    assert len(city.smtp.taken) == 2 and len(city.smtp.box("taro@example.jp")) == 1


async def test_a_letter_waits_longer_each_time_and_a_closed_server_is_asked_once(
    city: City,  # noqa: F811
    desk: Subscriptions,
    writer: Letters,
) -> None:
    async def pauses() -> list[float]:
        async with city.store.write() as connection:
            rows = (await connection.execute(letters.select())).all()
            await connection.execute(letters.update().values(next_at=NOW - timedelta(days=900)))
        return sorted((row.next_at - datetime.now(UTC)).total_seconds() / 60 for row in rows)

    await desk.ask("taro@example.jp", Wish())
    for minutes in (2, 4, 8, 16, 32, 60, 60):
        city.smtp.order(Order(at="rcpt", reply="451 4.7.1 later"))
        assert await writer.step()
        assert await pauses() == [pytest.approx(minutes, abs=0.2)]
    await desk.ask("hanako@example.jp", Wish())
    city.smtp.order(Order(at="mail", reply="421 4.3.2 closing"))
    assert await writer.step() and city.smtp.taken == []
    assert await pauses() == [pytest.approx(2, abs=0.2), pytest.approx(60, abs=0.2)]
    assert await writer.step() and len(city.smtp.taken) == 2


async def test_a_letter_to_nobody_is_dropped(city: City, desk: Subscriptions, writer: Letters) -> None:  # noqa: F811
    city.smtp.refused["taro@example.jp"] = "550 5.1.1 unknown"
    await desk.ask("taro@example.jp", Wish())
    assert await writer.step()
    async with city.store.read() as connection:
        assert (await connection.execute(letters.select())).all() == []


def gatherer(city: City, at: SetClock) -> Digest:  # noqa: F811
    post = Post(mail=city.channel, seal=SEAL, base_url="https://city.example")
    return Digest(city.store, post, HOURS, city.clock.now, at.now)


async def gather(digest: Digest) -> None:
    while await digest.step():
        pass


async def test_what_is_minor_is_gathered_and_what_is_grave_is_not(city: City) -> None:  # noqa: F811
    await city.people(2, GATHERING)
    await city.people(1, first=3)
    await city.issue(actual(level=1, levels=(1,), series="Actual-a"))
    await city.issue(actual(level=2, levels=(2,), series="Actual-b"))
    await city.issue(actual(level=3, levels=(3,), series="Actual-c"))
    await city.work()
    assert [len(city.smtp.box(f"p{n}@example.jp")) for n in (1, 2, 3)] == [1, 1, 3]
    later = SetClock(datetime.now(UTC) + timedelta(days=1))
    await gather(gatherer(city, later))
    _, digest = city.smtp.box("p1@example.jp")
    assert digest["Subject"] == "お知らせのまとめ (2)" and digest["List-Unsubscribe"]
    text = text_of(digest)
    assert text.count("■ 北上川の水位") == 2 and "川に近づかないでください。" in text
    await gather(gatherer(city, later))
    await gather(gatherer(city, SetClock(later.at + timedelta(days=1))))
    assert len(city.smtp.taken) == 7, "nothing twice"


async def test_what_ran_out_before_its_digest_is_not_told_and_its_end_is(city: City) -> None:  # noqa: F811
    await city.people(1, GATHERING)
    await city.issue(actual(level=2, levels=(2,), series="Actual-stale"))
    await city.issue(actual(level=2, levels=(2,), series="Actual-holds", expires=NOW + timedelta(days=2)))
    await city.work()
    city.clock.at = NOW + timedelta(hours=12)
    await gather(gatherer(city, SetClock(datetime.now(UTC) + timedelta(days=1))))
    (digest,) = city.smtp.box("p1@example.jp")
    assert digest["Subject"] == "お知らせのまとめ (1)" and text_of(digest).count("■") == 1
    await city.issue(actual(level=0, revision=2, msg_type="Update", ends=True, series="Actual-stale"))
    await city.work()
    await gather(gatherer(city, SetClock(datetime.now(UTC) + timedelta(days=2))))
    assert len(city.smtp.taken) == 1, "nobody hears the end of what they never heard of"


async def test_of_a_series_the_newest_stands_there_and_its_end_is_told(city: City) -> None:  # noqa: F811
    await city.people(1, GATHERING)
    await city.issue(actual(level=2, levels=(2,)))
    await city.work()
    await city.issue(actual(level=0, revision=2, msg_type="Update", ends=True))
    await city.work()
    assert city.smtp.taken == []
    await gather(gatherer(city, SetClock(datetime.now(UTC) + timedelta(days=1))))
    (digest,) = city.smtp.box("p1@example.jp")
    text = text_of(digest)
    assert digest["Subject"] == "お知らせのまとめ (1)" and text.count("■") == 1 and "■ （終了）【解除】" in text


async def test_a_digest_that_did_not_go_waits_and_a_doubtful_one_is_the_same_mail(city: City) -> None:  # noqa: F811
    await city.people(1, GATHERING)
    await city.issue(actual(level=2, levels=(2,)))
    await city.work()
    at = SetClock(datetime.now(UTC) + timedelta(days=1))
    for order in (Order(reply="451 4.3.0 later"), Order(stored=True, cut=True), None):
        if order:
            city.smtp.order(order)
        await gather(gatherer(city, at))
        at.at += timedelta(days=1)
    assert len(city.smtp.taken) == 2 and len(city.smtp.box("p1@example.jp")) == 1


async def test_drills_and_real_things_never_share_a_digest(city: City) -> None:  # noqa: F811
    city.restart(statuses=["Actual", "Exercise"])
    await city.people(1, GATHERING)
    await city.issue(actual(level=2, levels=(2,)))
    await city.issue(replace(actual(level=2, levels=(2,), series="Exercise-x"), status=Status.EXERCISE))
    await city.work()
    await gather(gatherer(city, SetClock(datetime.now(UTC) + timedelta(days=1))))
    subjects = sorted(str(mail["Subject"]) for mail in city.smtp.mails)
    assert subjects == ["【訓練】お知らせのまとめ (1)", "お知らせのまとめ (1)"]
    (drill,) = [mail for mail in city.smtp.mails if "訓練" in str(mail["Subject"])]
    assert text_of(drill).startswith("【訓練】") and text_of(drill).split("\n\n--")[0].endswith("【訓練】")


async def test_a_wrong_address_found_by_a_digest_is_suspended(city: City) -> None:  # noqa: F811
    await city.people(1, GATHERING)
    await city.issue(actual(level=2, levels=(2,)))
    await city.work()
    city.smtp.refused["p1@example.jp"] = "550 5.1.1 unknown"
    await gather(gatherer(city, SetClock(datetime.now(UTC) + timedelta(days=1))))
    async with city.store.read() as connection:
        assert await subscribers.counts(connection) == {("mail", "suspended"): 1}


async def test_under_another_key_nothing_is_sent_and_nothing_stops(city: City) -> None:  # noqa: F811
    await city.people(1, GATHERING)
    await city.issue(actual(level=2, levels=(2,)))
    await city.work()
    other = Seal(SecretStr("z" * 40))
    post = Post(mail=city.channel, seal=other, base_url="https://city.example")
    at = SetClock(datetime.now(UTC) + timedelta(days=1))
    await gather(Digest(city.store, post, HOURS, city.clock.now, at.now))
    desk = Subscriptions(city.store, SEAL, [])
    await desk.ask("taro@example.jp", Wish())
    writer = Letters(city.store, Subscriptions(city.store, other, []), city.channel, "https://city.example")
    assert await writer.step() and not await writer.step()
    assert city.smtp.taken == []
