"""The wall: who may look, what a screen's key opens, and what never stands there."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest

from feeds.records import Report
from feeds.status import Status
from rules.chronology.matter import Content, State
from services.callout import desk as calls
from services.chronology.desk import Fresh, enter
from services.clock import wall as clock
from services.store import alerts, chronology, displays, hazards, records
from services.store.calls import ringing
from services.store.chronology import Entry
from services.store.engine import Store
from services.store.users import Role
from tests.services.chronology.test_chronology_page import sent
from tests.services.making import NOW, alert, hazard, payload
from tests.services.web_floor import floor

pytestmark = pytest.mark.one_engine
SECRET = "ひみつ太郎"


async def a_night(store: Store) -> None:
    said = Content(happened=NOW, words=f"{SECRET}さん宅へ", state=State.OPEN, source=SECRET)
    await enter(store, Fresh(status=Status.ACTUAL, who=SECRET, content=said), NOW)
    real = {"status": Status.ACTUAL}
    bear = hazard(**real, kind="bear", level=3, alert_level=False, headline=f"クマ {SECRET}", source="hub/report/1")
    foreseen = hazard(**real, level=5, observed=False, model="ahead@1", headline="予測")
    lines = [
        Entry(at=NOW, status=Status.ACTUAL, kind="hazard", who=SECRET, text="水位が上がった"),
        Entry(at=NOW, status=Status.EXERCISE, kind="hazard", who="m", text="訓練の水位"),
        Entry(at=NOW, status=Status.ACTUAL, kind="note", who="sato", text=SECRET),
    ]
    draft = alert(status=Status.ACTUAL, series="Actual-x-y")
    seen = Report(gateway="@p", report_id="d", kind="damage", measured_at=NOW, text="x", place="内丸")
    drill = replace(seen, status=Status.EXERCISE)
    async with store.write() as connection:
        await records.save(connection, [drill], NOW)
        await calls.break_glass(connection, key="d", status=Status.EXERCISE, level=4, who="sato", now=NOW)
        await alerts.add_draft(connection, draft, {"log": payload()}, NOW)
        await hazards.replace_picture(connection, {}, [hazard(**real, level=4), bear, foreseen], NOW)
        await chronology.append(connection, lines)


async def test_what_stands_there(store: Store) -> None:
    await a_night(store)
    async with floor(store) as web:
        viewer = await web.person(Role.VIEWER)
        status, told = await viewer.get("/wall/now.json")
        shown = unescape(told["html"])
        assert status == 200 and SECRET not in str(told), "no words of people"
        assert 'data-level="4"' in shown and "↗" in shown, "what is, and what is foreseen to be worse"
        assert (
            "承認待ち</dt><dd>1" in shown and "未対応</dt><dd>1" in shown and alert().texts["ja"].headline not in shown
        )
        assert "通報</dt><dd>0" in shown and "呼び出し</dt><dd>0" in shown, "no drill's"
        assert "水位が上がった" in shown and "訓練の水位" not in shown
        assert told["areas"]["032010001"]["worst"]["level"] == 5
        page = (await viewer.get("/wall"))[1]
        assert "水位が上がった" in page and 'http-equiv="refresh"' in page, "without a script it is a picture of now"
        asked = (await viewer.get("/wall", headers={"Accept-Language": "en"}))[1]
        assert '<html lang="ja"' in asked, "a room's machine may have any browser: only a choice counts"
        await viewer.get("/language/en?next=/wall")
        told_en = (await viewer.get("/wall/now.json"))[1]["html"]
        assert "Highest danger" in told_en and '<span lang="ja">水位が上がった</span>' in told_en and "JST" in told_en
        ground = (await viewer.get("/wall/ground.json"))[1]
        assert ground["kinds"]["city"] == ["03201"] and len(ground["areas"]["features"]) == 3


async def test_a_screen_has_a_key_that_opens_nothing_else(store: Store) -> None:
    async with floor(store) as web:
        stranger, officer = await web.visitor(), await web.person(Role.OPERATOR, "suzuki")
        assert (await stranger.get("/wall/now.json"))[0] == (await stranger.get("/wall/ground.json"))[0] == 401
        async with stranger.http.get("/wall", allow_redirects=False) as answer:
            assert (answer.status, answer.headers["Location"]) == (303, "/login?next=/ops/wall")
        assert (await sent(officer, "/ops/wall", do="begin", name=""))[0] == 400
        async with officer.http.post(
            "/ops/wall", data={"csrf": officer.csrf, "do": "begin", "name": "本部室"}, allow_redirects=False
        ) as answer:
            assert answer.headers["Location"] == "/wall"
            cookie = answer.cookies["shirase_wall"]
        assert cookie["path"] == "/wall" and cookie["httponly"] and cookie["samesite"] == "Strict"
        assert (await officer.get("/wall/now.json"))[0] == 200, "the session is gone, the screen is there"
        async with officer.http.get("/ops", allow_redirects=False) as answer:
            assert answer.status == 401, "nobody stays logged in on a machine in a room"
        assert (await officer.get("/api/v1/chronology"))[0] == 401
        assert (await officer.post("/api/v1/chronology", {"text": "x"}))[0] == 401
        viewer, second = await web.person(Role.VIEWER, "looker"), await web.person(Role.OPERATOR, "tanaka")
        assert "本部室" in (await viewer.get("/ops/wall"))[1] and "外す" not in (await viewer.get("/ops/wall"))[1]
        assert (await sent(viewer, "/ops/wall", do="end", id="1"))[0] == 403
        assert (await sent(second, "/ops/wall", do="end", id="1"))[0] == 303
        assert (await officer.get("/wall/now.json"))[0] == 401, "at once"
        assert (await sent(second, "/ops/wall", do="end", id="1"))[0] == 404


async def test_a_screen_ends_when_nobody_uses_it_and_not_before(store: Store) -> None:
    now = clock()
    async with store.write() as connection:
        await displays.add(connection, "本部室", "hash", "suzuki", now)
        later = now + timedelta(days=29)
        assert await displays.of_token(connection, "hash", later) is not None
        await displays.seen(connection, 1, later)
        assert await displays.of_token(connection, "hash", later + timedelta(days=29)) is not None
        assert await displays.of_token(connection, "hash", later + timedelta(days=30)) is None
        assert await displays.of_token(connection, "other", now) is None


async def test_a_drill_rings_and_waits_apart_from_what_is_real(store: Store) -> None:
    """The desk counts both; the drill's never stand among the real ones, nor the other way round."""
    await a_night(store)
    seen = Report(gateway="@p", report_id="r", kind="damage", measured_at=NOW, text="x", place="内丸")
    async with store.write() as connection:
        await records.save(connection, [replace(seen, status=Status.ACTUAL)], NOW)
        await calls.break_glass(connection, key="r", status=Status.ACTUAL, level=4, who="sato", now=NOW)
    async with store.read() as connection:
        assert await ringing(connection) == {Status.ACTUAL: 1, Status.EXERCISE: 1}
    async with floor(store) as web:
        viewer = await web.person(Role.VIEWER)
        status = (await viewer.get("/api/v1/status"))[1]
        assert (status["reports_waiting"], status["reports_apart"]) == (1, {"Exercise": 1})
