"""The base map as it is served: which one, exchanged while the hub runs, and asked for by anybody."""

from __future__ import annotations

import gzip
import json
import shutil
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from multidict import CIMultiDictProxy

from geo.basemap.tiles import TilesError
from services.basemap import BUILT, PLAIN, Basemap, folder, make_plain, shown
from services.cli import run
from services.store.engine import Store
from tests.geo.basemap.making import STATION, built, pbf, tile_at
from tests.services.making import NOW
from tests.services.web_floor import Floor, floor

pytestmark = pytest.mark.one_engine

PROFILE = Path("config/morioka")
LANDMARK = tile_at(141.1365, 39.7017, 15)  # 盛岡駅 of the profile


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("town")
    return built(pbf(made), made)[0]


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("drawn")
    make_plain(PROFILE, made, NOW)
    return made


@pytest.fixture
def plain(drawn: Path, tmp_path: Path) -> Path:
    """A data folder in which the plain map lies already."""
    shutil.copytree(folder(drawn), folder(tmp_path))
    return tmp_path


async def ask(running: Floor, path: str, **headers: str) -> tuple[int, CIMultiDictProxy[str], bytes]:
    async with (
        aiohttp.ClientSession(auto_decompress=False) as http,
        http.get(f"{running.url}{path}", headers=headers) as response,
    ):
        return response.status, response.headers, await response.read()


async def about(running: Floor) -> dict[str, Any]:
    status, headers, body = await ask(running, "/tiles/about.json", **{"Accept-Encoding": "identity"})
    assert status == 200 and "no-store" not in headers["Cache-Control"]
    found: dict[str, Any] = json.loads(body)
    return found


def address(found: dict[str, Any], z: int, x: int, y: int) -> str:
    return str(found["tiles"]).format(z=z, x=x, y=y)


async def test_the_plain_map_is_there_from_the_first_look(store: Store, tmp_path: Path) -> None:
    async with floor(store, basemap=Basemap(PROFILE, tmp_path)) as running:
        found = await about(running)
        assert found["plain"] and (found["min_zoom"], found["max_zoom"]) == (8, 15)
        assert any("国土数値情報" in one for one in found["credits"]) and any("見本" in one for one in found["credits"])
        status, headers, body = await ask(running, address(found, *LANDMARK), **{"Accept-Encoding": "gzip"})
        assert (status, headers["Content-Encoding"]) == (200, "gzip")
        assert "immutable" in headers["Cache-Control"] and "盛岡駅".encode() in gzip.decompress(body)
        assert (folder(tmp_path) / PLAIN).exists()


async def test_a_tile_is_told_as_the_asker_can_take_it(store: Store, plain: Path) -> None:
    async with floor(store, basemap=Basemap(PROFILE, plain)) as running:
        found = await about(running)
        here = address(found, *LANDMARK)
        _, headers, plain = await ask(running, here, **{"Accept-Encoding": "identity"})
        assert "Content-Encoding" not in headers and "盛岡駅".encode() in plain
        assert headers["Content-Type"] == "application/vnd.mapbox-vector-tile"
        status, again, body = await ask(running, here, **{"If-None-Match": headers["ETag"]})
        assert (status, body, again["ETag"]) == (304, b"", headers["ETag"])
        bare, *_ = here.partition("?")
        assert "no-cache" in (await ask(running, bare))[1]["Cache-Control"]  # without the mark it may be another map


async def test_only_tiles_can_be_asked_for(store: Store, plain: Path) -> None:
    nothing = ["15/0/0", "3/1/1", "30/1/1"]  # the sea, and zooms that no file has
    no_tile = ["31/1/1", "8/256/0", "8/0/256", "99/0/0", "15/12345678/1", "-1/0/0", "8/a/0", "8/１/0", "8/1/0/../../x"]
    async with floor(store, basemap=Basemap(PROFILE, plain)) as running:
        for path in nothing:
            assert (await ask(running, f"/tiles/{path}"))[0] == 204, path
        for path in no_tile:
            assert (await ask(running, f"/tiles/{path}"))[0] == 404, path


