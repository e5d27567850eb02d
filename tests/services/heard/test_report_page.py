"""The page by which residents tell: without scripts, once, with what was typed kept, and nothing told to strangers."""

from __future__ import annotations

import io
import re
from typing import Any

import aiohttp
import pytest
from sqlalchemy import func, select

from feeds.finding import Finding
from feeds.records import Report
from geo.towns.gazetteer import Gazetteer, Place
from services.configuration.open311 import Open311
from services.configuration.reports import Reports
from services.requests.desk import Requests
from services.requests.offer import Services
from services.requests.street import Streets
from services.store.codec import from_json
from services.store.engine import Store
from services.store.tables import photos, records
from services.store.tables_heard import heard
from services.store.tables_requests import requests
from services.web.heard import sent as sent_module
from tests.services.making import NOW
from tests.services.pictures import png, telling_jpeg
from tests.services.requests.making import CATALOG
from tests.services.web_floor import Floor, Visitor, floor

pytestmark = pytest.mark.one_engine
OPEN = Reports(public=True, per_client=1000, in_all=1000)
SERVICES = Services(catalog=CATALOG, settings=Open311(), desk=Requests(Streets(None)), contact="019-651-4111")
TRAP = "leave_empty"


async def shown(visitor: Visitor, path: str = "/report?kind=bear") -> dict[str, str]:
    """What the form has filled in by itself."""
    status, text = await visitor.get(path)
    assert status == 200
    return dict(re.findall(r'type="hidden" name="(\w+)"(?: id="\w+")? value="([^"]*)"', text))


async def send(visitor: Visitor, fields: Any, *sent: bytes) -> tuple[int, str, str, Any]:
    """Status, path and text of the page one gets to, and its headers."""
    whole = aiohttp.FormData(default_to_multipart=True)
    for name, value in fields if isinstance(fields, list) else fields.items():
        whole.add_field(name, value)
    for one in sent:
        whole.add_field("photo", io.BytesIO(one), filename="私の写真.jpg", content_type="image/jpeg")
    async with visitor.http.post("/report", data=whole) as response:
        return response.status, response.url.path, await response.text(), response.headers


async def kept(hub: Floor) -> list[Report]:
    async with hub.store.read() as connection:
        rows = await connection.scalars(select(records.c.body).where(records.c.type == "report"))
        return [from_json(Report, body) for body in rows]


async def count(hub: Floor, table: Any) -> int:
    async with hub.store.read() as connection:
        return await connection.scalar(select(func.count()).select_from(table)) or 0


async def test_a_bear_is_told_without_scripts_pressed_twice_and_taken_back(store: Store) -> None:
    async with floor(store, reports=OPEN, services=SERVICES) as hub:
        visitor = await hub.visitor()
        _, front = await visitor.get("/")
        assert 'href="/report"' in front
        status, text = await visitor.get("/report")
        assert status == 200 and "/report?kind=bear" in text and "/report?kind=SNOW_RUT" in text
        assert "kind=BEAR" not in text, "a sighting is told as one, in one place"
        fields = await shown(visitor) | {"place": "中津川の河川敷", "number": "2", "lon": "141.11", "lat": "39.71"}
        status, path, text, headers = await send(visitor, fields, telling_jpeg(), png())
        assert status == 200 and re.fullmatch(r"/report/[A-Za-z0-9_-]{43}", path)
        assert 'data-state="received"' in text and "110番" in text and "近づかない" in text and path in text
        assert (headers["Referrer-Policy"], headers["X-Robots-Tag"]) == ("no-referrer", "noindex")
        assert headers["Cache-Control"] == "no-store" and "中津川" not in text
        assert (await send(visitor, fields, telling_jpeg(), png()))[1] == path
        (report,) = await kept(hub)
        assert (report.gateway, report.kind, report.confirmed) == ("@public", "bear", False)
        assert (report.text, report.place, len(report.photos)) == ("数：2\nクマを見た", "中津川の河川敷", 2)
        assert report.measured_at == NOW and (report.lon, report.lat) == (141.11, 39.71)
        async with hub.store.read() as connection:
            pictures = list(await connection.scalars(select(photos.c.data)))
            assert await connection.scalar(select(heard.c.link)) not in path
        assert all(b"SecretCam" not in one for one in pictures)
        async with visitor.http.post(path) as response:
            assert 'data-state="withdrawn"' in await response.text()
        assert (await visitor.get("/report/" + "x" * 43))[0] == 404
        async with visitor.http.post("/report/" + "x" * 43) as response:
            assert response.status == 404
        assert (await visitor.get("/report/short"))[0] == 404


