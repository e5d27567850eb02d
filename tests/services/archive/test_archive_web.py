"""The page, the manifest and the files over HTTP: ranges, conditions, hostile names, and no half of anything."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path

import aiohttp
import pytest

from services.archive.plan import Work
from services.archive.registry import KINDS
from services.store.engine import Store
from services.web.open.archive.download import PER_NETWORK, Downloads
from services.web.open.archive.pages import DOWNLOADS
from services.web.open.archive.ranges import Answer, answer
from services.web.security import WebError
from tests.services.archive.making import YESTERDAY, city, job, path, real, row, save, shelf, work_off
from tests.services.making import NOW
from tests.services.web_floor import Floor, floor

pytestmark = pytest.mark.one_engine
FILE = "/open/archive/readings/readings_2026-11-19_JST.csv.gz"


@asynccontextmanager
async def served(store: Store, folder: Path) -> AsyncIterator[Floor]:
    await save(
        store,
        *(real(value=number / 10, measured_at=YESTERDAY.begins + timedelta(minutes=number)) for number in range(500)),
    )
    await work_off(job(store, folder))
    async with floor(store, ground=city(), shelf=shelf(folder)) as running:
        yield running


async def test_a_file_is_told_of_and_can_be_fetched_checked_and_resumed(store: Store, tmp_path: Path) -> None:
    async with served(store, tmp_path) as running:
        http = (await running.visitor()).http
        async with http.get("/open/archive/manifest.json?month=2026-11") as response:
            told = await response.json()
        (one,) = [one for one in told["files"] if one["kind"] == "readings"]
        assert (one["name"], one["period"], one["rows"]) == ("readings_2026-11-19_JST.csv.gz", "2026-11-19", 500)
        assert (one["begins"], one["ends"]) == ("2026-11-19T00:00:00+09:00", "2026-11-20T00:00:00+09:00")
        assert (told["zone"], told["licence"]["name"]) == ("Asia/Tokyo", "公共データ利用規約（第1.0版）")
        assert one["url"].endswith(FILE) and not one["corrected"] and one["replaces_sha256"] is None
        schema = {kind["kind"]: [column["name"] for column in kind["schema"]] for kind in told["kinds"]}
        async with http.get(FILE) as response:
            body, headers = await response.read(), response.headers
        assert (response.status, headers["Content-Type"], len(body)) == (200, "application/gzip", one["bytes"])
        assert "Content-Encoding" not in headers and headers["Accept-Ranges"] == "bytes"
        assert hashlib.sha256(body).hexdigest() == one["sha256"] == headers["ETag"].strip('"')
        assert 'filename="readings_2026-11-19_JST.csv.gz"' in headers["Content-Disposition"]
        assert 'rel="license"' in headers["Link"] and headers["Access-Control-Allow-Origin"] == "*"
        lines = gzip.decompress(body).decode("utf-8-sig").split("\r\n")
        assert lines[0].split(",") == schema["readings"] and len(lines) == 502
        tag = {"If-Range": headers["ETag"]}
        async with http.get(FILE, headers={"Range": "bytes=100-", **tag}) as response:
            assert (response.status, await response.read()) == (206, body[100:])
            assert response.headers["Content-Range"] == f"bytes 100-{len(body) - 1}/{len(body)}"
        async with http.get(FILE, headers={"Range": "bytes=0-9", "If-Range": '"of yesterday"'}) as response:
            assert (response.status, await response.read()) == (200, body), "another version: from the beginning"
        async with http.get(FILE, headers={"Range": f"bytes={len(body)}-"}) as response:
            assert (response.status, response.headers["Content-Range"]) == (416, f"bytes */{len(body)}")
        async with http.get(FILE, headers={"If-None-Match": headers["ETag"]}) as response:
            assert (response.status, await response.read()) == (304, b"")
        async with http.get(FILE, headers={"If-Modified-Since": headers["Last-Modified"]}) as response:
            assert response.status == 304
        async with http.head(FILE) as response:
            assert (response.status, response.headers["Content-Length"]) == (200, str(len(body)))
        async with http.post(FILE) as response:
            assert response.status in {403, 405}


async def test_the_catalogue_and_the_page_lead_to_the_files(store: Store, tmp_path: Path) -> None:
    async with served(store, tmp_path) as running:
        http = (await running.visitor()).http
        async with store.write() as connection:
            await connection.exec_driver_sql(
                "INSERT INTO archives SELECT kind, '2026-10', '2026-09-30T15:00:00.000000Z', "
                "'2026-10-31T15:00:00.000000Z', sha256, content, bytes, rows, head, 2, sha256, made_at, looked_at, "
                "withheld, stale FROM archives WHERE kind = 'readings'"
            )
        async with http.get("/open/catalog.jsonld") as response:
            told = json.loads(await response.text())
        (kind,) = [one for one in told["dcat:dataset"] if one["dct:identifier"] == "archive-readings"]
        (month,) = kind["dcat:distribution"]
        assert month["dcat:downloadURL"]["@id"].endswith("/open/archive/readings/readings_2026-10_JST.csv.gz")
        assert month["dct:temporal"]["dcat:endDate"] == "2026-10-31" and len(month["spdx:checksum"]) == 3
        for query, wanted in (
            ("", "2026-11-19"),
            ("?month=2026-10", "訂正 第2版"),
            ("?month=1999-01", "まだありません"),
        ):
            async with http.get(f"/open/archive{query}", headers={"Accept": "text/html"}) as response:
                assert response.status == 200 and wanted in await response.text(), query
        async with http.get("/open/archive/manifest.json") as response:
            whole = await response.json()
        assert [one["month"] for one in whole["months"]] == ["2026-11", "2026-10"]
        assert {one["period"] for one in whole["files"]} == {"2026-10", "2026-11-19"}


async def test_no_name_leads_out_of_the_archive(store: Store, tmp_path: Path) -> None:
    hostile = [
        "readings/..%2f..%2fshirase.db",
        "readings/%2e%2e/%2e%2e/shirase.db",
        "..%2f..%2fetc/passwd",
        "readings/readings_2026-11-19_JST.csv.gz%00",
        "readings/readings_2026-11-19_JST.csv.gz/",
        "readings/alerts_2026-11-19_JST.csv.gz",
        "alerts/readings_2026-11-19_JST.csv.gz",
        "readings/readings_2026-11-19_JST.geojsonl.gz",
        "readings/readings_2026-11-19.csv.gz",
        "readings/readings_2026-13-45_JST.csv.gz",
        "readings/readings_２０２６-11-19_JST.csv.gz",
        "readings/readings_2026-11-19_JST.csv.gz.part",
        "readings/" + "a" * 3000,
        "secrets/secrets_2026-11-19_JST.csv.gz",
        "%ff/%ff",
    ]
    async with served(store, tmp_path) as running:
        (tmp_path / "archive" / "readings" / "2026-11-19.0123.part").write_bytes(b"half")
        http = (await running.visitor()).http
        for one in hostile:
            async with http.get(f"/open/archive/{one}") as response:
                assert response.status in {400, 404}, one
        for query in ("month=2026-13", "month=2026-11-01", "month=", "month=２０２６-11", "month=../..", "moon=1"):
            for at in ("/open/archive", "/open/archive/manifest.json"):
                async with http.get(f"{at}?{query}") as response:
                    assert response.status == 400, query
        async with http.get(f"{FILE}?x=1") as response:
            assert response.status == 400


async def test_what_is_withdrawn_is_gone_and_what_is_not_here_is_not_half_here(store: Store, tmp_path: Path) -> None:
    async with served(store, tmp_path) as running:
        http = (await running.visitor()).http
        one = await row(store, "readings", YESTERDAY.name)
        assert one is not None
        path(tmp_path, one).rename(tmp_path / "elsewhere")
        async with http.get(FILE) as response:
            assert response.status == 503, "another machine's disk"
        (tmp_path / "elsewhere").rename(path(tmp_path, one))
        await job(store, tmp_path).make(Work(KINDS["readings"], YESTERDAY, withdraw=True))
        async with http.get(FILE) as response:
            assert (response.status, (await response.json())["error"]) == (410, "withdrawn")
        async with http.get("/open/archive/manifest.json?month=2026-11") as response:
            (told,) = [each for each in (await response.json())["files"] if each["kind"] == "readings"]
        assert told["withdrawn"] and told["replaces_sha256"] == one.sha256 and "url" not in told


async def test_a_file_that_became_shorter_breaks_off_and_nothing_else_follows_it(store: Store, tmp_path: Path) -> None:
    async with served(store, tmp_path) as running:
        http = (await running.visitor()).http
        one = await row(store, "readings", YESTERDAY.name)
        assert one is not None
        os.truncate(path(tmp_path, one), one.bytes - 10)
        with pytest.raises(aiohttp.ClientPayloadError):
            async with http.get(FILE) as response:
                await response.read()
        assert not running.app[DOWNLOADS]._running, "the next may come"


async def test_so_many_at_once_and_no_more(store: Store, tmp_path: Path) -> None:
    downloads = Downloads()
    with downloads.one("192.0.2.1"), downloads.one("192.0.2.1"), downloads.one("192.0.2.1"):
        with downloads.one("192.0.2.1"), pytest.raises(WebError) as told, downloads.one("192.0.2.1"):
            pass
        assert told.value.status == 429
        with downloads.one("198.51.100.7"):
            pass
    async with served(store, tmp_path) as running:
        http = (await running.visitor()).http
        running.app[DOWNLOADS]._running["127.0.0.1"] = PER_NETWORK
        async with http.get(FILE) as response:
            assert response.status == 429 and int(response.headers["Retry-After"]) > 0
        async with http.head(FILE) as response:
            assert response.status == 200


@pytest.mark.parametrize(
    ("headers", "wanted"),
    [
        ({}, Answer(200, 0, 100)),
        ({"Range": "bytes=0-0"}, Answer(206, 0, 1)),
        ({"Range": "bytes=-30"}, Answer(206, 70, 100)),
        ({"Range": "bytes=-300"}, Answer(206, 0, 100)),
        ({"Range": "bytes=90-300"}, Answer(206, 90, 100)),
        ({"Range": "bytes=100-"}, Answer(416)),
        ({"Range": "bytes=-0"}, Answer(416)),
        ({"Range": "bytes=9-3"}, Answer(200, 0, 100)),
        ({"Range": "bytes=0-1,5-6"}, Answer(200, 0, 100)),
        ({"Range": "bytes=-"}, Answer(200, 0, 100)),
        ({"Range": "lines=1-2"}, Answer(200, 0, 100)),
        ({"Range": "bytes=" + "9" * 400 + "-"}, Answer(200, 0, 100)),
        ({"Range": "bytes=5-", "If-Range": 'W/"tag"'}, Answer(200, 0, 100)),
        ({"Range": "bytes=5-", "If-Range": format_datetime(NOW, usegmt=True)}, Answer(206, 5, 100)),
        ({"If-None-Match": '"other", W/"tag"'}, Answer(304)),
        ({"If-None-Match": '"other"', "If-Modified-Since": format_datetime(NOW, usegmt=True)}, Answer(200, 0, 100)),
        ({"If-Modified-Since": "the day before yesterday"}, Answer(200, 0, 100)),
    ],
)
def test_which_bytes(headers: dict[str, str], wanted: Answer) -> None:
    assert answer(headers, "tag", NOW, 100) == wanted
