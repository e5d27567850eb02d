"""What was in force, asked of the served hub and by the command."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import shapely

from feeds.status import Status
from geo.area import Area
from geo.layers.layer import Layer, Layers, Zone
from services import cli
from services.store import records
from services.store.engine import Store
from services.store.users import Role
from services.web.api.official_areas import shape_of
from tests.geo.official.telegrams import entry, telegram
from tests.services.making import NOW
from tests.services.web_floor import floor, ground

HOUR = timedelta(hours=1)
RAIN_3, RAIN_4 = entry("heavy_rain", "03", "レベル３大雨警報", 3), entry("heavy_rain", "43", "レベル４大雨危険警報", 4)
SNOW = entry("heavy_snow", "06", "大雪警報", code="0320200", name="宮古市")


async def filled(store: Store) -> None:
    """Level 3 two hours ago, level 4 an hour ago that came half an hour late, snow elsewhere, and a drill."""
    drill = {"status": Status.EXERCISE, "control_status": "訓練"}
    async with store.write() as connection:
        await records.save(connection, [telegram("VPWW55", RAIN_3, at=NOW - 2 * HOUR)], NOW - 2 * HOUR)
        await records.save(connection, [telegram("VPWW60", SNOW, at=NOW - 2 * HOUR)], NOW - 2 * HOUR)
        await records.save(connection, [telegram("VPWW55", RAIN_4, at=NOW - HOUR)], NOW - HOUR / 2)
        await records.save(connection, [telegram("VPWW55", RAIN_4, at=NOW - 2 * HOUR, **drill)], NOW - 2 * HOUR)


async def asked(store: Store, query: str, role: Role | None = None, **web: object) -> list[tuple[str, int | None]]:
    async with floor(store, **web) as running:
        visitor = await running.person(role) if role else await running.visitor()
        status, body = await visitor.get(f"/api/v1/official{query}")
    assert status == 200, body
    return [(one["kind_name"], one["alert_level"]) for one in body["items"]]


FOUR, THREE, DEEP = ("レベル４大雨危険警報", 4), ("レベル３大雨警報", 3), ("大雪警報", None)


async def test_now_at_an_instant_and_as_it_was_known(store: Store) -> None:
    await filled(store)
    assert await asked(store, "") == [FOUR, DEEP]
    assert (
        await asked(store, "?area=0320100")
        == await asked(store, "?area=03201")
        == await asked(store, "?area=city")
        == [FOUR]
    )
    assert await asked(store, "?at=2026-11-20T16:30:00%2B09:00&area=0320100") == [THREE]
    assert await asked(store, "?at=2026-11-20T17:10:00+09:00&area=0320100") == [FOUR], "a bare + is forgiven"
    assert await asked(store, "?at=2026-11-20T08:10:00Z&known=2026-11-20T08:10:00Z&area=0320100") == [THREE]
    assert await asked(store, "?at=2026-11-20T06:00:00Z") == []


async def test_an_answer_names_the_telegram_and_the_hours(store: Store) -> None:
    await filled(store)
    async with floor(store) as running:
        visitor = await running.visitor()
        _, body = await visitor.get("/api/v1/official?limit=1")
        _, rest = await visitor.get(next(link["href"] for link in body["links"] if link["rel"] == "next"))
    (one,), (other,) = body["items"], rest["items"]
    assert (one["since"], one["issued_at"], one["received_at"], one["valid_until"]) == (
        *("2026-11-20T08:00:00Z", "2026-11-20T08:00:00Z", "2026-11-20T08:30:00Z", None),
    )
    assert (one["telegram"], one["office"], one["hazard"]) == ("VPWW55", "盛岡地方気象台", "heavy_rain")
    assert other["kind_name"] == "大雪警報" and one["ref"].startswith("jma/VPWW55|")


async def test_a_drill_is_for_the_desk_and_marked_unless_the_profile_shows_it(store: Store) -> None:
    await filled(store)
    everyone = await asked(store, "?area=0320100")
    staff = await asked(store, "?area=0320100", Role.VIEWER)
    assert len(everyone) == 1 and len(staff) == 2
    assert all("訓練" in name for name, _ in staff if (name, 4) not in everyone)
    assert len(await asked(store, "?area=0320100", public_exercise=True)) == 2


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ("at=3時10分", "bad_at"),
        ("at=2026-11-20T03:10:00", "bad_at"),
        ("at=2026-11-20T18:01:00%2B09:00", "bad_at"),
        ("known=yesterday", "bad_known"),
        ("area=盛岡", "bad_area"),
        ("area=1", "bad_area"),
        ("limit=0", "bad_limit"),
    ],
)
async def test_a_question_that_is_none_is_told_so(store: Store, query: str, error: str) -> None:
    async with floor(store) as running:
        status, body = await (await running.visitor()).get(f"/api/v1/official?{query}")
    assert (status, body["error"]) == (400, error)


def _command(*words: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, list[dict[str, object]], str]:
    code = cli.run(["official", *words])
    told = capsys.readouterr()
    return code, [json.loads(line) for line in told.out.splitlines()], told.err


def test_the_command_reads_the_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SHIRASE_DATA_DIR", str(tmp_path))

    async def fill() -> None:
        store = await Store.open(f"sqlite:///{tmp_path / 'shirase.db'}")
        await filled(store)
        await store.close()

    asyncio.run(fill())
    code, lines, _ = _command("--at", "2026-11-20T16:30:00+09:00", "--area", "0320100", capsys=capsys)
    assert code == 0 and [(line["kind_name"], line["alert_level"]) for line in lines] == [THREE]
    at = ("--at", "2026-11-20T17:10:00+09:00")
    assert [line["alert_level"] for line in _command(*at, capsys=capsys)[1]] == [4, None]
    known = ("--known", "2026-11-20T17:10:00+09:00")
    assert [line["alert_level"] for line in _command(*at, *known, capsys=capsys)[1]] == [3, None]
    drills = _command(*at, "--status", "Exercise", capsys=capsys)[1]
    assert [line["status"] for line in drills] == ["Exercise"]
    code, lines, error = _command("--at", "03:10", capsys=capsys)
    assert (code, lines) == (2, []) and json.loads(error)["error"] == "bad_question"
    assert _command("--area", "盛岡", capsys=capsys)[0] == 2


async def test_the_map_is_told_area_by_area_and_where_it_lies(store: Store) -> None:
    await filled(store)
    async with floor(store) as running:
        _, told = await (await running.visitor()).get("/api/v1/official/areas")
        _, before = await (await running.visitor()).get("/api/v1/official/areas?at=2026-11-20T16:30:00%2B09:00")
        _, desk = await (await running.person(Role.VIEWER)).get("/api/v1/official/areas")
        refused, why = await (await running.visitor()).get("/api/v1/official/areas?at=2026-11-20T18:01:00%2B09:00")
    here, there = told["features"]
    assert (here["id"], here["properties"]["level"]) == ("Actual/0320100", 4)
    assert here["geometry"]["type"] == "Polygon", "the city's own outline"
    assert [one["kind_name"] for one in here["properties"]["warnings"]] == ["レベル４大雨危険警報"]
    assert (there["properties"]["area_name"], there["geometry"]) == ("宮古市", None), "nobody has drawn it"
    assert [one["properties"]["level"] for one in before["features"]] == [3, 0]
    assert {one["id"] for one in desk["features"]} - {one["id"] for one in told["features"]} == {"Exercise/0320100"}
    assert (refused, why["error"]) == (400, "bad_at")


def test_areas_are_found_on_imported_maps_and_around_volcanoes() -> None:
    town, north = shapely.box(141.8, 39.5, 142.0, 39.7), shapely.box(141.8, 39.7, 142.0, 39.9)
    zones = [Zone(town, {"code": "03202", "name": "宮古市"}), Zone(north, {"code": "03202", "name": "宮古市"})]
    closed = Area(code="iwate-2", name="火口周辺", kind="volcano_zone", geometry=shapely.box(141.0, 39.8, 141.1, 39.9))
    known = replace(
        ground(), layers=Layers([Layer("n03", "boundary", zones, "1")]), volcano_zones={("212", 2): [closed]}
    )
    found = shape_of("0320200", known)
    assert found is not None and found.equals(town | north)
    assert shape_of("212", known) == closed.geometry and shape_of("0320300", known) is None
    district = replace(known, forecast_areas=("212",), tsunami_areas=("210",))
    assert shape_of("212", district) == shape_of("03201", district), "the district of earthquakes that holds the city"
    assert shape_of("212", district, "火山名") == closed.geometry, "is no volcano"
    assert shape_of("212", district, "津波予報区") is None, "and no coast"
    assert shape_of("210", district, "津波予報区") == shape_of("03201", district)
