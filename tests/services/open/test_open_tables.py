"""Tables of open data: the national layouts to the letter, trusted and public rows alone, and the pages around them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from feeds.quantities import FOR_STAFF
from feeds.records import Flag
from feeds.status import Status
from geo.layers.recognise import recognise
from geo.model import Ground
from geo.shelter import Shelter
from geo.station import Station
from services.configuration.open_data import OpenData
from services.store import records
from services.store.engine import Store
from services.web.open.national import STANDARD, SURVEY, municipality
from services.web.open.spreadsheet import written
from services.web.open.tables import TABLES
from tests.services.making import NOW, reading
from tests.services.test_web_anonymity import SECRET, fill
from tests.services.web_floor import Floor, floor, ground

pytestmark = pytest.mark.one_engine
DAY = timedelta(days=1)


def city() -> Ground:
    whole = ground()
    place = Shelter(
        code="E0320100001201",
        name="=cmd|' /C calc'!A0",
        address="岩手県盛岡市内丸1-1",
        lon=141.11,
        lat=39.71,
        hazards=frozenset({"flood", "earthquake"}),
        note="洪水は3階以上",
    )
    snow = Station(code="yuki", name="雪", lon=141.1, lat=39.7, quantities=frozenset({"snow_depth"}), unit="cm")
    trap = Station(code="wana", name="罠", lon=141.1, lat=39.7, quantities=frozenset({sorted(FOR_STAFF)[0]}))
    stations = {**whole.stations, snow.code: snow, trap.code: trap}
    return replace(whole, shelters=(place,), stations=stations)


@pytest.fixture
async def running(store: Store) -> AsyncIterator[Floor]:
    await fill(store)
    real = {"status": Status.ACTUAL, "station": "yuki", "quantity": "snow_depth", "unit": "cm"}
    some = [
        reading(**real, value=12.0, measured_at=NOW - timedelta(hours=1)),
        reading(**real, value=18.0, measured_at=NOW - timedelta(hours=2)),
        reading(**real, value=999.0, measured_at=NOW - timedelta(hours=3), flags=frozenset({Flag.SPIKE})),
        reading(**{**real, "status": Status.EXERCISE}, value=777.0, measured_at=NOW - timedelta(hours=4)),
        reading(**real, value=5.0, measured_at=NOW - 40 * DAY),
        reading(**{**real, "station": "tatesakabashi", "quantity": "water_level"}, value=1.5, measured_at=NOW),
    ]
    async with store.write() as connection:
        await records.save(connection, some, NOW)
    async with floor(store, ground=city()) as found:
        yield found


async def read(running: Floor, path: str) -> tuple[int, bytes, dict[str, str]]:
    async with (await running.visitor()).http.get(path) as response:
        return response.status, await response.read(), {k.lower(): v for k, v in response.headers.items()}


async def rows(running: Floor, path: str) -> list[dict[str, str]]:
    status, body, headers = await read(running, path)
    assert status == 200, body
    assert headers["content-type"] == "text/csv; charset=utf-8" and 'rel="license"' in headers["link"]
    assert body.startswith(b"\xef\xbb\xbf") and body.endswith(b"\r\n") and b"\n" not in body.replace(b"\r\n", b"")
    return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline="")))


async def test_the_municipal_standard_is_met_to_the_letter(running: Floor) -> None:
    (only,) = await rows(running, "/open/csv/evacuation_space.csv")
    assert tuple(only) == STANDARD and STANDARD[:6] == (
        "全国地方公共団体コード",
        "ID",
        "地方公共団体名",
        "名称",
        "名称_カナ",
        "名称_英字",
    )
    assert only["全国地方公共団体コード"] == "032018", "five digits and their check digit"
    assert (only["地方公共団体名"], only["所在地_都道府県"], only["所在地_市区町村"]) == (
        "岩手県盛岡市",
        "岩手県",
        "盛岡市",
    )
    assert [name for name in only if name.startswith("災害種別") and only[name]] == ["災害種別_洪水", "災害種別_地震"]
    assert only["想定収容人数"] == only["電話番号"] == only["町字ID"] == "", "nothing is invented"
    assert only["名称"].startswith("'="), "no cell runs in a spreadsheet"


async def test_what_we_write_our_own_importer_reads(running: Floor) -> None:
    """Both layouts are recognised by their columns, as another city's would be."""
    layouts = {"evacuation_space": "municipal open data", "shelters_emergency": "national list of emergency sites"}
    for path, schema in layouts.items():
        (only,) = await rows(running, f"/open/csv/{path}.csv")
        found = recognise("shelter", set(only))
        assert found.name == schema
        assert found.facts(only)["hazards"] == "flood,earthquake"
    (only,) = await rows(running, "/open/csv/shelters_emergency.csv")
    assert tuple(only) == SURVEY
    assert (only["洪水"], only["高潮"], only["緯度"], only["共通ID"]) == ("1", "", "39.71", "E0320100001201")


def test_the_check_digit_of_a_municipality() -> None:
    assert [municipality(code) for code in ("03201", "01100", "13101", "47201")] == [
        "032018",
        "011002",
        "131016",
        "472018",
    ]


