"""A call on the web: the bar's data, the desk's page, and the link that needs no login and tells nobody anything."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from services.store.engine import Store
from services.store.users import Role
from services.web.callout_link import PATH
from services.web.events import DESK
from tests.services.callout.scene import BASE, NOW, Scene, real, roster
from tests.services.web_floor import Floor, floor

pytestmark = pytest.mark.one_engine


@pytest.fixture
async def scene(store: Store) -> Scene:
    """Sato and Suzuki have just been called because of a draft of level 4."""
    called = Scene(store)
    await called.draft(level=4, **real())
    await called.at(seconds=0)
    return called


@pytest.fixture
async def served(scene: Scene) -> AsyncIterator[Floor]:
    async with floor(scene.store, callout=roster()) as running:
        yield running


def link_of(scene: Scene, person: str) -> str:
    """The link in the message that this person got, as a path."""
    body = next(told.body for name, told in scene.phones.heard if name == person)
    found = re.search(rf"{BASE}({PATH}\?t=\S+)", body)
    assert found
    return found[1]


async def press(served: Floor, link: str) -> tuple[int, str]:
    visitor = await served.visitor()
    headers = {"Accept": "text/html"}
    async with visitor.http.post(PATH, data={"t": link.partition("=")[2]}, headers=headers) as response:
        return response.status, await response.text()


async def test_opening_the_link_takes_nothing_and_shows_nothing_of_anybody(scene: Scene, served: Floor) -> None:
    visitor = await served.visitor()
    status, page = await visitor.get(link_of(scene, "sato"))
    assert status == 200 and "引き受ける" in page and "承認待ちの案があります" in page
    for private in ("佐藤", "鈴木", "河川", "chat.example", "Actual-river"):
        assert private not in page
    assert [call.state for call in await scene.open()] == ["calling"], "scanners of mail open every link"


async def test_the_button_takes_the_call_in_the_name_of_whoever_got_the_message_once(
    scene: Scene, served: Floor
) -> None:
    status, page = await press(served, link_of(scene, "suzuki"))
    assert status == 200 and "あなたが引き受けました" in page
    (call,) = await scene.open()
    assert (call.state, call.acknowledged_by, call.acknowledged_how) == ("acknowledged", "鈴木", "link")
    status, page = await press(served, link_of(scene, "sato"))
    assert "もう引き受けられています" in page and "鈴木" not in page
    assert (await scene.call(1)).acknowledged_by == "鈴木"
    await scene.at(minutes=30)
    assert scene.phones.who == ["sato", "suzuki"]


@pytest.mark.parametrize(
    "token", ["", "x", "A" * 43, "A" * 5000, "' OR 1=1 --", "%00", "%F0%9F%98%80", "../../etc", "1.2.3"]
)
async def test_a_strangers_token_takes_nothing_and_learns_nothing(scene: Scene, served: Floor, token: str) -> None:
    visitor = await served.visitor()
    status, _ = await visitor.get(f"{PATH}?t={token}")
    assert status in (400, 404)
    status, _ = await press(served, f"{PATH}?t={token}")
    assert status in (400, 404)
    assert [call.state for call in await scene.open()] == ["calling"]


async def test_a_changed_or_an_old_token_is_a_strangers(scene: Scene) -> None:
    link = link_of(scene, "sato")
    async with floor(scene.store, callout=roster()) as running:
        assert (await press(running, link[:-1] + ("A" if link[-1] != "A" else "B")))[0] == 404
    async with floor(scene.store, callout=roster(), now=lambda: NOW + timedelta(hours=13)) as running:
        assert (await press(running, link))[0] == 404
    assert [call.state for call in await scene.open()] == ["calling"]


async def test_guessing_is_slowed_down_and_keeps_nobody_from_a_good_link(scene: Scene) -> None:
    link = link_of(scene, "sato")
    async with floor(scene.store, callout=roster()) as running:
        visitor = await running.visitor()
        statuses = [(await visitor.get(f"{PATH}?t=guess{n}"))[0] for n in range(32)]
        assert statuses[0] == 404 and statuses[-1] == 429
        assert (await visitor.get(link))[0] == 200


async def test_the_token_stands_in_no_table(scene: Scene) -> None:
    token = link_of(scene, "sato").partition("=")[2]
    async with scene.store.read() as connection:
        dump = [str(row) for row in await connection.exec_driver_sql("SELECT * FROM call_sends")]
    assert not any(token in row or "chat.example" in row for row in dump)


async def test_the_desk_reads_calls_and_takes_one(scene: Scene, served: Floor) -> None:
    anonymous, viewer = await served.visitor(), await served.person(Role.VIEWER)
    operator = await served.person(Role.OPERATOR, "watanabe")
    assert (await anonymous.get("/api/v1/calls"))[0] == 401
    _, body = await viewer.get("/api/v1/calls")
    (call,) = body["items"]
    assert (call["event"], call["state"], call["urgent"], call["step"]) == ("draft", "calling", True, 1)
    assert [(one["person"], one["state"]) for one in call["sends"]] == [("佐藤", "sent"), ("鈴木", "sent")]
    assert "secret" not in str(body)
    assert (await viewer.post("/api/v1/calls/acknowledge", {"id": 1}))[0] == 403
    for bad, code in (({"id": "1"}, 400), ({"id": True}, 400), ({"id": 99}, 404)):
        assert (await operator.post("/api/v1/calls/acknowledge", bad))[0] == code
    status, taken = await operator.post("/api/v1/calls/acknowledge", {"id": 1})
    assert (status, taken) == (200, {"id": 1, "state": "acknowledged", "acknowledged_by": "watanabe"})
    assert (await operator.post("/api/v1/calls/acknowledge", {"id": 1}))[0] == 409


async def test_the_page_shows_who_was_called_and_its_form_works_without_a_script(scene: Scene, served: Floor) -> None:
    operator = await served.person(Role.OPERATOR, "watanabe")
    _, page = await operator.get("/ops/calls")
    assert all(words in page for words in ("呼び出し中", "佐藤", "night", "いま呼ぶとしたら", "田中"))
    form = {"csrf": operator.csrf, "id": "1"}
    async with operator.http.post("/ops/calls", data=form) as response:
        assert response.status == 200 and "watanabe</strong>が引き受けました（画面）" in await response.text()
    async with operator.http.post("/ops/calls", data={"id": "1"}) as response:
        assert response.status == 403, "without the session's token"


async def test_the_live_stream_says_that_it_rings(scene: Scene, served: Floor) -> None:
    assert "calls" in DESK
    viewer = await served.person(Role.VIEWER)
    async with viewer.http.get("/api/v1/events") as response:
        told = b""
        while b'"ringing"' not in told:
            told += await response.content.readany()
    assert b'"ringing": 1' in told and b'"calls"' in told


async def test_what_we_sent_and_what_the_channel_confirmed_are_told_apart(scene: Scene, served: Floor) -> None:
    await scene.issue("x", **real(series="Actual-other", identifier="Actual-other-1"))
    await scene.deliver("linkage", state="unknown")
    await scene.deliver("cap_feed")
    viewer = await served.person(Role.VIEWER)
    _, body = await viewer.get("/api/v1/deliveries")
    seen: dict[str, Any] = {one["channel"]: (one["sent"]["state"], one["confirmed"]["state"]) for one in body["items"]}
    assert seen == {
        "x": ("never", "nothing"),
        "linkage": ("sent", "no_answer"),
        "cap_feed": ("sent", "accepted"),
    }
