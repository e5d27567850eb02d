"""The link on a phone, the board and the API: what opening does not do, what a stranger learns, who sees whom."""

from __future__ import annotations

from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest

from services.store.engine import Store
from services.store.users import Role
from tests.rules.muster.making import MORIOKA
from tests.services.muster.scene import TOLD, Scene
from tests.services.web_floor import Floor, floor

pytestmark = pytest.mark.one_engine
CITY: Any = SimpleNamespace(muster=MORIOKA)


@pytest.fixture
async def scene(store: Store) -> Scene:
    made = Scene(store)
    await made.hire()
    await made.quake("5-")
    await made.at(seconds=1)
    return made


@pytest.fixture
async def hub(store: Store) -> AsyncIterator[Floor]:
    async with floor(store, muster=TOLD, city=CITY) as running:
        yield running


async def answer(visitor: Any, token: str, **fields: str) -> tuple[int, str]:
    form = {"t": token, "safety": "safe", "coming": "comes", "minutes": "60", **fields}
    async with visitor.http.post("/muster", data=form) as response:
        return response.status, await response.text()


async def test_opening_a_link_answers_nothing_and_sending_the_form_does(scene: Scene, hub: Floor) -> None:
    phone, token = await hub.visitor(), scene.outside.link("c")
    for _ in range(40):  # a mail scanner, from the address of the whole office
        status, page = await phone.get("/muster", params={"t": token})
        assert status == 200 and "震度5-" in page and "氏名" not in page and "<script" not in page
    assert all(one.answer is None for one in (await scene.board()).people)
    status, page = await answer(phone, token, note="橋が通れない", place="本庁舎")
    assert status == 200 and "受け付けました" in page
    status, page = await answer(phone, token, coming="arrived", minutes="")
    assert status == 200
    (told,) = [one.answer for one in (await scene.board()).people if one.answer]
    assert (told.coming, told.note, told.by) == ("arrived", "", "")
    status, page = await phone.get("/muster", params={"t": token})
    assert "回答があります" in page and "到着済み" in page and "checked" not in page, "only when, never what"


@pytest.mark.parametrize("token", ["", "x", "a" * 43, "a" * 5000, "日本", "%00"])
async def test_a_forged_link_is_nobodys(scene: Scene, hub: Floor, token: str) -> None:
    phone = await hub.visitor()
    for status, page in (await phone.get("/muster", params={"t": token}), await answer(phone, token)):
        assert status in (400, 404) and "氏名" not in page and "震度" not in page
    assert all(one.answer is None for one in (await scene.board()).people)


async def test_who_guesses_is_slowed_and_a_faulty_answer_says_what_to_mend(scene: Scene, hub: Floor) -> None:
    phone, token = await hub.visitor(), scene.outside.link("c")
    status, page = await answer(phone, token, minutes="", note="途中まで")
    assert status == 400 and "到着の見込み" in page and "途中まで" in page
    codes = {(await phone.get("/muster", params={"t": f"guess-{number}"}))[0] for number in range(40)}
    assert codes == {404, 429}
    assert (await phone.get("/muster", params={"t": token}))[0] == 200


async def test_a_link_of_a_muster_that_is_over_takes_nothing(scene: Scene, hub: Floor) -> None:
    phone, token, chief = await hub.visitor(), scene.outside.link("c"), await hub.person(Role.APPROVER)
    body = {"act": "close", "seen": 1, "reason": "落ち着いた", "tell": True}
    assert (await chief.post("/api/v1/musters/1/acts", body))[0] == 200
    assert (await answer(phone, token))[0] == 409
    assert "終わっています" in (await phone.get("/muster", params={"t": token}))[1]


async def test_everybody_of_the_desk_sees_numbers_and_operators_people(scene: Scene, hub: Floor) -> None:
    await scene.answer("c", safety="rescue", note="閉じ込められた")
    looker, operator = await hub.person(Role.VIEWER), await hub.person(Role.OPERATOR)
    for path in ("/ops/muster", "/ops/muster?id=1", "/api/v1/musters"):
        status, told = await looker.get(path)
        assert status == 200 and "閉じ込め" not in str(told) and "氏名c" not in str(told) and "rescue" not in str(told)
    assert (await looker.get("/api/v1/musters/1"))[0] == 403
    status, page = await operator.get("/ops/muster")
    assert status == 200 and "閉じ込められた" in page and "氏名a" in page and "要救助" in page
    status, one = await operator.get("/api/v1/musters/1")
    assert status == 200 and one["counts"]["rescue"] == 1 and len(one["people"]) == 3
    looks = {(look.who, look.what, look.times) for look in (await scene.board()).looks}
    assert looks == {("the-operator", "api", 1), ("the-operator", "page", 1)}
    stranger = await hub.visitor()
    for path in ("/api/v1/musters", "/api/v1/musters/1"):
        assert (await stranger.get(path))[0] == 401


