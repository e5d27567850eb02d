"""The desk's list, one person, the look through the glass, and the page behind a supporter's link."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from feeds.status import Status
from services.configuration.watch import Watching
from services.store import calls, watch_log
from services.store.engine import Store
from services.store.users import Role
from services.watch.desk import Desk
from services.watch.permission import give
from services.watch.register import By
from tests.rules.watch.making import END, ward
from tests.services.making import NOW
from tests.services.watch.scene import TOLD, Hub
from tests.services.watch.test_flow import PRESS, in_force
from tests.services.web_floor import Floor, Visitor, floor, ground

pytestmark = pytest.mark.one_engine
HTML = {"Accept": "text/html"}


@pytest.fixture
async def served(store: Store) -> AsyncIterator[tuple[Hub, Floor]]:
    hub = Hub(store)
    await hub.open()
    async with floor(store, watch=Desk(store, TOLD, ground())) as running:
        yield hub, running


async def welfare(running: Floor) -> Visitor:
    visitor = await running.person(Role.OPERATOR, "sato")
    async with running.store.write() as connection:
        await give(connection, "sato", "admin", END, NOW)
    return visitor


async def looks(hub: Hub, uid: str) -> list[tuple[str, str, str]]:
    async with hub.store.read() as connection:
        assert await watch_log.broken(connection) is None
        return [(one.who, one.what, one.why) for one in await watch_log.of_ward(connection, uid)]


async def form(visitor: Visitor, path: str, **fields: str) -> tuple[int, str]:
    body = {**fields, "csrf": visitor.csrf}
    async with visitor.http.post(path, data=body, headers=HTML, allow_redirects=False) as response:
        return response.status, await response.text()


async def test_a_supporter_answers_by_a_press_alone_and_sees_more_only_then(served: tuple[Hub, Floor]) -> None:
    hub, running = served
    one = await hub.add(ward())
    await in_force(hub.store, 3, hazards=("Actual/flood/flood/032010001/x",))
    await hub.turn()
    phone, link = await running.visitor(), f"/watch?t={hub.link()}"
    for _ in range(2):
        status, text = await phone.get(link, headers=HTML)
        assert status == 200 and "ゆうき" in text and "避難支援に向かう" in text
        assert not any(secret in text for secret in ("山田", "耳が", "内丸1-2-3", "tonari"))
    assert [what for _, what, _ in await looks(hub, one.uid)] == ["registered"], "a scanner answers nothing"
    status, _ = await form(phone, "/watch", t=hub.link(), answer="going")
    assert status == 303
    _, text = await phone.get(link, headers=HTML)
    assert "耳が聞こえにくい" in text and "内丸1-2-3" in text and "あなたの答え" in text
    assert [(who, what) for who, what, _ in await looks(hub, one.uid)][:2] == [
        ("supporter:1", "link"),
        ("supporter:1", "answered:going"),
    ]
    assert (await form(phone, "/watch", t=hub.link(), answer="no"))[0] == 400
    assert (await form(phone, "/watch", t="x" * 43, answer="going"))[0] == 404


async def test_who_has_a_leave_sees_names_and_is_entered_and_nobody_else_does(served: tuple[Hub, Floor]) -> None:
    hub, running = served
    one = await hub.add(ward())
    await in_force(hub.store, 3, hazards=("Actual/flood/flood/032010001/x",))
    await hub.turn()
    desk, admin = await welfare(running), await running.person(Role.ADMIN)
    status, text = await desk.get("/ops/watch", headers=HTML)
    assert status == 200 and "山田ゆうき" in text and "洪水 3～5 m" in text
    assert (await looks(hub, one.uid))[0][:2] == ("sato", "list")
    status, text = await admin.get("/ops/watch", headers=HTML)
    assert status == 200 and "山田" not in text and "ゆうき" not in text and one.uid in text
    assert (await admin.get(f"/ops/watch/{one.uid}"))[0] == 403
    assert len(await looks(hub, one.uid)) == 2, "who saw nothing is not entered"
    status, text = await desk.get(f"/ops/watch/{one.uid}", headers=HTML)
    assert status == 200 and "haha@example.jp" in text and "閲覧記録" in text
    assert (await desk.get("/ops/watch/w-0123456789"))[0] == 404
    [alarm] = await hub.alarms()
    assert (await form(desk, "/ops/watch", alarm=str(alarm.id), answer="done", why="電話で"))[0] == 303
    assert (await form(admin, "/ops/watch", alarm=str(alarm.id), answer="done"))[0] == 403
    _, text = await desk.get("/ops/watch", headers=HTML)
    assert "無事・避難完了" in text and "窓口（sato）" in text


async def test_the_glass_takes_a_reason_and_tells_others(served: tuple[Hub, Floor]) -> None:
    hub, running = served
    one = await hub.add(ward())
    officer = await running.person(Role.APPROVER)
    assert (await form(officer, f"/ops/watch/{one.uid}", why="急ぎ"))[0] == 400
    status, text = await form(officer, f"/ops/watch/{one.uid}", why="夜間の救助で住所が要る")
    assert status == 200 and "山田ゆうき" in text
    assert (await looks(hub, one.uid))[0] == ("the-approver", "glass", "夜間の救助で住所が要る")
    async with hub.store.read() as connection:
        [rung] = await calls.still_open(connection)
    assert rung.event.value == "break_glass" and "山田" not in f"{rung}"
    operator = await running.person(Role.OPERATOR)
    assert (await form(operator, f"/ops/watch/{one.uid}", why="見たいから見るだけ"))[0] == 403


async def test_a_drill_is_marked_on_the_page_of_the_link(served: tuple[Hub, Floor]) -> None:
    hub, running = served
    from tests.rules.watch.making import device

    await hub.add(ward(devices=(device(gateway="drill1"),)))
    await hub.came(PRESS, "hub/v1/drill1/watch/tag1")
    await hub.turn()
    _, text = await (await running.visitor()).get(f"/watch?t={hub.link()}", headers=HTML)
    assert "【訓練】見守り" in text and Status.EXERCISE.value
    assert (await hub.register.export(next(iter(await hub.alarms())).ward, By(who="fukushi", at=NOW)))["signals"]


async def test_without_the_section_there_is_nothing(store: Store) -> None:
    async with floor(store) as running:
        assert (await (await running.person(Role.ADMIN)).get("/ops/watch"))[0] == 404
        assert (await (await running.visitor()).get("/watch?t=x"))[0] == 404
    assert isinstance(TOLD, Watching)