async def test_readings_are_trusted_real_and_of_the_period(running: Floor) -> None:
    found = await rows(running, "/open/csv/readings.csv?station=yuki&quantity=snow_depth")
    assert [(one["値"], one["区分"]) for one in found] == [("18.0", "Actual"), ("12.0", "Actual")]
    assert found[0]["観測日時"].endswith("+09:00")
    day = (NOW - 40 * DAY).date().isoformat()
    found = await rows(running, f"/open/csv/readings.csv?station=yuki&quantity=snow_depth&from={day}&to={day}")
    assert [one["値"] for one in found] == ["5.0"]
    latest = await rows(running, "/open/csv/readings_latest.csv")
    assert {one["観測所コード"] for one in latest} == {"yuki", "tatesakabashi"}
    (today,) = await rows(running, "/open/csv/snow_depth_daily.csv")
    assert (today["最深積雪_cm"], today["最小_cm"], today["平均_cm"], today["観測数"]) == ("18.0", "12.0", "15.0", "2")


async def test_what_owners_keep_back_is_in_no_table(store: Store) -> None:
    one = reading(status=Status.ACTUAL)
    async with store.write() as connection:
        await records.save(connection, [one], NOW)
    terms = OpenData(kept_back_gateways=(one.gateway,), kept_back_because={one.gateway: "契約により"})
    async with floor(store, open_data=terms) as running:
        assert await rows(running, "/open/csv/readings_latest.csv") == []
        assert await rows(running, f"/open/csv/readings.csv?station={one.station}&quantity={one.quantity}") == []
        _, page, _ = await read(running, "/open/terms")
        assert one.gateway in page.decode() and "契約により" in page.decode()


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("nope", 404),
        ("readings", 400),
        ("readings?station=nope&quantity=x", 404),
        ("readings?station=wana&quantity=trap", 404),
        ("readings?station=yuki&quantity=snow_depth&from=2026-01-01&to=2026-03-01", 400),
        ("readings?station=yuki&quantity=snow_depth&from=yesterday", 400),
        ("readings?station=yuki&quantity=snow_depth&from=2026-11-20T00:00:00", 400),
        ("readings?station=yuki&quantity=snow_depth&from=2026-11-21&to=2026-11-01", 400),
        ("snow_depth_daily?from=0001-01-01&to=0001-01-02", 400),
        ("snow_depth_daily?to=9999-12-31", 400),
        ("stations?nope=1", 400),
    ],
)
async def test_what_cannot_be_had_is_said(running: Floor, path: str, status: int) -> None:
    name, _, query = path.partition("?")
    found, body, _ = await read(running, f"/open/csv/{name}.csv?{query}")
    assert found == status, body
    if status != 200:
        assert json.loads(body)["message"]


async def test_no_table_and_no_page_tells_what_is_not_public(running: Floor) -> None:
    paths = [f"/open/csv/{one.id}.csv" for one in TABLES if not one.needed]
    for path in [*paths, "/open", "/open/", "/open/terms", "/open/api", "/open/catalog.jsonld"]:
        status, body, headers = await read(running, path)
        assert status == 200, (path, body)
        text = body.decode()
        assert SECRET not in text and "141.1123" not in text and "777" not in text, path
        assert headers["access-control-allow-origin"] == "*"


async def test_the_catalogue_is_whole_and_leads_somewhere(running: Floor) -> None:
    _, body, headers = await read(running, "/open/catalog.jsonld")
    assert headers["content-type"] == "application/ld+json"
    found: dict[str, Any] = json.loads(body)
    assert found["@type"] == "dcat:Catalog" and found["dct:license"]["@id"].startswith("https://")
    every = {form["dcat:downloadURL"]["@id"] for one in found["dcat:dataset"] for form in one["dcat:distribution"]}
    assert {f"{running.url}{one.path}" for one in TABLES if not one.needed} <= every
    for one in found["dcat:dataset"]:
        assert one["dct:title"][0]["@value"] and one["dct:license"] and one["dcat:distribution"], one["@id"]
    for address in sorted(every):
        assert (await read(running, address.removeprefix(running.url)))[0] == 200, address


async def test_the_terms_name_the_licence_that_the_city_chose(store: Store) -> None:
    for licence, url in (("PDL1.0", "public_data_license_v1.0"), ("CC BY 4.0", "creativecommons.org")):
        terms = OpenData(licence=licence, credit="見本市")  # type: ignore[arg-type]
        async with floor(store, open_data=terms) as running:
            _, page, headers = await read(running, "/open/terms")
            assert url in page.decode() and url in headers["link"] and "見本市" in page.decode()
            _, landing, _ = await read(running, "/ogc")
            assert url in landing.decode()


def test_nothing_in_a_cell_breaks_the_table() -> None:
    text = written(("a", "b"), [('x"y\r\nz', float("nan")), ("@sum", None), (True, False)]).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text, newline=""))) == [["a", "b"], ['x"y\r\nz', ""], ["'@sum", ""], ["1", ""]]