async def test_the_map_is_exchanged_while_the_hub_runs(store: Store, plain: Path, town: Path) -> None:
    place = folder(plain) / BUILT
    async with floor(store, basemap=Basemap(PROFILE, plain)) as running:
        before = await about(running)
        shutil.copy(town, place)
        full = await about(running)
        assert not full["plain"] and full["tiles"] != before["tiles"]
        assert full["credits"] == ["© OpenStreetMap contributors"]
        _, headers, body = await ask(running, address(full, *tile_at(*STATION, 15)))
        assert "もりおか".encode() in gzip.decompress(body) if headers.get("Content-Encoding") else body
        place.write_bytes(b"PMTiles\x03" + bytes(200))  # a copy that was cut off
        assert await about(running) == full  # the old one stays
        place.unlink()
        assert (await about(running))["plain"]


async def test_a_hub_without_a_city_has_no_map_and_says_so(store: Store) -> None:
    async with floor(store) as running:
        assert await about(running) == {"tiles": None, "credits": []}
        assert (await ask(running, "/tiles/8/1/1"))[0] == 404


async def test_the_plain_map_follows_the_profile(tmp_path: Path) -> None:
    profile = tmp_path / "profile"
    shutil.copytree(PROFILE, profile)
    one = Basemap(profile, tmp_path)
    first = await one.current(NOW)
    again = await Basemap(profile, tmp_path).current(NOW)
    assert first and again and first.mark == again.mark  # a restart draws nothing anew
    rivers = profile / "rivers.geojson"
    rivers.write_text(rivers.read_text(encoding="utf-8").replace("雫石川", "しずくいしがわ"), encoding="utf-8")
    changed = await Basemap(profile, tmp_path).current(NOW)
    assert changed and changed.mark != first.mark
    rivers.write_text("{", encoding="utf-8")
    assert await Basemap(profile, tmp_path).current(NOW) is None  # said in the log; the hub runs on
    for found in (first, again, changed):
        found.tiles.close()


def test_the_command_builds_shows_and_says_what_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHIRASE_DATA_DIR", str(tmp_path))
    assert run(["basemap", "build", str(pbf(tmp_path))]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["sources"][0]["parts"]["station"] == 1 and told["bytes"] < 50_000
    assert run(["basemap", "build"]) == 0  # the plain one beside it
    assert run(["basemap", "show"]) == 0
    first, second = map(json.loads, capsys.readouterr().out.splitlines()[-2:])
    assert (first["plain"], second["plain"]) == (False, True)
    assert first["credits"] == ["© OpenStreetMap contributors (ODbL 1.0)"]
    (folder(tmp_path) / BUILT).write_bytes(b"x")
    assert run(["basemap", "show"]) == 1
    bad = tmp_path / "bad.osm.pbf"
    bad.write_bytes(b"x")
    for arguments, code in (([str(bad)], "unreadable"), (["--as", f"water={bad}"], "unreadable")):
        assert run(["basemap", "build", *arguments]) == 1
        assert json.loads(capsys.readouterr().err.splitlines()[-1])["error"] == code
    for wrong in (["--as", "sea=x"], ["--margin", "-1"], ["--margin", "far"]):
        with pytest.raises(SystemExit):
            run(["basemap", "build", *wrong])


def test_a_file_that_is_written_over_gives_no_garbage(tmp_path: Path, town: Path) -> None:
    file = tmp_path / "city.pmtiles"
    shutil.copy(town, file)
    one = shown(file)
    file.write_bytes(bytes(file.stat().st_size))  # in place, while it is open
    with pytest.raises(TilesError, match="changed"):
        one.tiles.tile(*tile_at(*STATION, 15))
    one.tiles.close()
