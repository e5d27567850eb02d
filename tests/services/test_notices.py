"""What the police tell, handed in by HTTP: records and refusals in one transaction, once, by those who may."""

from __future__ import annotations

import io
from typing import Any

from pydantic import SecretStr
from sqlalchemy import select

from feeds.records import Report
from feeds.status import Status
from services.configuration.gateways import Gateway
from services.configuration.reports import Reports
from services.desks.quarantine import Reader
from services.store import quarantine
from services.store.codec import from_json
from services.store.engine import Store
from services.store.tables import chronology, records
from services.store.users import Role
from tests.feeds.test_crime_csv import BICYCLE, HEAD
from tests.services.test_report_intake import basic
from tests.services.web_floor import Visitor, floor

PATH = "/api/v1/reports/notices"
MAIL = (
    "【不審者情報】声かけ\n日時：11月19日（木）午後3時ころ\n場所：盛岡市内丸の路上\n男が声をかけました。\n盛岡東警察署"
)
RELAY = {"relay": Gateway(password=SecretStr("relay-secret"))}


async def hand_in(visitor: Visitor, text: str | bytes, media: str, **headers: str) -> tuple[int, Any]:
    body = io.BytesIO(text.encode() if isinstance(text, str) else text)
    whole = {"X-CSRF-Token": visitor.csrf, "Content-Type": media, **headers}
    async with visitor.http.post(PATH, data=body, headers=whole) as response:
        return response.status, await response.json()


async def stored(store: Store) -> list[Report]:
    async with store.read() as connection:
        return [from_json(Report, body) for body in await connection.scalars(select(records.c.body))]


async def test_a_relay_hands_in_a_mail_once(store: Store) -> None:
    async with floor(store, reader=Reader(gateways=RELAY)) as running:
        relay = await running.visitor()
        login = basic("relay", "relay-secret")
        assert await hand_in(relay, MAIL, "text/plain; charset=utf-8", **login) == (
            201,
            {"new": 1, "known": 0, "refused": 0, "rejected": []},
        )
        _, again = await hand_in(relay, MAIL, "message/rfc822", **login)
        assert (again["new"], again["known"]) == (0, 1)
        (told,) = await (await running.visitor()).features("/api/v1/reports")
        assert told == {
            "kind": "suspicious_person",
            "time": "2026-11-19T06:00:00Z",
            "exact": "hour",
            "place": "内丸",
            "text": "声かけ。",
            "finding": None,
            "confirmed": True,
            "source": "盛岡東警察署",
            "status": "Actual",
        }
        (desk,) = await (await running.person(Role.VIEWER)).features("/api/v1/reports")
        assert desk["text"] == MAIL.replace("\n", "\n\n", 1)
        assert desk["crime"]["municipality"] == "盛岡市"
    (kept,) = await stored(store)
    assert (kept.gateway, kept.place) == ("relay", "盛岡市内丸の路上")


async def test_only_those_who_are_known_hand_in(store: Store) -> None:
    async with floor(store, reader=Reader(gateways=RELAY), reports=Reports(public=True)) as running:
        stranger, viewer = await running.visitor(), await running.person(Role.VIEWER)
        desk = await running.person(Role.OPERATOR, "sato")
        assert (await hand_in(stranger, MAIL, "text/plain"))[0] == 401
        assert (await hand_in(stranger, MAIL, "text/plain", **basic("relay", "guessed")))[0] == 401
        assert (await hand_in(viewer, MAIL, "text/plain"))[0] == 403
        assert (await hand_in(desk, MAIL, "text/html"))[0] == 415
        assert (await hand_in(desk, "", "text/plain"))[0] == 400
        assert (await hand_in(desk, b"x" * (2 * 1024 * 1024 + 1), "text/csv"))[0] == 413
        assert (await hand_in(desk, MAIL, "text/plain"))[0] == 201
    async with store.read() as connection:
        (text,) = await connection.scalars(
            select(chronology.c.text).where(chronology.c.who == "sato", chronology.c.kind == "report")
        )
    assert "内丸" not in text


async def test_what_cannot_be_read_stands_in_quarantine_and_is_read_again(store: Store) -> None:
    table = HEAD + BICYCLE + BICYCLE.replace("2025-04-12", "4月12日")
    async with floor(store, reader=Reader(gateways=RELAY)) as running:
        relay, desk = await running.visitor(), await running.person(Role.OPERATOR)
        status, told = await hand_in(relay, table.encode("cp932"), "text/csv", **basic("relay", "relay-secret"))
        assert (status, told["new"], told["refused"]) == (201, 1, 1)
        assert (told["rejected"][0]["error"], told["rejected"][0]["at"]) == ("bad_time", "line 3")
        await hand_in(relay, "声かけ\nがありました", "text/plain", **basic("relay", "relay-secret"))
        async with store.read() as connection:
            kept = {row["code"]: row for row in await quarantine.newest(connection, 10)}
        assert {row["gateway"] for row in kept.values()} == {"relay"}
        assert kept["no_time"]["topic"] == "police_mail:relay"
        _, shown = await desk.get(f"/api/v1/quarantine/{kept['bad_time']['id']}")
        assert shown["text"].startswith("罪名,手口") and not shown["now"]["readable"]
        assert (await desk.post("/api/v1/quarantine/replay", {"id": kept["no_time"]["id"]}))[0] == 409


async def test_a_drill_stays_one(store: Store) -> None:
    drilling = {"relay": Gateway(password=SecretStr("relay-secret"), status=Status.EXERCISE)}
    async with floor(store, reader=Reader(gateways=drilling)) as running:
        await hand_in(await running.visitor(), MAIL, "text/plain", **basic("relay", "relay-secret"))
    assert [one.status for one in await stored(store)] == [Status.EXERCISE]
