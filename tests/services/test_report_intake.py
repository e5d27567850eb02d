"""Reports by HTTP: who may, how often, once, and what stays of a photo."""

from __future__ import annotations

import asyncio
import base64
import io
import uuid
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from pydantic import SecretStr
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from feeds.records import Report
from feeds.status import Status
from services.broker.secret import hashed
from services.clock import wall
from services.configuration.gateways import Gateway
from services.configuration.reports import Reports
from services.desks.quarantine import Reader
from services.store import answered, gateways, photos
from services.store import records as record_store
from services.store.codec import from_json
from services.store.engine import Store
from services.store.gateways import Registered
from services.store.tables import answered as answered_table
from services.store.tables import chronology, records
from services.store.tables import photos as photos_table
from services.store.users import Role
from services.web.behind import Proxies
from services.web.report_form import COMING_IN
from tests.services import pictures
from tests.services.conftest import until
from tests.services.making import NOW
from tests.services.web_floor import Visitor, floor

pytestmark = pytest.mark.one_engine

PATH = "/api/v1/reports"
SEEN = {
    "kind": "bear",
    "time": NOW.isoformat(),
    "text": "クマ１頭、川沿いを北へ",
    "place": "中津川の河川敷",
    "lon": 141.11,
    "lat": 39.71,
}
OPEN = Reports(public=True, per_client=1000, in_all=1000)
KEY = "0d6f4b0e-4c5f-4a51-9b1f-3f1f9f5d7f11"


def form(*sent: bytes, **members: str) -> aiohttp.FormData:
    whole = aiohttp.FormData()
    for name, value in ({"kind": "bear", "time": NOW.isoformat(), "text": "クマ"} | members).items():
        whole.add_field(name, value)
    for one in sent:
        whole.add_field("photo", io.BytesIO(one), filename='../../etc/passwd.html"', content_type="text/html")
    return whole


async def send(visitor: Visitor, data: Any, **headers: str) -> tuple[int, Any]:
    async with visitor.http.post(PATH, data=data, headers=headers) as response:
        return response.status, await response.json()


async def stored(store: Store) -> list[Report]:
    async with store.read() as connection:
        rows = await connection.scalars(
            select(records.c.body).where(records.c.type == "report").order_by(records.c.seq)
        )
        return [from_json(Report, body) for body in rows]


async def count(store: Store, table: Any) -> int:
    async with store.read() as connection:
        return int(await connection.scalar(select(func.count()).select_from(table)) or 0)


async def test_nobody_may_unless_the_settings_say_so(store: Store) -> None:
    async with floor(store) as running:
        stranger = await running.visitor()
        assert await stranger.post(PATH, SEEN) == (
            401,
            {"error": "login_needed", "message": "ログインしてください。 / Please log in."},
        )
        assert (await (await running.person(Role.VIEWER)).post(PATH, SEEN))[0] == 403
    assert await stored(store) == []


async def test_a_resident_tells_and_nothing_is_confirmed_by_it(store: Store) -> None:
    async with floor(store, reports=OPEN) as running:
        stranger = await running.visitor()
        status, told = await stranger.post(PATH, SEEN)
        assert (status, sorted(told)) == (201, ["id", "photos", "received_at"])
        for forged in (
            {"confirmed": True},
            {"source": "盛岡東警察署"},
            {"status": "Test"},
            {"id": "r-1"},
            {"photos": []},
        ):
            assert (await stranger.post(PATH, SEEN | forged))[0] == 400, forged
        (kept,) = await stored(store)
        assert (kept.gateway, kept.report_id, kept.confirmed, kept.text) == ("@public", told["id"], False, SEEN["text"])
        assert await stranger.features(PATH) == []
        (desk,) = await (await running.person(Role.VIEWER)).features(PATH)
        assert (desk["gateway"], desk["place"]) == ("@public", SEEN["place"])


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "dragon"},
        {"kind": None},
        {"time": None},
        {"time": "2026-11-20T18:00:00"},
        {"time": (NOW + timedelta(hours=1)).isoformat()},
        {"time": (NOW - timedelta(days=15)).isoformat()},
        {"text": " "},
        {"text": "x" * 4001},
        {"text": "a\x00b"},
        {"text": "\ud800"},
        {"lat": None},
        {"lon": 341.0},
        {"lon": "141.1"},
        {"phone": "090-1234-5678"},
    ],
)
async def test_a_wrong_member_is_named(store: Store, wrong: dict[str, Any]) -> None:
    async with floor(store, reports=OPEN) as running:
        status, told = await (await running.visitor()).post(PATH, SEEN | wrong)
    assert status == 400, told
    assert "090" not in told["message"]
    assert await stored(store) == []


