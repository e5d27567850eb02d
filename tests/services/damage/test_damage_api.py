"""The register by program: who may, what is refused and how, and what a figure is."""

from __future__ import annotations

from typing import Any

import pytest

from services.store.engine import Store
from services.store.users import Role
from tests.services.making import NOW
from tests.services.web_floor import Visitor, floor

pytestmark = pytest.mark.one_engine
RAIN = {"name": "11月20日からの大雨", "began": "2026-11-20T03:00:00+09:00", "place": "市内全域"}
SAID = {
    "certainty": "confirmed",
    "source": "消防",
    "place": "内丸1",
    "area": "内丸",
    "figures": {"flooded_above_buildings": 3, "dead": None, "rice_flooded": 1.25},
}

ODD: list[dict[str, Any]] = [
    {"figures": {"cats": 1}},
    {"figures": []},
    {"figures": {"dead": 1.5}},
    {"figures": {"dead": -1}},
    {"figures": {"dead": True}},
    {"figures": {"dead": 1e300}},
    {"figures": {"dead": "9" * 39}},
    {"figures": {"dead": [1]}},
    {"figures": {"rice_lost": 0.001}},
    {"certainty": []},
    {"certainty": "sure"},
    {"source": ""},
    {"source": "\x00"},
    {"note": "x" * 401},
    {"area": "大通"},
    {"area": 5},
    {"lon": 141.1},
    {"lon": int("9" * 400), "lat": 39.7},
    {"lon": True, "lat": 39.7},
    {"happened": "きのう"},
]


async def begun(officer: Visitor, **more: Any) -> int:
    status, told = await officer.post("/api/v1/damage/disasters", RAIN | more)
    assert status == 200, told
    return int(told["id"])


async def test_a_night_by_program(store: Store) -> None:
    async with floor(store) as running:
        officer, stranger = await running.person(Role.OPERATOR), await running.visitor()
        assert (await officer.get("/api/v1/damage"))[1]["disaster"] is None
        rain = await begun(officer)
        assert (await officer.post("/api/v1/damage/disasters", RAIN))[0] == 409
        status, one = await officer.post("/api/v1/damage", {"disaster": rain, **SAID})
        assert status == 200 and one["figures"] == SAID["figures"] and one["area"] == "032010001", one
        act = {"id": one["id"], "seen": 1, "act": "update", "figures": {"dead": 0, "rice_flooded": ""}}
        status, two = await officer.post("/api/v1/damage/act", act)
        assert two["figures"] == {"flooded_above_buildings": 3, "dead": 0} and two["version"] == 2
        assert (await officer.post("/api/v1/damage/act", act))[1]["error"] == "changed"
        _, board = await officer.get("/api/v1/damage")
        sums = {each["item"]: (each["confirmed"], each["change"]) for each in board["totals"]}
        assert sums == {"dead": (0, 0), "flooded_above_buildings": (3, 3)}
        for path in ("/damage", "/damage/disasters", f"/damage/{one['id']}"):
            assert (await stranger.get(f"/api/v1{path}"))[0] == 401
        closing = {"id": rain, "seen": 1, "closed": True, "outline": "線状降水帯による大雨"}
        status, closed = await officer.post("/api/v1/damage/disasters/act", closing)
        assert closed["ended"] and closed["name"] == RAIN["name"]
        assert (await officer.post("/api/v1/damage", {"disaster": rain, **SAID}))[1]["error"] == "closed"


async def test_odd_records_are_refused_by_name(store: Store) -> None:
    async with floor(store) as running:
        officer = await running.person(Role.OPERATOR)
        rain = await begun(officer)
        for odd in ODD:
            status, told = await officer.post("/api/v1/damage", {"disaster": rain, **SAID, **odd})
            assert status == 400 and told["error"].startswith("bad_") and len(told["message"]) > 5, (odd, told)


async def test_a_hub_that_runs_an_exercise_knows_nothing_real(store: Store) -> None:
    async with floor(store) as real:
        officer = await real.person(Role.OPERATOR)
        rain, drill = await begun(officer), await begun(officer, status="Exercise")
        assert rain != drill, "one name in both worlds"
        assert [one["id"] for one in (await officer.get("/api/v1/damage/disasters"))[1]["items"]] == [rain]
    async with floor(store, exercise=True) as played:
        trainee = await played.person(Role.OPERATOR, "trainee")
        assert (await trainee.get(f"/api/v1/damage?disaster={rain}"))[0] == 404
        assert (await trainee.post("/api/v1/damage", {"disaster": rain, **SAID}))[0] == 404
        assert (await trainee.post("/api/v1/damage/disasters/act", {"id": rain, "seen": 1, "closed": True}))[0] == 404
        assert (await trainee.get("/api/v1/damage"))[1]["disaster"]["id"] == drill
        assert (await trainee.post("/api/v1/damage/disasters", RAIN | {"status": "Actual"}))[0] == 400


async def test_odd_numbers_and_disasters(store: Store) -> None:
    async with floor(store, now=lambda: NOW) as running:
        officer = await running.person(Role.OPERATOR)
        rain = await begun(officer)
        for odd in (
            {"name": ""},
            {"name": "x" * 61},
            {"began": None},
            {"began": "2099-01-01T00:00:00Z"},
            {"status": []},
        ):
            assert (await officer.post("/api/v1/damage/disasters", RAIN | odd))[0] == 400, odd
        for odd in ("x", -1, True, 10**20, None, [], {}):
            assert (await officer.post("/api/v1/damage", {"disaster": odd, **SAID}))[0] == 400, odd
            if odd is not None:
                assert (await officer.post("/api/v1/damage", {"disaster": rain, "report": odd}))[0] == 400, odd
        assert (await officer.post("/api/v1/damage", {"disaster": 99, **SAID}))[0] == 404
        assert (await officer.post("/api/v1/damage/act", {"id": 99, "seen": 1, "act": "update"}))[0] == 404
        assert (await officer.get("/api/v1/damage?disaster=x"))[0] == 400


async def test_the_desks_map_has_what_stands_and_nobody_else_sees_it(store: Store) -> None:
    async with floor(store) as running:
        officer, stranger = await running.person(Role.OPERATOR), await running.visitor()
        rain = await begun(officer)
        await officer.post("/api/v1/damage", {"disaster": rain, **SAID})
        point = {"lon": 141.13, "lat": 39.71, "area": "", "certainty": "unconfirmed"}
        _, two = await officer.post("/api/v1/damage", {"disaster": rain, **SAID, **point})
        assert two["area_name"] == "本町通", "a point tells its district"
        await officer.post("/api/v1/damage", {"disaster": rain, **SAID, "area": ""})
        _, shown = await officer.get("/api/v1/damage/map")
        assert [one["geometry"]["coordinates"] for one in shown["features"]] == [[141.11, 39.71], [141.13, 39.71]]
        await officer.post("/api/v1/damage/act", {"id": 1, "seen": 1, "act": "withdraw", "reason": "double"})
        assert [one["certainty"] for one in await officer.features("/api/v1/damage/map")] == ["unconfirmed"]
        assert (await stranger.get("/api/v1/damage/map"))[0] == 401
        await officer.post("/api/v1/damage/disasters/act", {"id": rain, "seen": 1, "closed": True})
        assert await officer.features("/api/v1/damage/map") == []
