"""X's recent search: what is asked, what it costs, and what happens when X says no."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import insert

from services.store.tables import hazards
from tests.fakes.served import Order
from tests.fakes.x_search import FakeXSearch
from tests.geo.heard.making import NOW
from tests.services.listening.conftest import Desk

pytestmark = pytest.mark.one_engine


async def danger(desk: Desk, level: int = 3) -> None:
    row = {"key": "k", "status": "Actual", "model": "m", "kind": "flood", "area": "uchimaru", "level": level, "at": NOW}
    row |= {"valid_until": NOW + timedelta(hours=6), "current": True, "body": {}}
    async with desk.store.write() as connection:
        await connection.execute(insert(hazards).values(row))


async def test_what_people_say_becomes_leads_once_and_costs_what_was_read(desk: Desk, x: FakeXSearch) -> None:
    listener = desk.x(x)
    number = x.say("盛岡 内丸で道路が冠水してます", NOW - timedelta(minutes=5))
    x.say("盛岡冷麺おいしい、停電した時も", NOW - timedelta(minutes=4))  # given back by X, paid for, and no lead
    x.say("盛岡で冠水", NOW - timedelta(hours=3))  # before we began
    assert await listener.step()
    (lead,) = await desk.leads()
    assert (lead.post, lead.place, lead.link) == (number, "内丸", f"https://x.com/i/web/status/{number}")
    assert "start_time" in x.asked[0] and await desk.reads() == x.reads == 2

    desk.time.passed += 60
    assert not await listener.step() and len(x.asked) == 1, "not before it is time"
    desk.time.passed += 900
    again = desk.x(x)  # another process, after a restart
    assert not await again.step()
    assert x.asked[-1]["since_id"] > number and "start_time" not in x.asked[-1]
    assert len(await desk.leads()) == 1 and await desk.reads() == x.reads == 2
    assert (await desk.source("x")).state == "listening"


async def test_pages_are_read_as_far_as_the_ration_goes(desk: Desk, x: FakeXSearch) -> None:
    for minute in range(150):
        x.say(f"盛岡で停電 {minute}", desk.time.ago(14) + timedelta(seconds=minute), author=str(minute))
    listener = desk.x(x, reads_an_hour=120)
    await listener.step()
    assert [one["max_results"] for one in x.asked] == ["100", "20"]
    assert await desk.reads() == x.reads == 120 and len(await desk.leads()) == 120
    told = await desk.source("x")
    assert told.state == "spent" and "120／120" in told.trouble and told.resumes == NOW + timedelta(hours=1)
    desk.time.passed += 3600
    await listener.step()
    assert (await desk.source("x")).state == "listening"
    assert "since_id" in x.asked[-1] and await desk.reads() == 120, "what was read is not bought again"


async def test_danger_spends_more_and_the_rest_is_kept_for_it(desk: Desk, x: FakeXSearch) -> None:
    listener = desk.x(x, reads_a_month=40, reserve=0.5)
    for minute in range(15):
        x.say("盛岡で停電", desk.time.ago(10) + timedelta(seconds=minute), author=str(minute))
    await listener.step()
    assert await desk.reads() == 15
    desk.time.passed += 901
    await listener.step()
    told = await desk.source("x")
    assert told.state == "spent" and "残り25件は危険なときのため" in told.trouble
    await danger(desk)
    desk.time.passed += 121
    x.say("盛岡の開運橋で冠水", desk.time.ago(1))
    assert await listener.step(), "while there is danger it may"
    assert len(await desk.leads()) == 16
    desk.time.passed += 121
    await listener.step()
    assert len(x.asked) == 3, "and more often"
    for minute in range(30):
        x.say("盛岡で停電", desk.time.ago(1) + timedelta(seconds=minute), author=str(minute))
    for _ in range(4):
        desk.time.passed += 121
        await listener.step()
    assert await desk.reads() <= 40 and (await desk.source("x")).state == "spent", "never more than the month's"


@pytest.mark.parametrize(
    ("order", "state", "words", "wait_s", "charged"),
    [
        (Order(status=401, body={"title": "Unauthorized"}), "refused", "認証の鍵", 3600, 0),
        (Order(status=403, body={"detail": "Your tier has no access"}), "refused", "Your tier has no access", 3600, 0),
        (Order(status=402, body={"title": "CreditsDepleted"}), "refused", "残高", 3600, 0),
        (Order(status=400, body={"detail": "bad query"}), "refused", "bad query", 3600, 0),
        (Order(status=503), "failing", "503", 30, 0),
        (Order(), "failing", "届きません", 30, 100),  # the line is cut: perhaps it was charged
        (Order(status=200, body="{not json"), "failing", "読めません", 30, 100),
        (Order(status=302, headers={"Location": "https://elsewhere.example/"}), "refused", "別の住所", 3600, 0),
    ],
)
async def test_when_x_says_no_it_is_told_and_tried_later(
    desk: Desk, x: FakeXSearch, order: Order, state: str, words: str, wait_s: float, charged: int
) -> None:
    listener = desk.x(x, reads_an_hour=200)
    x.order(*[order] * (1 if order.status else 2))  # a cut line is tried anew at once
    assert not await listener.step()
    told = await desk.source("x")
    assert told.state == state and words in told.trouble and x.bearer not in told.trouble
    assert told.since == NOW and told.resumes == NOW + timedelta(seconds=wait_s)
    assert await desk.reads() == charged
    x.say("盛岡で冠水", NOW + timedelta(minutes=10))
    desk.time.passed += max(wait_s, 900) + 1
    assert await listener.step() and (await desk.source("x")).state == "listening"


async def test_the_providers_limit_is_kept_over_a_restart(desk: Desk, x: FakeXSearch) -> None:
    until = NOW + timedelta(minutes=11)
    x.order(Order(status=429, headers={"x-rate-limit-reset": str(int(until.timestamp()))}))
    await desk.x(x).step()
    told = await desk.source("x")
    assert told.state == "waiting" and told.resumes == until and await desk.reads() == 0
    desk.time.passed += 600
    assert not await desk.x(x).step() and len(x.requests) == 1, "another process does not ask either"
    desk.time.passed += 61
    await desk.x(x).step()
    assert (await desk.source("x")).state == "listening"


async def test_a_process_that_died_while_it_asked_has_counted_too_much_never_too_little(
    desk: Desk, x: FakeXSearch
) -> None:
    listener = desk.x(x, reads_an_hour=60)
    await listener._room(False)  # and then the power went
    assert await desk.reads() == 60
    desk.time.passed += 3600
    await listener.step()
    assert await desk.reads() == 60 and (await desk.source("x")).state == "listening"


async def test_a_short_ration_starves_no_words_for_good(desk: Desk, x: FakeXSearch) -> None:
    listener = desk.x(x, reads_an_hour=10)
    listener.queries = ["(盛岡) (冠水) a", "(盛岡) (停電) b", "(盛岡) (断水) c"]
    for hour in range(4):
        for minute in range(10):
            for word in ("冠水", "停電", "断水"):
                x.say(f"盛岡 {word}", desk.time.ago(10) + timedelta(seconds=minute), author=f"{hour}{minute}")
        await listener.step()
        desk.time.passed += 3600
    asked = [one["query"][-1] for one in x.asked]
    assert set(asked[:3]) == {"a", "b", "c"}, asked


async def test_after_a_long_absence_the_backlog_is_not_bought(desk: Desk, x: FakeXSearch) -> None:
    listener = desk.x(x)
    await listener.step()
    x.say("盛岡で冠水", NOW + timedelta(minutes=1))
    x.say("盛岡で断水", NOW + timedelta(hours=5, minutes=30))
    desk.time.passed += 6 * 3600
    await desk.x(x).step()
    assert "since_id" not in x.asked[-1]
    assert [one.words for one in await desk.leads()] == [("断水",)]