async def test_the_same_key_gives_the_same_answer_and_one_report(store: Store) -> None:
    async with floor(store, reports=OPEN) as running:
        stranger = await running.visitor()
        many = await asyncio.gather(*(stranger.post(PATH, SEEN, headers={"Idempotency-Key": KEY}) for _ in range(5)))
        assert {status for status, _ in many} == {201}
        assert len({told["id"] for _, told in many}) == 1
        other, told = await stranger.post(PATH, SEEN | {"text": "別"}, headers={"Idempotency-Key": f'"{KEY}"'})
        assert (other, told["error"]) == (409, "key_reused")
        for bad in ("short", "k" * 129, "with space in the middle of it"):
            assert (await stranger.post(PATH, SEEN, headers={"Idempotency-Key": bad}))[0] == 400, bad
        desk = await running.person(Role.OPERATOR)
        status, told = await desk.post(PATH, SEEN | {"text": "別"}, headers={"Idempotency-Key": KEY})
        assert status == 201, "another sender's key is another key"
    async with floor(store, reports=OPEN) as after_a_restart:
        stranger = await after_a_restart.visitor()
        _, told = await stranger.post(PATH, SEEN, headers={"Idempotency-Key": KEY})
        assert told == many[0][1]
    assert len(await stored(store)) == 2


async def test_two_processes_give_one_answer(postgresql_url: str) -> None:
    one, two = await Store.open(postgresql_url), await Store.open(postgresql_url)
    key = {"Idempotency-Key": str(uuid.uuid4())}
    try:
        async with floor(one, reports=OPEN) as first, floor(two, reports=OPEN) as second:
            visitors = [await first.visitor(), await second.visitor()] * 4
            many = await asyncio.gather(*(visitor.post(PATH, SEEN, headers=key) for visitor in visitors))
    finally:
        await one.close()
        await two.close()
    assert {status for status, _ in many} == {201}
    assert len({told["id"] for _, told in many}) == 1


async def test_a_crowd_of_forms_is_asked_to_come_again(store: Store) -> None:
    async with floor(store, reports=OPEN) as running:
        stranger = await running.visitor()
        gate = asyncio.Event()

        async def slow() -> AsyncIterator[bytes]:
            yield b"--x\r\n"
            await gate.wait()
            yield b"--x--\r\n"

        slowly = {"Content-Type": "multipart/form-data; boundary=x"}
        waiting = [asyncio.create_task(send(stranger, slow(), **slowly)) for _ in range(6)]
        await until(running.app[COMING_IN].locked)
        async with stranger.http.post(PATH, data=form()) as response:
            assert response.status == 503 and "Retry-After" in response.headers
        assert (await (await running.person(Role.OPERATOR)).post(PATH, SEEN))[0] == 201
        gate.set()
        assert {status for status, _ in await asyncio.gather(*waiting)} == {400}
        assert (await send(stranger, form(pictures.png())))[0] == 201


async def test_a_relay_may_send_many_at_once(store: Store) -> None:
    secret = hashed("eight-secret")
    one = Registered(name="gw08", status=Status.ACTUAL, telegram=False, also=(), bcrypt=secret.bcrypt,
                     pbkdf2=secret.pbkdf2, revoked=False, changed_at=NOW)  # fmt: skip
    async with store.write() as connection:
        await gateways.add(connection, one)
    async with floor(store) as running:
        machine = await running.visitor()
        login = basic("gw08", "eight-secret")
        assert (await machine.post(PATH, SEEN, headers=login))[0] == 201
        many = await asyncio.gather(*(machine.post(PATH, SEEN, headers=login) for _ in range(30)))
        assert {status for status, _ in many} == {201}
        async with store.write() as connection:
            await gateways.revoke(connection, "gw08", NOW)
        assert (await machine.post(PATH, SEEN, headers=login))[0] == 401, "what was right once is asked for again"