async def test_the_page_narrows_to_a_section_and_takes_an_answer_by_telephone(scene: Scene, hub: Floor) -> None:
    operator = await hub.person(Role.OPERATOR)
    status, page = await operator.get("/ops/muster", params={"bureau": "建設部", "section": "道路管理課"})
    assert status == 200 and "氏名c" in page and "氏名a" not in page
    form = {"csrf": operator.csrf, "person": "c", "safety": "safe", "coming": "cannot", "note": "電話で"}
    async with operator.http.post("/ops/muster/1/answers", data=form, allow_redirects=False) as response:
        assert response.status == 303
    (told,) = [one.answer for one in (await scene.board()).people if one.answer]
    assert (told.by, told.note) == ("the-operator", "電話で")
    for wrong, status in (({"person": "nobody"}, 404), ({"safety": ""}, 400), ({"person": ""}, 400)):
        async with operator.http.post("/ops/muster/1/answers", data={**form, **wrong}) as response:
            assert response.status == status
    async with operator.http.post("/ops/muster", data={"csrf": operator.csrf}) as response:
        assert response.status == 403, "an operator begins none"


async def test_an_approver_begins_widens_and_keeps_a_file(scene: Scene, hub: Floor) -> None:
    chief = await hub.person(Role.APPROVER)
    form = {"csrf": chief.csrf, "status": "Exercise", "family": "by_hand", "title": "総合防災訓練", "reason": "訓練"}
    async with chief.http.post("/ops/muster", data={**form, "ask-1": "", "ask-3": ""}) as response:
        assert response.status == 400 and "だれに" in await response.text()
    async with chief.http.post("/ops/muster", data={**form, "ask-1": "safety", "ask-3": "come"}) as response:
        assert response.status == 200 and "総合防災訓練" in await response.text()
    await scene.answer("a", number=2, note="=cmd()")
    status, file = await chief.get("/ops/muster/2.csv")
    assert (
        status == 200 and "【訓練】職員番号" in file and "氏名a" in file and "氏名b" not in file and "'=cmd()" in file
    )
    async with chief.http.get("/ops/muster/2.xlsx") as response:
        assert response.status == 200 and (await response.read())[:2] == b"PK"
    status, told = await chief.post(
        "/api/v1/musters/1/acts", {"act": "widen", "seen": 1, "reason": "x", "asks": {"3": "come"}}
    )
    assert status == 200 and told["version"] == 2
    assert (await chief.post("/api/v1/musters/1/acts", {"act": "close", "seen": 1, "reason": "x"}))[0] == 409
    _, listed = await chief.get("/api/v1/musters")
    assert {one["status"] for one in listed["items"]} == {"Actual", "Exercise"}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "bad_act"),
        ({"act": "close"}, "bad_seen"),
        ({"act": "close", "seen": 1e300, "reason": "x"}, "bad_seen"),
        ({"act": "close", "seen": 1, "reason": ""}, "bad_reason"),
        ({"act": "close", "seen": 1, "reason": "x", "tell": "yes"}, "bad_tell"),
        ({"act": "widen", "seen": 1, "reason": "x"}, "bad_asks"),
        ({"act": "widen", "seen": 1, "reason": "x", "asks": {"9": "come"}}, "bad_asks"),
        ({"act": "widen", "seen": 1, "reason": "x", "asks": {"1": []}}, "bad_asks"),
        ({"act": "approve", "seen": 1}, "state"),
    ],
)
async def test_what_is_no_deed_is_refused(scene: Scene, hub: Floor, body: dict[str, Any], code: str) -> None:
    chief = await hub.person(Role.APPROVER)
    status, told = await chief.post("/api/v1/musters/1/acts", body)
    assert (status in (400, 409), told["error"]) == (True, code)


async def test_a_hub_without_the_section_says_so(store: Store) -> None:
    async with floor(store) as running:
        chief = await running.person(Role.APPROVER)
        assert "設定されていません" in (await chief.get("/ops/muster"))[1]
        body = {"family": "by_hand", "title": "x", "asks": {"1": "come"}, "reason": "x"}
        assert (await chief.post("/api/v1/musters", body))[0] == 409
        assert (await (await running.visitor()).get("/muster", params={"t": "a" * 43}))[0] == 404
