"""A walk over everything the public can ask for, with marks in all that people have reported.

Reports of every kind and in every state are stored, foreseen from, written into alerts, approved and rendered for every
channel. Then a stranger asks every route that the web floor has, in every form it answers, listens to the events, and
reads what goes out by CAP, Atom and MQTT. No mark may be seen: no sentence, name, number or place as it was reported,
no exact point, and no minute of what happened to people.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import FormData
from pydantic import SecretStr

from feeds.crime_types import Crime, Ended, Follows
from feeds.open311.catalog import read_catalog
from feeds.plain_report import KINDS
from feeds.records import Report
from feeds.status import Status
from geo.heard.lead import Lead
from rules.damage.disaster import Disaster
from rules.damage.record import Certainty, Content
from services.channels.mqtt.hazards import message, strongest
from services.channels.registry import CHANNELS, renderer
from services.configuration.open311 import Open311
from services.configuration.reports import Reports
from services.damage import desk
from services.damage.announcing import Wish, announce
from services.desks.review import issue
from services.photos import clean
from services.requests.desk import Requests
from services.requests.offer import Services
from services.requests.street import Streets
from services.store import leads, photos
from services.store.engine import Store
from services.store.users import Role
from services.web.api.hazards import holding
from services.web.api.viewer import Viewer
from services.web.ogc.collection import SHELF
from services.web.sta.model import LINKS
from tests.geo.heard.making import lead
from tests.services import pictures
from tests.services.making import NOW
from tests.services.news import News
from tests.services.test_declaring import CITY
from tests.services.web_floor import Floor, Visitor, floor

pytestmark = pytest.mark.one_engine
SECRET = "ひみつ"
LON, LAT = 141.1123456, 39.7054321
MARKS = (SECRET, "090-1234", "09012345678", "141.1123", "39.7054", "141.112,", "1-2-3", "Exif", "SecretCam")
# When people came to harm; what may be told to the minute was at :13.
MINUTE = re.compile(r"2026-11-20.(?:16|07):47|日 ?16:47|16時47分|午後4時47分")
WAYS = (("", "application/json"), ("", "application/xml"), ("?limit=1000&state=draft,issued&staff=1", "text/html"))
PEOPLE = tuple(kind for kind in KINDS if kind not in {"bear", "boar", "deer"})
CRIME = Crime(
    what=f"{SECRET}小学校の声かけ",
    precision="minute",
    method=SECRET,
    municipality="盛岡市",
    town="内丸",
    scene=SECRET,
    offender=f"{SECRET}太郎、20歳代、男",
    parts=(("氏名", SECRET), ("電話", "090-1234-5678")),
)


def marked(kind: str, name: str, **changes: object) -> Report:
    as_issued = kind == "missing_person" and "crime" not in changes
    at = (NOW - timedelta(hours=2)).replace(minute=13 if kind not in PEOPLE or as_issued else 47)
    whole = Report(
        gateway=f"gw-{SECRET}",
        report_id=f"{name}-{kind}-{SECRET}-09012345678",
        kind=kind,
        measured_at=at,
        text=f"{SECRET}さんの家の裏 090-1234-5678 {SECRET}@example.jp",
        place=f"{SECRET}内丸1-2-3",
        lon=LON,
        lat=LAT,
        source="盛岡東警察署 090-1234-5678",
        crime=CRIME if kind in PEOPLE else None,
    )
    return replace(whole, **changes)  # type: ignore[arg-type]


def overheard() -> Lead:
    """A lead from a public post, which is nobody's but the desk's."""
    at = (NOW - timedelta(hours=2)).replace(minute=47)
    return lead(SECRET, at, SECRET, place=f"{SECRET}内丸", words=(SECRET,), link=f"https://x.com/{SECRET}")


def everything(picture: str) -> list[Report]:
    found = []
    for kind in KINDS:
        found += [
            marked(kind, "confirmed", confirmed=True, photos=(picture,)),
            marked(kind, "resident", crime=None, confirmed=True),
            marked(kind, "unconfirmed", source=SECRET, photos=(picture,)),
            marked(kind, "drill", confirmed=True, status=Status.EXERCISE, source=SECRET),
            marked(kind, "ended", confirmed=True, ended=Ended.WITHDRAWN, source=SECRET),
            marked(kind, "later", confirmed=True, crime=replace(CRIME, follows=Follows.MORE), source=SECRET),
        ]
    days = range(1, 5)
    return found + [
        marked("bear", f"day{n}", confirmed=True, measured_at=NOW - timedelta(days=n, minutes=47)) for n in days
    ]


async def struck(store: Store) -> None:
    """Damage that the desk knows to the house, of which a document was approved."""
    rain = Disaster(id=0, status=Status.ACTUAL, name="大雨", began=NOW - timedelta(hours=3))
    of = await desk.begin(store, rain, "sato", NOW)
    said = Content(
        certainty=Certainty.CONFIRMED,
        source=f"{SECRET}さん",
        place=f"{SECRET}1-2-3",
        note="090-1234-5678",
        area="032010001",
        area_name="内丸",
        lon=LON,
        lat=LAT,
        happened=(NOW - timedelta(hours=2)).replace(minute=47),
        figures={"dead": 1, "destroyed_buildings": 1, "roads": 2},
    )
    await desk.enter(store, of.id, said, "sato", NOW)
    draft = await announce(store, CITY, Wish(disaster=of.id, person="sato", now=NOW))
    async with store.write() as connection:
        await issue(connection, draft, NOW, who="suzuki")


@pytest.fixture
async def told(store: Store) -> AsyncIterator[tuple[Floor, News, str]]:
    """A hub in which all of it has been told as far as it ever will be."""
    news, picture = News(store), clean(pictures.telling_jpeg())
    async with store.write() as connection:
        await photos.keep(connection, picture, NOW, NOW + timedelta(days=365 * 20))
        await leads.keep(connection, [overheard()])
    await news.hire()
    await news.came(*everything(picture.sha256))
    await struck(store)
    key = "a-key-of-an-application-0001"
    settings = Open311(keys={"app": SecretStr(key)})
    catalog = read_catalog(Path("config/morioka/services.toml"))
    offer = Services(catalog=catalog, settings=settings, desk=Requests(Streets(None)), contact="019-651-4111")
    heard = Reports(public=True, per_client=1000, in_all=1000)
    async with floor(store, services=offer, base_url="https://hub.example.jp", reports=heard) as running:
        await ask_the_city(await running.visitor(), key)
        yield running, news, picture.sha256


async def ask_the_city(visitor: Visitor, key: str) -> None:
    """A request by Open311 of somebody who tells all about themselves, and a bear by the same way."""
    words = {"description": "山田さん宅の前です。090-1234-5678", "phone": "090-1234-5678", "first_name": SECRET}
    placed = {"lat": str(LAT), "long": str(LON), "email": f"{SECRET}@example.jp", "device_id": SECRET}
    for service in ("SNOW_NOT_PLOWED", "BEAR"):
        body = {"api_key": key, "service_code": service, **words, **placed}
        async with visitor.http.post("/open311/v2/requests.json", data=body) as response:
            assert response.status in {200, 201}, await response.text()


async def tell_the_city(visitor: Visitor, kind: str) -> str:
    """By the page; the token of the link."""
    form = FormData(default_to_multipart=True)
    words = {"text": f"{SECRET}さん 090-1234-5678", "place": f"{SECRET}内丸1-2-3", "attribute[WHAT]": SECRET}
    for name, value in {"kind": kind, "lon": str(LON), "lat": str(LAT), **words}.items():
        if kind.isupper() or not name.startswith("attribute"):
            form.add_field(name, value)
    form.add_field("photo", pictures.telling_jpeg(), filename=f"{SECRET}.jpg")
    async with visitor.http.post("/report", data=form) as response:
        assert response.status == 200 and response.url.path != "/report", await response.text()
        return response.url.path.rpartition("/")[2]


def seen_in(text: str) -> list[str]:
    """The marks in a text, each with what stands around it."""
    found = [(mark, text.find(mark)) for mark in MARKS if mark in text]
    found += [("minute", one.start()) for one in MINUTE.finditer(text)]
    return [f"{mark}: …{text[max(0, at - 60) : at + 60]}…" for mark, at in found]


def routes(running: Floor, fills: dict[str, list[str]]) -> list[str]:
    """Every GET the floor answers, with each thing that may stand in its placeholders."""
    paths: set[str] = set()
    for resource in running.app.router.resources():
        path = resource.canonical
        if not any(route.method == "GET" for route in resource) or path.startswith(("/static", "/vendor")):
            continue
        if "{path}" in path or path.endswith("/events"):
            continue
        ready = [path]
        for name in re.findall(r"{(\w+)}", path):
            ready = [one.replace(f"{{{name}}}", value) for one in ready for value in fills.get(name, ["1"])]
        paths |= set(ready)
    return sorted(paths)


async def read(visitor: Visitor, path: str, **headers: str) -> tuple[int, str]:
    async with visitor.http.get(path, headers=headers, allow_redirects=False) as response:
        told = {name: value for name, value in response.headers.items() if name != "Date"}
        return response.status, f"{told}{(await response.read()).decode(errors='replace')}"


async def test_no_public_address_tells_what_people_reported(told: tuple[Floor, News, str]) -> None:
    running, news, picture = told
    agreed = await news.agree()
    await news.publish()
    kinds = {one.kind for one in agreed}
    assert {"bear", "boar", "suspicious_person", "crime", "fraud", "missing_person"} <= kinds, "all of it is told"
    some = {one.kind: one for one in agreed if one.status is Status.ACTUAL}.values()
    names = [name for one in some for name in (one.series, one.identifier)]
    formats = {"form": ["json", "xml"], "code": ["BEAR"]}
    fills = formats | {
        "series": names,
        "id": ["1", *names],
        "identifier": names,
        "sha256": [picture],
        "name": ["flood-kitakami"],
        "entities": ["", *(f"/{name}" for name in LINKS)],
        "collection": [one.id for one in running.app[SHELF].collections.values()],
        "token": [await tell_the_city(await running.visitor(), kind) for kind in ("bear", "other", "SNOW_DAMAGE")],
    }
    stranger, answered = await running.visitor(), set[str]()
    for path in routes(running, fills):
        for query, accept in WAYS:
            status, text = await read(stranger, path + query, Accept=accept)
            answered |= {path} if status == 200 else set()
            assert seen_in(text) == [], path + query
    assert {"/report", f"/report/{fills['token'][0]}"} < answered, "whoever has the link sees no word either"
    assert {"/open311/v2/requests.xml", "/open311/v2/requests/1.json", "/cap/feed.atom", "/"} < answered
    assert {f"/ogc/collections/{name}/items" for name in ("reports", "alerts", "hazards", "damage")} < answered
    assert {"/sta/v1.1/Observations", "/open", "/open/terms", "/open/api", "/open/archive"} < answered
    assert any(path.startswith("/cap/Actual-missing-person") for path in answered)
    (district,) = await stranger.features("/api/v1/damage/districts")
    assert {one["ja"] for one in district["items"]} == {"全壊", "道路"}, "nothing of the dead, and one home is a few"
    assert len(answered) > 50, "a walk that is turned away everywhere proves nothing"
    assert (await stranger.get(f"/api/v1/reports/photos/{picture}"))[0] == 401
    public = await stranger.features("/api/v1/reports?limit=1000")
    assert {one["kind"] for one in public} == set(KINDS), "or the walk would prove nothing"


async def test_no_channel_carries_what_people_reported(told: tuple[Floor, News, str]) -> None:
    running, news, _ = told
    stranger = await running.visitor()
    agreed = await news.agree()
    for alert in {(one.kind, one.level): one for one in agreed}.values():
        for name in CHANNELS:
            try:
                payload = renderer(name).render(alert)
            except ValueError:
                continue  # it is no news for this outlet
            assert seen_in(repr(payload)) == [], (name, alert.kind)
    async with news.store.read() as connection:
        held = [one for _, one in await holding(connection, Viewer.public(False, True), NOW)]
    hung = strongest(held)
    assert len(hung) > len(KINDS) // 2
    for topic, one in hung.items():
        assert seen_in(topic + message(one).decode()) == []
    async with stranger.http.get("/api/v1/events") as response:
        heard = b"".join([await asyncio.wait_for(response.content.readuntil(b"\n\n"), 5) for _ in range(2)])
    assert b"event: change" in heard and seen_in(heard.decode()) == []


async def test_the_desk_does_see_it(told: tuple[Floor, News, str]) -> None:
    """Otherwise there would be no marks to find."""
    running, _, picture = told
    viewer = await running.person(Role.VIEWER)
    _, text = await read(viewer, "/api/v1/reports?limit=1000")
    assert all(mark in text for mark in (SECRET, "090-1234", "141.1123", "1-2-3", picture))
    assert MINUTE.search(text)
    _, text = await read(viewer, "/api/v1/damage")
    assert all(mark in text for mark in (SECRET, "090-1234", "141.1123", "1-2-3"))
    _, text = await read(viewer, "/api/v1/leads?every=true")
    assert SECRET in text and "https://x.com/" in text
    _, text = await read(viewer, "/ops/leads")
    assert "だれも確かめていません" in text and SECRET in text