async def test_a_key_is_forgotten_after_a_day(store: Store) -> None:
    async with floor(store, reports=OPEN) as running:
        await (await running.visitor()).post(PATH, SEEN, headers={"Idempotency-Key": KEY})
    async with store.write() as connection:
        (key,) = await connection.scalars(select(answered_table.c.key))
        assert KEY not in key
        assert await answered.find(connection, key, wall()) is not None
        assert await answered.find(connection, key, wall() + timedelta(days=1)) is None
        await answered.forget(connection, wall() + timedelta(days=1))
    assert await count(store, answered_table) == 0


async def test_a_photo_is_kept_without_what_was_hidden_in_it(store: Store) -> None:
    async with floor(store, reports=OPEN) as running:
        stranger = await running.visitor()
        sent = pictures.telling_jpeg()
        status, told = await send(stranger, form(sent, pictures.png(), b""), **{"Idempotency-Key": KEY})
        assert (status, len(told["photos"])) == (201, 2)
        again = await send(stranger, form(sent, pictures.png(), b""), **{"Idempotency-Key": KEY})
        assert again == (status, told), "the border between the parts is another each time"
        (kept,) = await stored(store)
        assert kept.photos == tuple(told["photos"])
        address = f"{PATH}/photos/{told['photos'][0]}"
        assert (await stranger.get(address))[0] == 401
        desk = await running.person(Role.VIEWER)
        (shown,) = await desk.features(PATH)
        assert shown["photos"][0] == address
        async with desk.http.get(address) as response:
            data = await response.read()
            assert response.content_type == "image/jpeg"
            assert response.headers["X-Content-Type-Options"] == "nosniff"
            assert response.headers["Content-Security-Policy"].startswith("default-src 'none'")
            assert response.headers["Cache-Control"] == "private, no-store"
            assert response.headers["Content-Disposition"].startswith("inline; filename=")
        assert data.startswith(b"\xff\xd8") and b"Exif" not in data and b"SecretCam" not in data
        for strange in ("..%2f..%2fetc%2fpasswd", "0" * 63, "0" * 64, "A" * 64, "%00"):
            assert (await desk.get(f"{PATH}/photos/{strange}"))[0] in {400, 404}, strange


async def test_photos_are_deleted_on_time(store: Store) -> None:
    async with floor(store, reports=replace_days(3)) as running:
        _, told = await send(await running.visitor(), form(pictures.png()))
    (name,) = told["photos"]
    async with store.write() as connection:
        assert await photos.find(connection, name, wall() + timedelta(days=2)) is not None
        assert await photos.find(connection, name, wall() + timedelta(days=4)) is None
        assert await photos.forget(connection, wall() + timedelta(days=2)) == 0
        assert await photos.forget(connection, wall() + timedelta(days=4)) == 1
    assert await count(store, photos_table) == 0


def replace_days(days: int) -> Reports:
    return OPEN.model_copy(update={"photo_days": days})


async def test_photos_that_nobody_means_well_with(store: Store) -> None:
    wrong = [
        ((pictures.bomb(),), 413, "too_many_pixels"),
        ((b"<script>alert(1)</script>",), 400, "not_a_photo"),
        ((b"\xff\xd8" + bytes(8 * 1024 * 1024),), 413, "too_large"),
        ((pictures.png(),) * 4, 413, "too_many_parts"),
        ((pictures.png(), b"GIF89a"), 400, "not_a_photo"),
    ]
    async with floor(store, reports=OPEN) as running:
        stranger = await running.visitor()
        for sent, status, code in wrong:
            got, told = await send(stranger, form(*sent))
            assert (got, told["error"]) == (status, code), told
        assert await stored(store) == []
        assert await count(store, photos_table) == 0, "a report and its photos come in one transaction"
        assert (await send(stranger, form(pictures.polyglot())))[0] == 201


