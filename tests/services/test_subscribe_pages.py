"""/subscribe as residents and their mail programs use it: forms without scripts, one answer for everybody."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from services.clock import wall
from services.desks.subscriptions import Offer, Subscriptions
from services.residents.address import PushAddress
from services.residents.seal import Purpose, Seal
from services.residents.wish import Wish
from services.residents.words import word
from services.store import subscribers
from services.store.engine import Store
from services.store.subscribers import Membership, Subscriber
from services.store.tables import chronology
from services.store.tables_subscribers import subscribers as rows
from tests.services.test_subscriptions import KEYS
from tests.services.web_floor import Floor, floor

FORM = {"address": "taro@example.jp", "language": "vi", "least": "3", "topic": ["water", "snow"],
        "district": "032010001", "digest": "1"}  # fmt: skip
WISH = Wish(districts=("032010001",), topics=("water", "snow"), least=3, language="vi", digest=True)
SERVICES = ("push.example",)
sqlite = pytest.mark.parametrize("store", ["sqlite"], indirect=True)
pytestmark = sqlite


@pytest.fixture
async def offered(store: Store) -> AsyncIterator[tuple[Floor, Subscriptions]]:
    desk = Subscriptions(store, Seal(SecretStr("x" * 40)), ["032010001", "032010002"])
    offer = Offer(desk=desk, mail_from="alerts@city.example", push_key="BEl6", push_services=SERVICES, per_client=12)
    async with floor(store, subscriptions=offer) as running:
        yield running, desk


async def everyone(store: Store) -> list[Subscriber]:
    async with store.read() as connection:
        return [subscribers.subscriber_of(row) for row in (await connection.execute(select(rows))).mappings()]


async def test_from_the_form_to_the_last_link_without_a_script(offered: tuple[Floor, Subscriptions]) -> None:
    running, desk = offered
    anyone = await running.visitor()
    status, page = await anyone.get("/subscribe?lang=vi")
    assert status == 200 and "Địa chỉ email" in page and "メール" not in page and "<script>" not in page
    async with anyone.http.post("/subscribe", data=FORM) as answer:
        first = await answer.text()
        assert answer.status == 200 and word("asked_title", "vi") in first and "taro" not in first
    (one,) = await everyone(running.store)
    assert (one.state, one.asked) == (Membership.ASKED, WISH)
    link = f"/subscribe/confirm?t={desk.confirmation(one)}"
    for _ in range(2):
        assert word("confirm_title", "vi") in (await anyone.get(link))[1]
    assert (await everyone(running.store))[0].state is Membership.ASKED, "looking at a link confirms nothing"
    async with anyone.http.post(link) as answer:
        assert word("confirmed_title", "vi") in await answer.text()
    assert (await anyone.get(link))[0] == 404
    async with anyone.http.post("/subscribe", data=FORM) as answer:
        assert await answer.text() == first, "who is known is not told to whoever asks"
    async with running.store.read() as connection:
        assert (await connection.execute(select(chronology))).all() == []


async def test_wishes_are_changed_and_left_by_links_from_a_mail(offered: tuple[Floor, Subscriptions]) -> None:
    running, desk = offered
    anyone = await running.visitor()
    await desk.ask("taro@example.jp", WISH)
    one = await desk.confirm(desk.confirmation((await everyone(running.store))[0]))
    assert one
    mine = f"/subscribe/mine?t={desk.seal.mine(one.uid, wall())}"
    page = (await anyone.get(mine))[1]
    assert re.search(r'value="3" checked', page) and re.search(r'value="snow" checked', page) and "taro" not in page
    async with anyone.http.post(mine, data={"least": "4", "language": "en"}) as answer:
        assert word("saved_title", "en") in await answer.text()
    async with anyone.http.post(f"{mine}&lang=ja", data={"least": "4", "language": "en"}) as answer:
        assert word("saved_title", "ja") in await answer.text(), "the page goes on in the language it is read in"
    assert (await everyone(running.store))[0].wish == Wish(least=4, language="en")
    leave = f"/subscribe/leave?t={desk.seal.token(Purpose.LEAVE, one.uid)}"
    assert word("leave_title", "en") in (await anyone.get(leave))[1] and len(await everyone(running.store)) == 1
    async with anyone.http.post(leave, data={"List-Unsubscribe": "One-Click"}) as answer:
        assert answer.status == 200
    assert await everyone(running.store) == []
    assert "やめました" in (await anyone.get(leave))[1]
    assert (await anyone.get(mine))[0] == 404


async def test_a_browser_is_registered_and_forgotten(offered: tuple[Floor, Subscriptions]) -> None:
    running, _ = offered
    anyone = await running.visitor()
    wish = {"districts": [], "topics": ["snow"], "least": 1, "language": "ja"}
    told = {"subscription": {"endpoint": "https://push.example/a", "keys": KEYS, "expirationTime": None}, "wish": wish}
    assert await anyone.post("/subscribe/push", told) == (200, {"subscribed": True})
    assert [(one.channel, one.wish) for one in await everyone(running.store)] == [("push", Wish(topics=("snow",)))]
    assert (await anyone.post("/subscribe/push/leave", {"endpoint": "https://push.example/b"}))[0] == 200
    assert len(await everyone(running.store)) == 1
    assert (await anyone.post("/subscribe/push/leave", {"endpoint": "https://push.example/a"}))[0] == 200
    assert await everyone(running.store) == []
    status, worker = await anyone.get("/push-worker.js")
    assert status == 200 and "showNotification" in worker
    assert (await anyone.get("/manifest.webmanifest"))[0] == 200
    assert (await anyone.post("/subscribe/push/leave", {"endpoint": "\ud800"}))[0] == 400


async def test_what_nobody_means_well_with_is_refused(offered: tuple[Floor, Subscriptions]) -> None:
    running, _ = offered
    anyone = await running.visitor()
    good = {"districts": [], "topics": [], "least": 1, "language": "ja"}
    away = {"endpoint": "https://evil.example/a", "keys": KEYS}
    known = {**away, "endpoint": "https://push.example/a"}
    wrong = [
        *([], {}, {"subscription": away, "wish": good}, {"subscription": 1, "wish": good}),
        {"subscription": known, "wish": {**good, "least": 2}},
        {"subscription": known, "wish": {**good, "topics": [{}]}},
    ]
    for body in wrong:
        assert (await anyone.post("/subscribe/push", body))[0] == 400, body
    async with anyone.http.post("/subscribe/push", data={"endpoint": "x"}) as answer:
        assert answer.status == 400, "a form of another site"
    async with anyone.http.post("/subscribe", data={**FORM, "address": '"><script>@x'}) as answer:
        page = await answer.text()
        assert answer.status == 400 and word("bad_address", "vi") in page and "><script>@" not in page
    async with anyone.http.post("/subscribe", data={**FORM, "district": "atlantis"}) as answer:
        assert answer.status == 400
    assert await everyone(running.store) == []
    for path in ("confirm", "mine", "leave"):
        assert (await anyone.get(f"/subscribe/{path}?t=x"))[0] == 404
        assert (await anyone.get(f"/subscribe/{path}"))[0] == 404


async def test_whoever_asks_without_end_waits(offered: tuple[Floor, Subscriptions]) -> None:
    running, _ = offered
    anyone = await running.visitor()
    for n in range(12):
        async with anyone.http.post("/subscribe", data={**FORM, "address": f"a{n}@example.jp"}) as answer:
            assert answer.status == 200
    async with anyone.http.post("/subscribe", data=FORM) as answer:
        assert answer.status == 429 and int(answer.headers["Retry-After"]) <= timedelta(minutes=10).total_seconds() + 1
    assert len(await everyone(running.store)) == 12


async def test_browsers_are_taken_up_to_a_number_a_day_and_in_all_and_are_told(store: Store) -> None:
    desk = Subscriptions(store, Seal(SecretStr("x" * 40)), ["032010001"], most=3)
    offer = Offer(desk=desk, mail_from="a@city.example", push_key="BEl6", push_services=SERVICES, per_client_a_day=2)
    wish = {"districts": [], "topics": [], "least": 1, "language": "ja"}

    def browser(n: int) -> dict[str, Any]:
        return {"subscription": {"endpoint": f"https://push.example/{n}", "keys": KEYS}, "wish": wish}

    async with floor(store, subscriptions=offer) as running:
        anyone = await running.visitor()
        assert [(await anyone.post("/subscribe/push", browser(n)))[0] for n in (1, 2, 3, 1)] == [200, 200, 429, 200]
        for n in (3, 4):
            await desk.ask(f"p{n}@example.jp", WISH)
        await desk.register(PushAddress("https://push.example/3", **KEYS), Wish())
    async with floor(store, subscriptions=offer) as another_day:
        anyone = await another_day.visitor()
        status, body = await anyone.post("/subscribe/push", browser(4))
        assert (status, body["error"]) == (503, "full") and "上限" in body["message"]
        assert (await anyone.post("/subscribe/push", browser(1)))[0] == 200, "who is there may change"
        async with anyone.http.post("/subscribe", data=FORM) as answer:
            assert answer.status == 200
        async with anyone.http.post("/subscribe", data={**FORM, "address": "p3@example.jp"}) as answer:
            assert answer.status == 503, "the same for who is known: nobody learns who is"


async def test_a_hub_without_subscribers_offers_nothing(store: Store) -> None:
    async with floor(store) as running:
        anyone = await running.visitor()
        assert (await anyone.get("/subscribe"))[0] == 404
        assert "/subscribe" not in (await anyone.get("/"))[1]
