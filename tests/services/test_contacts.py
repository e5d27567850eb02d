"""A contact is shown to whoever says what for, one by one, and every time somebody has written that down."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from feeds.contact import Contact
from feeds.open311.catalog import read_catalog
from feeds.records import Message, Report
from feeds.registry import for_message
from services.configuration.open311 import Open311
from services.configuration.reporters import Reporters
from services.requests.desk import Requests
from services.requests.offer import Services
from services.requests.street import Streets
from services.store import looks, records, report_cases, reporters
from services.store.engine import Store
from services.store.tables import chronology, metadata
from services.store.users import Role
from tests.services.making import NOW
from tests.services.web_floor import Visitor, floor

pytestmark = pytest.mark.one_engine
PHONE, NAME = "090-5555-4321", "紫波 花子"
SEEN = Report(
    gateway="@public",
    report_id="r1",
    kind="bear",
    measured_at=NOW,
    text=f"クマです。{PHONE}",
    place="内丸",
    contact=Contact(name=NAME, phone=PHONE),
)


async def came(store: Store) -> int:
    Reporters(key=SecretStr("a-key-of-senders-" * 3)).seals(store)
    async with store.write() as connection:
        await records.save(connection, [SEEN], NOW)
        return (await report_cases.of_keys(connection, [SEEN.key]))[SEEN.key].id


async def form(visitor: Visitor, **fields: str) -> tuple[int, str, str]:
    async with visitor.http.post("/ops/contacts", data={"csrf": visitor.csrf, **fields}) as answer:
        return answer.status, await answer.text(), answer.headers["Cache-Control"]


async def test_lists_tell_that_there_is_a_contact_and_a_look_with_its_purpose_shows_it(store: Store) -> None:
    number = await came(store)
    async with floor(store) as running:
        officer = await running.person(Role.OPERATOR, "sato")
        _, queue = await officer.get("/api/v1/reports/queue")
        assert queue["items"][0]["contact"] == ["name", "phone", "words"]
        for path in ("/ops/reports", f"/ops/contacts?case={number}", "/api/v1/reports/queue", "/api/v1/chronology"):
            status, page = await officer.get(path)
            assert status == 200 and PHONE not in str(page) and NAME not in str(page), path
        status, page, _ = await form(officer, case=str(number))
        assert status == 400 and "目的を選んでください" in page and PHONE not in page
        status, page, kept = await form(officer, case=str(number), purpose="call_back", note=f"{PHONE} へ")
        assert (status, kept) == (200, "private, no-store") and page.count(PHONE) >= 2 and NAME in page
        body = {"case": number, "purpose": "rescue"}
        status, told = await officer.post("/api/v1/contacts/looks", body)
        assert status == 200 and told["contacts"] == [
            {"part": "", "name": NAME, "phone": PHONE, "words": {"text": SEEN.text}}
        ]
        assert (await officer.get("/api/v1/contacts/looks"))[0] == 403, "who looked is for administrators"
        admin = await running.person(Role.ADMIN)
        _, log = await admin.get("/api/v1/contacts/looks")
        assert [(one["who"], one["purpose"], one["how"], one["note"]) for one in log["items"]] == [
            ("sato", "rescue", "api", ""),
            ("sato", "call_back", "page", "●●● へ"),
        ]
        status, page = await admin.get("/ops/contacts")
        assert status == 200 and SEEN.key in page and "人の命" in page and PHONE not in page
    async with store.read() as connection:
        said = select(chronology.c.who, chronology.c.text).where(chronology.c.kind == "report")
        texts = (await connection.execute(said)).all()
    assert [tuple(one) for one in texts] == [
        ("sato", "通報者の連絡先を見た（内容を確かめるために折り返す）"),
        ("sato", "通報者の連絡先を見た（人の命・けがに関わる）"),
    ]


async def test_who_may_not_and_what_cannot_be_opened_is_told_and_is_no_look(store: Store) -> None:
    number = await came(store)
    async with floor(store) as running:
        viewer, officer = await running.person(Role.VIEWER), await running.person(Role.OPERATOR)
        body = {"case": number, "purpose": "check"}
        assert (await viewer.post("/api/v1/contacts/looks", body))[0] == 403
        assert (await viewer.get(f"/ops/contacts?case={number}"))[0] == 403
        for wrong, code in (
            ({"case": number}, "bad_purpose"),
            ({"purpose": "check"}, "bad_case"),
            ({**body, "request": 1}, "bad_case"),
            ({**body, "note": 5}, "bad_note"),
            ({**body, "case": True}, "bad_case"),
        ):
            status, told = await officer.post("/api/v1/contacts/looks", wrong)
            assert (status, told["error"]) == (400, code)
        assert (await officer.post("/api/v1/contacts/looks", {**body, "case": 999}))[0] == 404
        for keys in (Reporters(), Reporters(key=SecretStr("another-key-" * 4))):
            keys.seals(store)
            status, told = await officer.post("/api/v1/contacts/looks", body)
            assert (status, told["error"]) == (503, "sealed")
        Reporters().seals(store)
        status, page = await officer.get(f"/ops/contacts?case={number}")
        assert status == 200 and "鍵がないため開けません" in page
    async with store.read() as connection:
        assert await looks.newest(connection, 10) == []


async def test_by_whatever_way_it_comes_it_is_kept_apart(store: Store) -> None:
    """MQTT, HTTP, a request and what is added to it: nothing of it stands anywhere else."""
    Reporters(key=SecretStr("a-key-of-senders-" * 3)).seals(store)
    sent = {"id": "m1", "kind": "bear", "time": NOW.isoformat(), "text": f"クマ {PHONE}", "contact_name": NAME}
    message = Message(topic="hub/v1/gw07/report", payload=json.dumps(sent).encode(), received_at=NOW)
    feed = for_message(message)
    assert feed is not None
    async with store.write() as connection:
        await records.save(connection, feed.decode(message).records, NOW)
    key = "a-key-of-an-application-0001"
    catalog = read_catalog(Path("config/morioka/services.toml"))
    settings = Open311(keys={"app": SecretStr(key)})
    offer = Services(catalog=catalog, settings=settings, desk=Requests(Streets(None)), contact="019-651-4111")
    async with floor(store, services=offer, base_url="https://hub.example.jp") as running:
        officer = await running.person(Role.OPERATOR)
        body = {"kind": "bear", "time": NOW.isoformat(), "text": f"電話は{PHONE}", "contact_mail": "h@example.jp"}
        assert (await officer.post("/api/v1/reports", body))[0] == 201
        form = {
            "api_key": key, "service_code": "SNOW_NOT_PLOWED", "lat": "39.705", "long": "141.11", "last_name": "紫波",
            "first_name": "花子", "phone": PHONE, "device_id": "DEVICE-77", "description": f"雪です {PHONE}",
        }  # fmt: skip
        async with officer.http.post("/open311/v2/requests.json", data=form) as answer:
            [asked] = await answer.json()
        more = {
            "api_key": key, "service_request_id": asked["service_request_id"], "update_id": "1", "status": "OPEN",
            "updated_datetime": NOW.isoformat(), "description": f"まだです。{PHONE}", "email": "h@example.jp",
        }  # fmt: skip
        async with officer.http.post("/open311/v2/servicerequestupdates.json", data=more) as answer:
            assert answer.status == 200
        wanted = {"request": int(asked["service_request_id"]), "purpose": "answer"}
        _, told = await officer.post("/api/v1/contacts/looks", wanted)
        _, page = await officer.get("/ops/requests")
        assert "連絡先あり" in page and PHONE not in page
    assert told["contacts"] == [
        {"part": "", "name": NAME, "phone": PHONE, "words": {"description": f"雪です {PHONE}"}},
        {"part": "word/1", "mail": "h@example.jp", "words": {"text": f"まだです。{PHONE}"}},
    ]
    async with store.read() as connection:
        whole = repr([(await connection.execute(select(table))).all() for table in metadata.sorted_tables])
        assert sorted((await reporters.keys(connection)).values()) == [4]
    assert [one for one in (PHONE, NAME, "h@example.jp", "DEVICE-77") if one in whole] == []