@pytest.mark.filterwarnings("ignore::aiohttp.BadContentDispositionHeader")
async def test_forms_that_are_no_forms(store: Store) -> None:
    head = 'Content-Disposition: form-data; name="text"'
    bodies = [
        b"",
        b"--x",
        b"--x\r\n\r\n",
        b"--x--\r\n",
        f"--x\r\n{head}\r\n\r\na\r\n--x\r\n{head}\r\n\r\nb\r\n--x--\r\n".encode(),
        b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\n\xff\xfe\r\n--x--\r\n',
        b"--x\r\nContent-Disposition: form-data\r\n\r\na\r\n--x--\r\n",
        b"--x\r\nContent-Type: multipart/mixed; boundary=y\r\n\r\n--y\r\n\r\na\r\n--y--\r\n--x--\r\n",
        b'--x\r\nContent-Disposition: form-data; name="text"\r\nX: ' + b"a" * 20_000 + b"\r\n\r\na\r\n--x--\r\n",
        b'--x\r\nContent-Disposition: form-data; name="photo"; filename="a\r\nSet-Cookie: b=c"\r\n\r\na\r\n--x--\r\n',
        f"--x\r\n{head}\r\nContent-Transfer-Encoding: base64\r\n\r\n!\r\n--x--\r\n".encode(),
    ]
    async with floor(store, reports=OPEN) as running:
        stranger = await running.visitor()
        for body in bodies:
            status, told = await send(stranger, body, **{"Content-Type": "multipart/form-data; boundary=x"})
            assert status in {400, 413}, (body[:80], told)
            assert set(told) == {"error", "message"}
        for media in ("multipart/form-data", "multipart/form-data; boundary=" + "b" * 300):
            assert (await send(stranger, b"--x--", **{"Content-Type": media}))[0] == 400
        assert (await send(stranger, b"kind=bear", **{"Content-Type": "application/x-www-form-urlencoded"}))[0] == 415
        assert (await send(stranger, b"[" * 40_000, **{"Content-Type": "application/json"}))[0] == 400
        assert (await send(stranger, b"x" * 70_000, **{"Content-Type": "application/json"}))[0] == 413
    assert await stored(store) == []


async def test_a_flood_is_turned_away_by_client_and_in_all(store: Store) -> None:
    known = Reader(gateways={"gw07": Gateway(password=SecretStr("seven-secret"))})
    few = Reports(public=True, per_client=2, in_all=3)
    async with floor(store, reports=few, https=True, proxies=Proxies(), reader=known) as running:
        stranger = await running.visitor()

        async def by(address: str) -> tuple[int, str | None]:
            headers = {"X-Forwarded-For": f"9.9.9.9, {address}"}
            async with stranger.http.post(PATH, json=SEEN, headers=headers) as response:
                return response.status, response.headers.get("Retry-After")

        assert [(await by("2001:db8::1"))[0], (await by("2001:db8::2"))[0]] == [201, 201]
        status, wait = await by("2001:db8::3")
        assert status == 429 and wait is not None and 0 < int(wait) <= 601, "one /64 is one client"
        assert (await by("198.51.100.7"))[0] == 201
        assert (await by("198.51.100.8"))[0] == 429, "in all"
        status, _ = await stranger.post(PATH, SEEN, headers=basic("gw07", "seven-secret"))
        assert status == 201, "those who are known are not held up by it"
    assert len(await stored(store)) == 4


async def test_staff_may_confirm_and_needs_the_token(store: Store) -> None:
    whole = SEEN | {"confirmed": True, "source": "盛岡東警察署", "id": "call-7", "status": "Exercise"}
    async with floor(store) as running:
        desk = await running.person(Role.OPERATOR, "sato")
        assert (await desk.post(PATH, whole, headers={"X-CSRF-Token": "wrong"}))[1]["error"] == "csrf"
        for _ in range(2):
            assert (await desk.post(PATH, whole))[1]["id"] == "call-7"
    (kept,) = await stored(store)
    assert (kept.key, kept.confirmed, kept.status) == ("@desk/report/call-7", True, Status.EXERCISE)
    async with store.read() as connection:
        texts = list(await connection.scalars(select(chronology.c.text).where(chronology.c.kind == "report")))
    assert texts == ["通報を登録した（bear）"] * 2, "who and what, no words of the report"


