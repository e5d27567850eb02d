"""Cases of emergency culling in the store of either engine, by the API and the page, and by command."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest

from feeds.status import Status
from rules.culling.case import Act, Case, Condition, Event, Office, Outcome, Plan
from services.cli import run
from services.store import cullings
from services.store.engine import Store
from services.store.users import Role
from tests.services.making import NOW
from tests.services.test_users import MORIOKA
from tests.services.test_writing import CITY
from tests.services.web_floor import Visitor, floor


async def test_every_act_comes_back_as_it_was_written(store: Store) -> None:
    plan = Plan(areas=("032010001", "mesh-594141572"), roads="県道36号", until=NOW + timedelta(hours=1))
    first = Event(act=Act.OPEN, at=NOW, who="sato")
    acts = (
        Event(act=Act.PLAN, at=NOW, who="sato", plan=plan),
        Event(act=Act.TICK, at=NOW, who="suzuki", condition=Condition.SAFE),
        Event(act=Act.ORDER, at=NOW, who="sato", office=Office.DELEGATE),
        Event(act=Act.FINISH, at=NOW, who="sato", outcome=Outcome.LEFT),
        Event(act=Act.CLOSE, at=NOW + timedelta(hours=2), who="sato"),
    )
    async with store.write() as connection:
        case = await cullings.begin(connection, Case(id=0, status=Status.TEST, animal="boar", events=(first,)))
        for one in acts:
            assert [open_.id for open_ in await cullings.still_open(connection, Status.TEST)] == [case.id]
            case = Case(id=case.id, status=case.status, animal="boar", series="s", events=(*case.events, one))
            await cullings.add(connection, case)
    async with store.read() as connection:
        assert await cullings.find(connection, case.id) == case
        assert await cullings.still_open(connection) == []
        assert await cullings.closed(connection, Status.TEST, 5) == [case]
        assert await cullings.closed(connection, Status.ACTUAL, 5) == []
        assert await cullings.told(connection, [case], NOW) == {}


async def planned(officer: Visitor, number: int, version: int, **more: Any) -> tuple[int, Any]:
    until = (NOW + timedelta(hours=1)).isoformat()
    body = {"id": number, "seen": version, "act": "plan", "until": until, "roads": "県道36号", **more}
    return await officer.post("/api/v1/culling/acts", body)


@pytest.mark.one_engine
async def test_the_desk_carries_a_case_by_the_api_and_nobody_else_hears_of_it(store: Store) -> None:
    async with floor(store, city=CITY, ground=CITY.ground) as web:
        boss, hand, stranger = await web.person(Role.APPROVER), await web.person(Role.OPERATOR), await web.visitor()
        assert (await hand.post("/api/v1/culling", {"animal": "bear"}))[0] == 403
        status, case = await boss.post("/api/v1/culling", {"animal": "bear"})
        assert status == 200 and case["version"] == 1
        for wrong, code in (
            ({}, "bad_area"),
            ({"areas": ["x"]}, "bad_area"),
            ({"areas": "032010001"}, "bad_area"),
            ({"around": {"lon": 141.11, "lat": 39.71, "radius_m": 50}}, "bad_radius_m"),
            ({"around": {"lon": 10**400, "lat": 39.71, "radius_m": 300}}, "bad_position"),
            ({"around": {"lon": 135.0, "lat": 39.71, "radius_m": 300}}, "outside"),
            ({"polygon": [[141.1, 39.7], [141.2, 39.8], [141.2, 39.7], [141.1, 39.8]]}, "bad_polygon"),
            ({"polygon": [[141.1, 39.7], [None, 39.8], ["x", {}]]}, "bad_position"),
            ({"areas": ["032010001"], "roads": "x" * 121}, "bad_roads"),
        ):
            refused = await planned(hand, case["id"], 1, **wrong)
            assert (refused[0], refused[1]["error"]) == (400, code), wrong
        drawn = [[141.105, 39.702], [141.118, 39.702], [141.118, 39.715], [141.105, 39.715]]
        assert (await planned(hand, case["id"], 1, polygon=drawn))[0] == 200
        assert (await planned(hand, case["id"], 1, areas=["032010001"]))[1]["error"] == "changed"
        shown = (await hand.get("/api/v1/culling"))[1]["items"][0]
        assert (
            shown["plan"]["areas"][0].startswith("mesh-")
            and shown["stage"] == "nothing"
            and shown["may"] == ["call_off"]
        )
        assert "141.1" not in json.dumps(shown) and "条件" in shown["not_yet"]["warn"]
        page = await hand.get(f"/ops/culling#c-{case['id']}")
        assert page[0] == 200 and "県道36号" in page[1] and 'class="cordon"' in page[1]
        for path in ("/api/v1/culling", f"/api/v1/culling/{case['id']}", "/ops/culling"):
            answer = await stranger.get(path, allow_redirects=False)
            assert answer[0] in {302, 303, 401}, path
        assert (await hand.get("/api/v1/culling/99"))[0] == 404


@pytest.mark.one_engine
async def test_the_page_works_without_any_script(store: Store) -> None:
    async with floor(store, city=CITY, ground=CITY.ground) as web:
        boss = await web.person(Role.APPROVER)
        form = {"csrf": boss.csrf, "act": "open", "animal": "boar", "status": "Exercise"}
        async with boss.http.post("/ops/culling", data=form) as answer:
            assert answer.status == 200 and "訓練" in await answer.text()
        base = {"csrf": boss.csrf, "id": "1", "status": "Exercise"}
        around = {"how": "around", "lon": "141.11", "lat": "39.71", "radius_m": "300", "until": "2026-11-20T20:00"}
        async with boss.http.post("/ops/culling", data={**base, "act": "plan", "seen": "1", **around}) as answer:
            assert answer.status == 200 and "公表する区域" in await answer.text()
        async with boss.http.post("/ops/culling", data={**base, "act": "begin", "seen": "2"}) as answer:
            assert answer.status == 409 and "条件" in await answer.text()


@pytest.mark.one_engine
def test_by_command(tmp_path: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'shirase.db'}"
    monkeypatch.setenv("SHIRASE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("SHIRASE_PROFILE", str(MORIOKA))
    assert run(["culling", "list"]) == 1 and "no_store" in capsys.readouterr().err

    async def fill() -> None:
        filled = await Store.open(url)
        async with filled.write() as connection:
            first = Event(act=Act.OPEN, at=NOW, who="sato")
            await cullings.begin(connection, Case(id=0, status=Status.TEST, animal="boar", events=(first,)))
        await filled.close()

    asyncio.run(fill())
    assert run(["culling", "list"]) == 0
    assert json.loads(capsys.readouterr().out)["stage"] == "nothing"
    assert run(["culling", "show", "1"]) == 0
    assert [json.loads(line).get("act") for line in capsys.readouterr().out.splitlines()] == [None, "open"]
    assert run(["culling", "show", "9"]) == 1
