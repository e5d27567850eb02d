"""OGC API – Features by its own requirements, and by a program that knows nothing of us."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pyogrio
import pytest
from multidict import CIMultiDict
from yarl import URL

from feeds.status import Status
from geo.layers.layer import Layer, Layers, Zone
from geo.model import Ground
from geo.shelter import Shelter
from services.store import hazards, records
from services.store.engine import Store
from services.store.users import Role
from services.web.ogc.asked import CRS84
from tests.services.making import NOW, hazard, reading
from tests.services.test_web_anonymity import SECRET, fill
from tests.services.web_floor import DISTRICT, Floor, floor, ground

pytestmark = pytest.mark.one_engine
GEOJSON = "application/geo+json"


def city() -> Ground:
    """The small city with a list of places of refuge and a map of many zones."""
    park = Shelter(
        code="E0320100001201", name="内丸公園", address="内丸1", lon=141.11, lat=39.71, hazards=frozenset({"fire"})
    )
    school = replace(park, code="E0320100002201", name="本町小学校", address="", lon=141.13, hazards=frozenset())
    square = DISTRICT.buffer(-0.009)
    zones = [Zone(square, {"depth_rank": 1 + number % 5, "river": "北上川"}) for number in range(1200)]
    layers = Layers([Layer("flood-kitakami", "flood", zones, "2024", "出典：国土数値情報")])
    return replace(ground(), layers=layers, shelters=(park, school))


@pytest.fixture
async def running(store: Store) -> AsyncIterator[Floor]:
    await fill(store)
    real = hazard(status=Status.ACTUAL, observed=True)
    async with store.write() as connection:
        await records.save(connection, [reading(status=Status.ACTUAL)], NOW)
        await hazards.replace_picture(connection, {}, [real], NOW)
    async with floor(store, ground=city()) as found:
        yield found


async def asked(running: Floor, path: str, **sent: str) -> tuple[int, CIMultiDict[str], Any]:
    http = (await running.visitor()).http
    async with http.get(URL(path, encoded=True), headers=sent) as response:  # type: ignore[arg-type]
        text = await response.text()
        body = json.loads(text) if "json" in response.content_type else text
        headers = response.headers.copy()
        headers["type"] = response.content_type
        return response.status, headers, body


def links(body: Any, rel: str) -> list[dict[str, str]]:
    return [one for one in body["links"] if one["rel"] == rel]


async def test_the_landing_page_leads_everywhere(running: Floor) -> None:
    status, headers, body = await asked(running, "/ogc")
    assert (status, headers["type"]) == (200, "application/json")
    assert {"self", "alternate", "service-desc", "service-doc", "conformance", "data", "license"} <= {
        one["rel"] for one in body["links"]
    }
    for rel in ("service-desc", "conformance", "data", "self"):
        (only,) = links(body, rel)
        status, headers, _ = await asked(running, only["href"].removeprefix(running.url))
        assert (status, headers["type"]) == (200, only["type"].partition(";")[0]), rel
        assert 'rel="license"' in headers["Link"]
    _, _, conformance = await asked(running, "/ogc/conformance")
    assert {one.rpartition("/")[2] for one in conformance["conformsTo"]} == {"core", "oas30", "html", "geojson", "crs"}


async def test_every_collection_can_be_read_as_told_in_both_forms(running: Floor) -> None:
    _, _, body = await asked(running, "/ogc/collections")
    names = [one["id"] for one in body["collections"]]
    assert {"shelters", "stations", "readings", "hazards", "alerts", "areas", "reports", "zones-flood-kitakami"} < set(
        names
    )
    _, _, document = await asked(running, "/ogc/api")
    assert document["openapi"] == "3.0.3"
    for one in body["collections"]:
        at = f"/ogc/collections/{one['id']}"
        assert f"{at}/items" in document["paths"]
        assert one["crs"] == [CRS84] and one["itemType"] == "feature" and len(one["extent"]["spatial"]["bbox"][0]) == 4
        (items,) = [each for each in links(one, "items") if each["type"] == GEOJSON]
        status, headers, found = await asked(running, items["href"].removeprefix(running.url))
        assert (status, headers["type"], headers["Content-Crs"]) == (200, GEOJSON, f"<{CRS84}>")
        assert found["type"] == "FeatureCollection" and found["timeStamp"].endswith("Z")
        assert found["numberReturned"] == len(found["features"]) <= found["numberMatched"]
        for path in (at, f"{at}/items"):
            status, headers, text = await asked(running, path, Accept="text/html,*/*")
            assert (status, headers["type"]) == (200, "text/html")
            assert SECRET not in text
        for feature in found["features"][:2]:
            name = URL.build(path=feature["id"]).raw_path.replace("/", "%2F")
            status, headers, alone = await asked(running, f"{at}/items/{name}")
            assert (status, headers["type"]) == (200, GEOJSON)
            assert {key: alone[key] for key in feature} == feature
            assert feature["properties"].keys() <= described(document, at)


def described(document: Any, at: str) -> set[str]:
    """The members that the document tells of the features of a collection."""
    content = document["paths"][f"{at}/items"]["get"]["responses"]["200"]["content"][GEOJSON]
    of = content["schema"]["allOf"][1]["properties"]["features"]["items"]["properties"]
    return set(of["properties"]["properties"])


@pytest.mark.parametrize(
    "query",
    [
        "nope=1",
        "limit=0",
        "limit=x",
        "limit=10&limit=20",
        "bbox=1,2,3",
        "bbox=a,b,c,d",
        "bbox=141,40,142,39",
        "bbox=nan,39,141,40",
        "bbox=999,0,1,1",
        "datetime=yesterday",
        "datetime=../..",
        "datetime=2026-11-21T00:00:00Z/2026-11-20T00:00:00Z",
        "datetime=2026-11-20T00:00:00",
        "datetime=0001-01-01T00:00:00%2B14:00",
        "cursor=x",
        "f=xml",
        "crs=EPSG:6668",
        "bbox-crs=EPSG:6668",
        "station=%00",
    ],
)
async def test_what_cannot_be_used_is_a_400_that_says_so(running: Floor, query: str) -> None:
    status, headers, body = await asked(running, f"/ogc/collections/readings/items?{query}")
    assert status == 400, body
    if "%00" not in query:
        assert headers["type"] == "application/problem+json"
        assert body["code"] and body["description"] and body["status"] == 400


async def test_what_is_not_there_is_a_404_and_writing_a_405(running: Floor) -> None:
    for path in ("/ogc/collections/nope", "/ogc/collections/nope/items", "/ogc/collections/stations/items/nope"):
        status, headers, body = await asked(running, path)
        assert (status, headers["type"], body["code"]) == (404, "application/problem+json", "not_found")
        assert (await asked(running, f"{path}?nope=1"))[0] in {400, 404}
    async with (await running.visitor()).http.post("/ogc/collections/stations/items") as response:
        assert response.status == 405


async def test_pages_follow_each_other_to_the_end(running: Floor) -> None:
    path, seen, pages = "/ogc/collections/zones-flood-kitakami/items?limit=500&depth_rank=2", [], 0
    while path:
        _, _, body = await asked(running, path)
        assert body["numberMatched"] == 240
        seen += [feature["id"] for feature in body["features"]]
        following = links(body, "next")
        path = following[0]["href"].removeprefix(running.url) if following else ""
        pages += 1
    assert len(seen) == len(set(seen)) == 240 and pages == 1
    _, _, body = await asked(running, "/ogc/collections/zones-flood-kitakami/items?limit=99999")
    assert body["numberReturned"] == 1000, "more than a page may hold is no error"
    _, _, rest = await asked(running, links(body, "next")[0]["href"].removeprefix(running.url))
    assert rest["numberReturned"] == 200 and not links(rest, "next")


async def test_boxes_times_and_values_narrow(running: Floor) -> None:
    async def found(collection: str, query: str) -> set[str]:
        _, _, body = await asked(running, f"/ogc/collections/{collection}/items?{query}")
        return {feature["id"] for feature in body["features"]}

    assert await found("shelters", "bbox=141.12,39.70,141.14,39.72") == {"E0320100002201"}
    assert await found("shelters", "bbox=141.12,39.70,0,141.14,39.72,99") == {"E0320100002201"}
    assert await found("shelters", "bbox=170,39.70,141.12,39.72") == {"E0320100001201"}, "over the antimeridian"
    assert await found("shelters", "code=E0320100001201") == {"E0320100001201"}
    assert await found("shelters", "opening=open") == set()
    assert await found("areas", "kind=district&bbox=141.101,39.701,141.102,39.702") == {"032010001"}
    now = NOW.isoformat().replace("+00:00", "Z")
    assert len(await found("hazards", f"datetime={now}&observed=true")) == 2
    assert await found("hazards", "datetime=../2020-01-01T00:00:00Z") == set()
    assert len(await found("hazards", "datetime=2020-01-01T00:00:00Z/..")) == 2
    assert await found("hazards", "observed=false") == set()


async def test_nothing_that_is_not_public_is_told_to_anybody(running: Floor) -> None:
    """Not to staff either: what is given away is the same for all."""
    stranger, officer = await running.visitor(), await running.person(Role.ADMIN)
    _, _, body = await asked(running, "/ogc/collections")
    for one in body["collections"]:
        for query in ("", "?f=html", "?limit=1000"):
            path = f"/ogc/collections/{one['id']}/items{query}"
            told = [await visitor.get(path) for visitor in (stranger, officer)]
            for status, text in told:
                assert status == 200
                assert SECRET not in str(text) and "141.1123" not in str(text) and "141.7777" not in str(text), path


async def test_what_owners_keep_back_is_shown_but_not_given_away(store: Store) -> None:
    from services.configuration.open_data import OpenData

    one = reading(status=Status.ACTUAL)
    async with store.write() as connection:
        await records.save(connection, [one], NOW)
    terms = OpenData(kept_back_gateways=(one.gateway,), kept_back_layers=("flood-kitakami",))
    async with floor(store, open_data=terms) as running:
        assert len(await (await running.visitor()).features("/api/v1/readings/latest")) == 1
        assert await (await running.visitor()).features("/ogc/collections/readings/items") == []
        assert (await asked(running, "/ogc/collections/zones-flood-kitakami"))[0] == 404


async def test_an_answer_is_known_again_though_the_clock_goes_on(running: Floor) -> None:
    _, headers, _ = await asked(running, "/ogc/collections/stations/items")
    status, _, _ = await asked(running, "/ogc/collections/stations/items", **{"If-None-Match": headers["ETag"]})
    assert status == 304
    assert headers["Access-Control-Allow-Origin"] == "*"


async def test_many_who_ask_at_once_are_one_reading(running: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    from services.web.ogc.collection import SHELF

    shelf, times = running.app[SHELF], 0
    one = shelf.collections["hazards"]
    whole = one.read

    async def counted(*given: Any) -> Any:
        nonlocal times
        times += 1
        return await whole(*given)

    monkeypatch.setitem(shelf.collections, "hazards", replace(one, read=counted))
    await asyncio.gather(*(asked(running, "/ogc/collections/hazards/items") for _ in range(10)))
    assert times == 1


@pytest.mark.skipif("OAPIF" not in pyogrio.list_drivers(), reason="this GDAL has no driver OAPIF")
async def test_gdal_reads_us(running: Floor) -> None:
    """The driver that QGIS, ogr2ogr and geopandas ask with; in a process of its own, for it lets nobody else run."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _GDAL, f"OAPIF:{running.url}/ogc", stdout=asyncio.subprocess.PIPE
    )
    told, _ = await asyncio.wait_for(process.communicate(), 60)
    found = json.loads(told)
    assert {"shelters", "areas", "readings"} <= set(found["layers"])
    assert found["shelters"] == ["内丸公園", "本町小学校"]
    assert found["near"] == ["本町小学校"], "the box is asked of us"
    assert found["zones"] == 1200, "page after page"
    assert "84" in found["crs"] and found["place"] == [141.11, 39.71]


_GDAL = """
import json, sys, shapely, pyogrio, pyogrio.raw as raw
where = sys.argv[1]
def read(name, **asked):
    meta, _, shapes, columns = raw.read(where, layer=name, **asked)
    return meta, shapes, dict(zip(meta["fields"], columns))
meta, shapes, places = read("shelters")
first = shapely.from_wkb(shapes)[list(places["name"]).index("内丸公園")]
_, _, near = read("shelters", bbox=(141.12, 39.70, 141.14, 39.72))
print(json.dumps({
    "layers": [str(one[0]) for one in pyogrio.list_layers(where)],
    "shelters": sorted(places["name"]),
    "near": list(near["name"]),
    "zones": len(read("zones-flood-kitakami")[1]),
    "crs": meta["crs"],
    "place": [first.x, first.y],
}))
"""
