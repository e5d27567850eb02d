"""The snow desk over HTTP: the page and its forms, the API beside it, and the contractor's link."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from urllib.parse import unquote

import pytest

from feeds.records import Fix
from feeds.status import Status
from geo.plow.spells import Doing, Spell
from rules.orders.life import Act, State
from services.configuration.plow import Plow
from services.store import records, spells
from services.store.engine import Store
from services.store.plowed import Vehicle
from services.store.users import Role
from services.web.snow.described import DECISION, ORDER, SECTION
from tests.rules.orders.nights import at, city, rising
from tests.services.making import SetClock
from tests.services.orders.night import MIDNIGHT, Night
from tests.services.web_floor import Floor, Visitor, floor

pytestmark = pytest.mark.one_engine
NOW = MIDNIGHT + timedelta(minutes=10)
PLOW = Plow.model_validate({"contractors": {"kita": {"name": "北建設", "sections": ["sw"], "phone": "019-600-0001"}}})


@asynccontextmanager
async def snowed_in(
    store: Store, status: Status = Status.ACTUAL, clock: SetClock | None = None
) -> AsyncIterator[tuple[Night, Floor]]:
    """Ten centimetres at midnight, looked at, and the desk open ten minutes later."""
    night = Night(store)
    await night.snows(rising(10, 5), MIDNIGHT, status)
    await night.look()
    async with floor(
        store, ground=city(), plow=PLOW, now=(clock or SetClock(NOW)).now, exercise=status is Status.EXERCISE
    ) as running:
        yield night, running


async def form(visitor: Visitor, path: str, **fields: str) -> tuple[int, str]:
    """Send a form as a browser does; status and text of the answer, redirects followed."""
    async with visitor.http.post(path, data={"csrf": visitor.csrf, **fields}) as response:
        return response.status, await response.text()


async def test_the_page_tells_the_rule_and_its_form_orders_once(store: Store) -> None:
    async with snowed_in(store) as (night, running):
        desk = await running.person(Role.APPROVER)
        status, text = await desk.get("/ops/snow")
        assert status == 200 and "除雪の基準に達しました：新雪 10 cm（基準 10 cm）" in text
        assert text.index("sw地区") < text.index("ne地区")  # first what waits
        (order,) = await night.orders()
        number = str(order.id)
        status, text = await form(desk, "/ops/snow", verb="order", order=number, text="バス路線から<b>")
        assert status == 200 and "1件を記録しました" in text and "バス路線から&lt;b&gt;" in text
        status, text = await form(desk, "/ops/snow", verb="order", order=number)
        assert status == 409 and "今の状態" in text
        status, text = await form(
            desk, "/ops/snow", verb="acknowledge", order=number, happened_at="00:05", vehicles="3", text="電話で"
        )
        assert status == 409 and "指示より前" in text  # it was ordered at 00:10
        await form(desk, "/ops/snow", verb="acknowledge", order=number, vehicles="3", text="電話で")
        (order,) = await night.orders()
    assert order.state is State.ACKNOWLEDGED and order.vehicles == 3
    assert [one.act for one in order.events] == [Act.PROPOSE, Act.ORDER, Act.ACKNOWLEDGE]


async def test_a_machine_that_falls_silent_at_work_is_told_until_it_is_heard_of(store: Store) -> None:
    def at_work(minute: int, doing: Doing = Doing.WORK) -> Spell:
        began = int(MIDNIGHT.timestamp()) + 60 * minute
        section = "sw" if doing is Doing.WORK else ""
        return Spell(began=began, ended=began + 60, doing=doing, section=section, administrator="city", metres=200.0)

    gone, home, busy = (Vehicle(Status.ACTUAL, "gw1", name) for name in ("p7", "p8", "p9"))
    clock = SetClock(NOW)
    async with snowed_in(store, clock=clock) as (night, running):
        async with store.write() as connection:
            told = [(gone, at_work(5)), (home, at_work(5)), (home, at_work(6, Doing.YARD)), (busy, at_work(5))]
            await spells.replace(connection, (), frozenset(told))
        desk, later = await running.person(Role.APPROVER), NOW + timedelta(minutes=20)
        clock.at = later
        assert "位置が途切れた" not in (await desk.get("/ops/snow"))[1], "nobody is ordered"
        (order,) = await night.orders()
        clock.at = MIDNIGHT + timedelta(minutes=1)
        await form(desk, "/ops/snow", verb="order", order=str(order.id))
        clock.at = later
        near = Fix(gateway="gw1", vehicle="p9", measured_at=later - timedelta(minutes=1), lon=141.15, lat=39.7)
        async with store.write() as connection:  # the loop has not come to it yet
            await records.save(connection, [near], later)
        _, page = await desk.get("/ops/snow")
        assert "p7（00:06から）</strong>" in page and "p8" not in page
        said = (await desk.get("/api/v1/snow/sections"))[1]["items"]
        assert {one["section"]: len(one["lost"]) for one in said if one["lost"]} == {"sw": 1}


async def test_who_may_only_note_sees_no_button_and_is_refused(store: Store) -> None:
    async with snowed_in(store) as (night, running):
        operator, viewer = await running.person(Role.OPERATOR), await running.person(Role.VIEWER)
        _, text = await operator.get("/ops/snow")
        assert "approver 以上が必要" in text and "指示する</button>" not in text
        (order,) = await night.orders()
        status, text = await form(operator, "/ops/snow", verb="order", order=str(order.id))
        assert status == 409 and "approver 以上" in text
        status, _ = await form(viewer, "/ops/snow", verb="note", order=str(order.id), text="x")
        assert status == 403
        status, _ = await form(await running.visitor(), "/ops/snow", verb="order", order=str(order.id))
        assert status != 200 or [one.state for one in await night.orders()] == [State.PROPOSED]
        assert [one.state for one in await night.orders()] == [State.PROPOSED]


async def test_the_api_tells_what_it_describes_and_checks_what_it_takes(store: Store) -> None:
    async with snowed_in(store) as (_, running):
        desk = await running.person(Role.APPROVER)
        _, body = await desk.get("/api/v1/snow/sections")
        assert body["items"][0]["section"] == "sw" and len(body["items"]) == 4
        for one in body["items"]:
            assert set(one) == set(SECTION)
        _, record = await desk.get("/api/v1/snow/decisions/sw")
        assert set(record["items"][0]) == set(DECISION)
        (order,) = body["items"][0]["orders"]
        assert set(order) == set(ORDER) and order["may"] == ["decline", "note", "order", "stand_by"]
        status, done = await desk.post("/api/v1/snow/orders/act", {"id": order["id"], "act": "order"})
        assert (status, done["state"], set(done)) == (200, "ordered", set(ORDER))
        status, _ = await desk.post(
            "/api/v1/snow/orders/act", {"id": order["id"], "act": "finish", "happened_at": "99"}
        )
        assert status == 400
        for wrong in ({"section": "sw", "kind": "salt"}, {"section": "03201", "kind": "plow"}, {"kind": "plow"}):
            assert (await desk.post("/api/v1/snow/orders", wrong))[0] == 400
        status, extra = await desk.post(
            "/api/v1/snow/orders", {"section": "se", "kind": "hauling", "text": "交差点の雪山"}
        )
        assert (status, extra["state"], extra["rule"]) == (200, "ordered", "")
        status, told = await desk.post("/api/v1/snow/expected", {"cm": 12, "until": "07:00", "source": "気象台"})
        assert (status, told["source"], told["until"]) == (200, "気象台、the-approverが記入", "2027-01-14T22:00:00Z")
        for cm in (900, 10**400, "nan", None):
            assert (await desk.post("/api/v1/snow/expected", {"cm": cm, "until": "07:00"}))[0] == 400


async def test_a_contractor_answers_by_link_and_a_stranger_learns_nothing(store: Store) -> None:
    async with snowed_in(store, Status.EXERCISE) as (night, running):
        desk, phone = await running.person(Role.APPROVER), await running.visitor()
        (order,) = await night.orders()
        await desk.post("/api/v1/snow/orders/act", {"id": order.id, "act": "order", "text": "通学路から"})
        _, text = await form(desk, "/ops/snow", verb="link", order=str(order.id))
        found = re.search(r"/snow-order\?t=([\w-]+)", text)
        assert found
        token = found[1]
        status, text = await phone.get(f"/snow-order?t={token}")
        assert status == 200 and "【訓練】" in text and "通学路から" in text and "019-600" not in text
        assert [one.state for one in await night.orders()] == [State.ORDERED]  # looking at it does nothing
        status, text = await form(phone, "/snow-order", t=token, act="acknowledge", vehicles="4")
        assert status == 200 and "記録しました" in text and "4 台" in text
        await form(phone, "/snow-order", t=token, act="start", happened_at="00:13")  # its clock is a little fast
        status, text = await form(phone, "/snow-order", t=token, act="start")  # pressed twice
        assert status == 200
        for wrong in (
            {"act": "order"},
            {"act": "cancel"},
            {"act": "finish", "happened_at": "25:00"},
            {"act": "refuse", "text": " "},
            {"act": "finish", "vehicles": "-1"},
        ):
            status, text = await form(phone, "/snow-order", t=token, **wrong)
            assert status in {400, 409} and 'role="alert"' in text and "sw地区" in text, "they stay on their order"
        status, text = await form(phone, "/snow-order", t=token, act="finish")
        assert "完了の記録があります" in text
        (order,) = await night.orders()
        assert [one.who for one in order.events[2:]] == ["北建設"] * 3 and order.state is State.FINISHED
        assert order.when(Act.START) == NOW
        for bad in ("", "x" * 43, token + "x", token[:-1]):
            status, text = await phone.get(f"/snow-order?t={bad}")
            assert status == 404 and "sw地区" not in text


async def test_weeks_later_a_caller_is_told_what_was_decided_and_by_whom(store: Store) -> None:
    async with snowed_in(store) as (night, running):
        desk = await running.person(Role.APPROVER)
        (order,) = await night.orders()
        await desk.post("/api/v1/snow/orders/act", {"id": order.id, "act": "order", "text": "通学路から"})
        await form(desk, "/ops/snow", verb="acknowledge", order=str(order.id), vehicles="3")
        await form(desk, "/ops/snow", verb="finish", order=str(order.id))
        await night.look(at("07:10"))  # the finish hour
    async with floor(store, ground=city(), plow=PLOW, now=lambda: NOW + timedelta(days=30)) as running:
        viewer = await running.person(Role.VIEWER)
        assert (await viewer.get("/api/v1/snow/orders"))[1]["items"] == []
        _, told = await viewer.get("/api/v1/snow/orders?day=2027-01-15&section=sw")
        (one,) = told["items"]
        given = next(event for event in one["events"] if event["act"] == "order")
        assert given["who"] == "the-approver" and given["facts"]["have_cm"] == 10.0
        assert given["facts"]["gauges"][0]["name"] == "試験橋" and given["facts"]["expected_cm"] is not None
        assert (await viewer.get("/api/v1/snow/orders?day=2027-01-15&section=ne"))[1]["items"] == []
        _, record = await viewer.get("/api/v1/snow/decisions/sw?day=2027-01-15")
        assert len(record["items"]) == 2, "the first, and that of the finish hour"
        _, page = await viewer.get("/ops/snow/record?section=sw&day=2027-01-15")
        lines = ["基準 10 cm", "除雪 提案", "除雪 指示", "通学路から", "そのときの判断", "除雪 受領", "除雪 作業完了"]
        places = [page.index(line, page.index("lines-title")) for line in lines]
        assert places == sorted(places) and "the-approver" in page and "試験橋：積雪 10 cm" in page
        assert "記録がありません" in (await viewer.get("/ops/snow/record?section=sw&day=2027-02-01&status=Exercise"))[1]
        for odd in ("day=9999-12-31", "day=x", "status=Real"):
            assert (await viewer.get(f"/ops/snow/record?{odd}"))[0] == 400
            assert (await viewer.get(f"/api/v1/snow/orders?{odd}"))[0] == 400


async def test_who_was_slower_is_told_who_was_first_but_a_contractor_learns_no_name(store: Store) -> None:
    async with snowed_in(store) as (night, running):
        first, second = await running.person(Role.APPROVER, "sato"), await running.person(Role.APPROVER, "suzuki")
        phone = await running.visitor()
        (order,) = await night.orders()
        await form(first, "/ops/snow", verb="order", order=str(order.id))
        status, told = await form(second, "/ops/snow", verb="decline", order=str(order.id))
        assert status == 409 and "指示済み、1月15日00:10 sato 指示" in told and "「見送り」はできません" in told
        _, link = await first.post("/api/v1/snow/orders/link", {"id": order.id})
        await form(second, "/ops/snow", verb="cancel", order=str(order.id), text="雪がやんだ")
        token = link["url"].partition("t=")[2]
        status, told = await phone.get(f"/snow-order?t={token}")
        assert status == 200 and "取り消されました" in told and "<button" not in told
        status, told = await form(phone, "/snow-order", t=token, act="start")
        assert status == 200 and "00:10 取消" in told and "suzuki" not in told
        assert [one.state for one in await night.orders()] == [State.CANCELLED]


async def test_a_link_is_marked_as_its_order_is_whatever_the_form_says(store: Store) -> None:
    async with snowed_in(store, Status.EXERCISE) as (night, running):
        desk = await running.person(Role.APPROVER)
        (order,) = await night.orders()
        await desk.post("/api/v1/snow/orders/act", {"id": order.id, "act": "order"})
        _, text = await form(desk, "/ops/snow", verb="link", order=str(order.id), status="Actual")
    (message,) = re.findall(r"sms:\?body=([^\"]+)", text)
    assert unquote(message).startswith("【訓練】")


async def test_the_form_orders_some_classes_beside_those_that_are_ordered(store: Store) -> None:
    async with snowed_in(store) as (night, running):
        desk = await running.person(Role.APPROVER)
        for classes in (["1"], ["2", "3"]):
            fields = [("section", "se"), ("kind", "plow"), ("act", "order"), ("text", "先に"), ("verb", "give")]
            data = [("csrf", desk.csrf), *fields, *(("classes", one) for one in classes)]
            async with desk.http.post("/ops/snow", data=data) as response:
                assert response.status == 200, await response.text()
        given = [one for one in await night.orders() if one.section == "se"]
        assert [one.classes for one in given] == [(1,), (2, 3)]
        status, text = await form(desk, "/ops/snow", verb="give", section="se", kind="plow", text="全部")
        assert status == 409 and "道路区分 1" in text
        status, _ = await form(desk, "/ops/snow", verb="give", section="se", kind="plow", text="x", classes="9")
        assert status == 400
