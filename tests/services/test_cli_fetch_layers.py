"""``shirase layers fetch`` against a server on this machine that holds real files in the official shapes."""

from __future__ import annotations

import asyncio
import json
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas
import pytest
import shapely

from services.cli import run
from tests.fakes.files import FakeFiles

ENTRY = """
[{name}]
kind = "{kind}"
url = "{base}/{file}"
member = "{member}"
title = "t"
page = "https://example.jp/page"
licence = "CC BY 4.0"
"""


@pytest.fixture
def server() -> Iterator[FakeFiles]:
    """In a loop and a thread of its own, because the command has a loop of its own."""
    fake, loop = FakeFiles(), asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    asyncio.run_coroutine_threadsafe(fake.start(), loop).result(10)
    yield fake
    asyncio.run_coroutine_threadsafe(fake.stop(), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)
    loop.close()


@pytest.fixture
def catalogue(server: FakeFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A flood map per first mesh of the city, two kinds to a zip, as the ministry publishes it; and a dead address."""
    monkeypatch.setenv("SHIRASE_DATA_DIR", str(tmp_path / "var"))
    for mesh in ("5940", "5941"):
        with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
            for sub, column in (("10", "A31b_101"), ("20", "A31b_201")):
                frame = geopandas.GeoDataFrame(
                    {column: [3]}, geometry=[shapely.box(141.1, 39.7, 141.2, 39.8)], crs=6668
                )
                frame.to_file(tmp_path / "m.geojson", driver="GeoJSON")
                archive.write(tmp_path / "m.geojson", f"{sub}/A31b-{sub}-25_10_{mesh}.geojson")
        server.files[f"/A31b-25_10_{mesh}.zip"] = (tmp_path / "z.zip").read_bytes()
    flood = {"name": "flood", "kind": "flood", "file": "A31b-25_10_{mesh1}.zip", "member": "A31b-20-25_10_{mesh1}"}
    gone = {"name": "gone", "kind": "road", "file": "gone.zip", "member": ""}
    path = tmp_path / "own.toml"
    path.write_text("".join(ENTRY.format(base=server.base, **one) for one in (flood, gone)), encoding="utf-8")
    return path


def told(capsys: pytest.CaptureFixture[str]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    found = capsys.readouterr()
    out, err = ([json.loads(line) for line in text.splitlines()] for text in (found.out, found.err))
    return out, err


def test_fetched_imported_asked_and_not_fetched_again(
    server: FakeFiles, catalogue: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["layers", "fetch", "flood", "--catalogue", str(catalogue)]
    assert run(command) == 0
    out, err = told(capsys)
    assert err == []
    names = [one["fetched"] for one in out if "fetched" in one]
    assert "flood-5941" in names
    reports = [one for one in out if "schema" in one]
    assert [one["schema"] for one in reports] == ["A31b maximum"] * len(names)
    about = json.loads((tmp_path / "var" / "layers" / "flood-5941.json").read_text(encoding="utf-8"))
    assert about["origin"]["url"] == f"{server.base}/A31b-25_10_5941.zip"
    assert about["origin"]["licence"] == "CC BY 4.0" and about["sha256"]
    assert run(["layers", "at", "141.15", "39.75"]) == 0
    assert {one["zone"]["depth_rank"] for one in told(capsys)[0]} == {3}
    assert run(command) == 0
    out, _ = told(capsys)
    assert all(one["unchanged"] for one in out) and len(out) == len(names), "not imported again either"


def test_a_dead_address_names_the_page_and_the_others_are_done(
    catalogue: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["layers", "fetch", "gone", "flood", "--catalogue", str(catalogue)]) == 1
    out, (fault,) = told(capsys)
    assert fault["error"] == "not_fetched" and fault["at"] == "gone"
    assert "HTTP 404" in fault["message"] and "https://example.jp/page" in fault["message"]
    assert any(one.get("schema") == "A31b maximum" for one in out)


def test_the_names_and_what_is_none(catalogue: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["layers", "catalogue", "--catalogue", str(catalogue)]) == 0
    out, _ = told(capsys)
    assert {"flood", "gone", "landslide", "shelters"} <= {one["name"] for one in out}
    assert run(["layers", "fetch", "lava"]) == 1
    assert "the catalogue has no 'lava'" in told(capsys)[1][0]["message"]