async def test_what_was_found_of_an_animal_is_asked_and_kept(store: Store) -> None:
    async with floor(store, reports=OPEN, services=SERVICES) as hub:
        visitor = await hub.visitor()
        _, form = await visitor.get("/report?kind=bear")
        assert re.findall(r'name="finding" value="(\w+)"( checked)?', form) == [
            ("sighting", " checked"), ("injury", ""), ("trace", ""),
        ]  # fmt: skip
        assert 'name="finding"' not in (await visitor.get("/report?kind=damage"))[1]
        fields = await shown(visitor) | {"place": "岩山", "finding": "trace"}
        assert (await send(visitor, fields))[0] == 200
        (report,) = await kept(hub)
        assert (report.finding, report.text) == (Finding.TRACE, "足跡・ふん・食べた跡など")
        status, _, text, _ = await send(visitor, await shown(visitor) | {"place": "岩山", "finding": "ufo"})
        assert status == 400 and 'id="finding-wrong"' in text
        assert len(await kept(hub)) == 1


async def test_what_is_asked_of_the_snow_desk_is_answered_with_its_facts(store: Store) -> None:
    async with floor(store, reports=OPEN, services=SERVICES) as hub:
        visitor = await hub.visitor()
        own = await shown(visitor, "/report?kind=SNOW_NOT_PLOWED&lang=vi")
        more = {"attribute[CARE]": "yes", "attribute[SINCE]": "2026-11-20T06:30", "attribute[ROAD]": ""}
        more |= {"place": "内丸1", "text": "雪が<b>深い</b> 3<4"}
        status, path, text, _ = await send(visitor, own | more, png())
        assert status == 200 and '<html lang="vi"' in text
        assert "受け付けました。道路の位置を職員が確認します。" in (await visitor.get(f"{path}?lang=ja"))[1]
        async with hub.store.read() as connection:
            row = (await connection.execute(select(requests))).mappings().one()
        assert (row["urgent"], row["client"], row["description"]) == (True, "@public", "雪が＜b>深い＜/b> 3＜4")
        assert row["attributes"] == {"CARE": ["yes"], "SINCE": ["2026-11-20T06:30+09:00"]} and len(row["photos"]) == 1
        many = [*(await shown(visitor, "/report?kind=ROAD_ICE")).items(), ("place", "内丸")]
        many += [("attribute[WHERE][]", "slope"), ("attribute[WHERE][]", "bridge")]
        assert (await send(visitor, many))[0] == 200
        _, public = await visitor.get("/open311/v2/requests.json")
        assert len(public) == 2 and not any(one["media_url"] or one["description"] for one in public)


async def test_every_fault_names_its_field_and_loses_nothing(store: Store) -> None:
    async with floor(store, reports=OPEN, services=SERVICES) as hub:
        visitor = await hub.visitor()
        fields = await shown(visitor, "/report?kind=other") | {
            "text": "", "number": "たくさん", "when": "at", "at": "2020-01-01T00:00", "place": "", TRAP: "x",
        }  # fmt: skip
        status, path, text, _ = await send(visitor, fields, b"no picture")
        assert (status, path) == (400, "/report")
        assert re.findall(r'<li><a href="#(\w+)"', text) == ["place", "at", "number", "text", "trap"]
        assert 'role="alert" id="errors" tabindex="-1" autofocus' in text and "もう一度選んでください" in text
        assert 'value="2020-01-01T00:00"' in text and f'name="once" value="{fields["once"]}"' in text
        assert 'aria-invalid="true"' in text and 'aria-describedby="place-hint place-wrong"' in text
        good = fields | {"text": "倒木", "when": "30", "place": "内丸", "number": "", TRAP: ""}
        assert re.findall(r'<li><a href="#(\w+)"', (await send(visitor, good, b"no picture"))[2]) == ["photo"]
        assert (await send(visitor, good, *[png()] * 4))[0] == 400, "three photos and no more"
        far = await send(visitor, good | {"lon": "140.1", "lat": "39.7"})
        assert far[0] == 400 and "盛岡市の外です" in far[2] and 'value="内丸"' in far[2]
        for strange in ("nan", "1e999", "x"):
            assert (await send(visitor, good | {"lon": strange, "lat": "39.7"}))[0] == 400
        assert await count(hub, heard) == 0
        status, _, text, _ = await send(visitor, good)
        assert status == 200 and len(await kept(hub)) == 1