async def test_in_an_exercise_every_report_is_a_drill(store: Store) -> None:
    async with floor(store, reports=OPEN, exercise=True) as running:
        assert (await (await running.visitor()).post(PATH, SEEN))[0] == 201
    assert [one.status for one in await stored(store)] == [Status.EXERCISE]


def basic(name: str, password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()}


async def test_a_gateway_sends_by_its_own_name_and_password(store: Store) -> None:
    known = Reader(gateways={"gw07": Gateway(password=SecretStr("seven-secret"), status=Status.EXERCISE)})
    secret = hashed("eight-secret")
    one = Registered(name="gw08", status=Status.ACTUAL, telegram=False, also=(), bcrypt=secret.bcrypt,
                     pbkdf2=secret.pbkdf2, revoked=False, changed_at=NOW)  # fmt: skip
    async with store.write() as connection:
        await gateways.add(connection, one)
        await gateways.add(connection, replace(one, name="gw09"))
        await gateways.revoke(connection, "gw09", NOW)
    async with floor(store, reader=known) as running:
        machine = await running.visitor()
        for name, password, expected in (
            ("gw07", "seven-secret", 201),
            ("gw08", "eight-secret", 201),
            ("gw08", "seven-secret", 401),
            ("gw09", "eight-secret", 401),
            ("gw99", "", 401),
            ("@public", "", 401),
            ("a\x00", "b\x00", 401),
        ):
            status, told = await machine.post(PATH, SEEN | {"id": "r1"}, headers=basic(name, password))
            assert status == expected, (name, told)
        for odd in ("Basic", "Basic !!!", "Bearer abc", "Basic " + base64.b64encode(b"nocolon").decode(), "Basic /w=="):
            assert (await machine.post(PATH, SEEN, headers={"Authorization": odd}))[0] == 401, odd
        for _ in range(6):
            status, _ = await machine.post(PATH, SEEN, headers=basic("gw08", "guess"))
        assert status == 429
    told = {one.key: one.status for one in await stored(store)}
    assert told == {"gw07/report/r1": Status.EXERCISE, "gw08/report/r1": Status.ACTUAL}


async def test_a_photo_is_sent_before_the_report_that_names_it(store: Store) -> None:
    known = Reader(gateways={"gw07": Gateway(password=SecretStr("seven-secret"))})
    async with floor(store, reader=known, reports=OPEN) as running:
        machine = await running.visitor()
        login = basic("gw07", "seven-secret") | {"Content-Type": "application/octet-stream"}
        async with machine.http.post(f"{PATH}/photos", data=pictures.webp(), headers=login) as response:
            assert response.status == 201
            told = await response.json()
        async with machine.http.post(f"{PATH}/photos", data=pictures.webp()) as response:
            assert response.status == 401, "photos alone are not for everybody"
        status, answer = await machine.post(PATH, SEEN | {"photos": [told["sha256"]]}, headers=login_json(login))
        assert (status, answer["photos"]) == (201, [told["sha256"]])


def login_json(headers: dict[str, str]) -> dict[str, str]:
    return {"Authorization": headers["Authorization"]}


async def test_nothing_private_reaches_the_log(store: Store, capfd: pytest.CaptureFixture[str]) -> None:
    async with floor(store, reports=OPEN) as running:
        stranger = await running.visitor()
        await send(stranger, form(pictures.telling_jpeg(), text="電話は 090-1234-5678"))
        await send(stranger, form(b"090-1234-5678", text="電話は 090-1234-5678"))
    out, err = capfd.readouterr()
    assert "090-1234" not in out + err
    assert len(await stored(store)) == 1


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
async def test_an_error_of_the_store_tells_no_values(store: Store) -> None:
    """It goes to the log with its statement, and the values would be the words of the report."""
    kept = Report(gateway="g", report_id="1", kind="bear", measured_at=NOW, text="090-1234-5678", place="")
    async with store.write() as connection:
        await connection.exec_driver_sql("ALTER TABLE records RENAME COLUMN body TO gone")
    with pytest.raises(SQLAlchemyError) as error:
        async with store.write() as connection:
            await record_store.save(connection, [kept], NOW)
    assert "090-1234" not in str(error.value)
    assert "INSERT" in str(error.value)