async def test_a_photo_too_large_loses_no_word(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sent_module, "MAX_BYTES", 1000)
    async with floor(store, reports=OPEN) as hub:
        visitor = await hub.visitor()
        status, _, text, _ = await send(visitor, await shown(visitor) | {"place": "大切な言葉"}, b"x" * 1001, png())
        assert status == 400 and 'value="大切な言葉"' in text and 'href="#photo"' in text
        assert (await send(visitor, await shown(visitor) | {"place": "x" * 17_000}))[0] == 413


async def test_a_place_is_looked_up_and_chosen_without_scripts(store: Store) -> None:
    towns = Gazetteer([Place(name="内丸小学校", lon=141.105, lat=39.705, exact=True)], "盛岡市")
    async with floor(store, reports=OPEN, services=SERVICES, towns=towns) as hub:
        visitor = await hub.visitor()
        own = await shown(visitor) | {"text": "北へ", "place": "内丸小学校"}
        status, _, text, _ = await send(visitor, own | {"do": "find"})
        assert status == 200 and 'value="141.105000,39.705000" checked' in text and ">北へ</textarea>" in text
        assert (await send(visitor, own | {"do": "find", "place": "どこか"}))[2].count("見つかりませんでした") == 1
        await send(visitor, own | {"spot": "141.105000,39.705000"})
        assert [(one.lon, one.place) for one in await kept(hub)] == [(141.105, "内丸小学校")]


async def test_strangers_who_send_without_end_are_asked_to_wait(store: Store) -> None:
    async with floor(store, reports=Reports(public=True, per_client=1, in_all=1000)) as hub:
        visitor = await hub.visitor()
        fields = await shown(visitor) | {"place": "内丸"}
        assert (await send(visitor, fields))[0] == 200
        status, _, text, _ = await send(visitor, fields | {"place": "本町"})
        assert status == 429 and 'value="本町"' in text and "119番" in text
        assert (await send(visitor, fields))[0] == 200, "a repeat is no other report"
        assert [(await send(visitor, fields))[0] for _ in range(3)][-1] == 429, "nor are forms tried without end"


NAMED = b'--x\r\nContent-Disposition: form-data; name="kind"\r\n\r\n'
PARTS = "multipart/form-data; boundary=x"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", PARTS),
        (b"--x\r\n\r\n\r\n--x--", PARTS),
        (NAMED + b"\xff\r\n--x--\r\n", PARTS),
        (NAMED + b"bear\x00\r\n--x--\r\n", PARTS),
        (NAMED + b"bear", PARTS),
        ((NAMED + b"b\r\n") * 70, PARTS),
        (b"kind=bear", "application/x-www-form-urlencoded"),
        (b"{}", "application/json"),
    ],
)
async def test_what_is_no_form_is_refused_in_words(store: Store, body: bytes, kind: str) -> None:
    async with floor(store, reports=OPEN) as hub:
        http = (await hub.visitor()).http
        async with http.post("/report", data=body, headers={"Content-Type": kind}) as response:
            assert response.status in {400, 413, 415}
        assert await count(hub, heard) == 0


async def test_a_drill_says_so_everywhere_and_the_rest_is_off_where_nobody_wants_it(store: Store) -> None:
    async with floor(store, reports=OPEN, exercise=True) as hub:
        visitor = await hub.visitor()
        _, text = await visitor.get("/report")
        assert "これは訓練です" in text
        _, _, text, _ = await send(visitor, await shown(visitor) | {"place": "内丸"})
        assert "これは訓練です" in text and {one.status.value for one in await kept(hub)} == {"Exercise"}
    async with floor(store) as hub:
        assert (await (await hub.visitor()).get("/report"))[0] == 404
        assert "/report" not in (await (await hub.visitor()).get("/"))[1]
    async with floor(store, reports=OPEN) as hub:
        assert "SNOW" not in (await (await hub.visitor()).get("/report"))[1], "no desk, nothing to ask of it"
