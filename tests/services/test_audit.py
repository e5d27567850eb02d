"""The audit: whatever a person may change by the API, the chronology names the person."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from rules.alert import Approval
from services.desks.quarantine import Reader
from services.dumps.picture import Dumps
from services.store import alerts, chronology, distrusts, hold_offs
from services.store.engine import Store
from services.store.tables import chronology as log
from services.store.tables import users
from services.store.users import Role
from services.web.api.table import ENDPOINTS
from tests.exercise.telegrams import Warned, telegram
from tests.services import acts, acts_of_damage, acts_of_muster, acts_of_snow
from tests.services.ledger.test_ledger_desk import BOOK
from tests.services.making import NOW, alert, payload
from tests.services.pictures import png
from tests.services.test_adoption import SENSOR
from tests.services.test_adoption import city as with_stations
from tests.services.test_declaring import CITY
from tests.services.test_quarantine_desk import GRANTED, refused
from tests.services.web_floor import PASSWORD, Visitor, floor

Act = Callable[[Store, Visitor], Awaitable[tuple[int, Any]]]


async def _draft(store: Store) -> tuple[str, str]:
    """The address of a waiting draft, and its digest."""
    one = alert()
    async with store.write() as connection:
        digest = await alerts.add_draft(connection, one, {"log": payload()}, NOW)
    return f"/api/v1/alerts/{one.series}/{one.revision}", digest


async def _approve(store: Store, officer: Visitor) -> tuple[int, Any]:
    path, digest = await _draft(store)
    return await officer.post(f"{path}/approve", {"digest": digest})


async def _reject(store: Store, officer: Visitor) -> tuple[int, Any]:
    path, digest = await _draft(store)
    return await officer.post(f"{path}/reject", {"digest": digest, "reason": "誤報"})


async def _send_now(store: Store, officer: Visitor) -> tuple[int, Any]:
    one = alert(series="held")
    async with store.write() as connection:
        digest = await alerts.add_draft(connection, one, {"log": payload()}, NOW)
        await hold_offs.begin(connection, one, NOW, timedelta(minutes=5), "規則 river-level")
    return await officer.post("/api/v1/alerts/held/1/send-now", {"digest": digest})


async def _break_glass(store: Store, officer: Visitor) -> tuple[int, Any]:
    one = alert(series="alone", approval=Approval.TWO)
    async with store.write() as connection:
        digest = await alerts.add_draft(connection, one, {"log": payload()}, NOW)
        await connection.execute(update(users).values(scope={"break_glass": True}))
    body = {"digest": digest, "reason": "だれにも連絡がつかないため", "password": PASSWORD}
    return await officer.post("/api/v1/alerts/alone/1/break-glass", body)


async def _sign_off(store: Store, officer: Visitor) -> tuple[int, Any]:
    async with store.write() as connection:
        draft = await alerts.get(connection, "alone", 1)
        assert draft is not None, "it was issued by the act before"
        await connection.execute(update(users).values(role=Role.ADMIN.value))
    return await officer.post("/api/v1/break-glass/alone/1/sign-off", {})


async def _silence(_: Store, officer: Visitor) -> tuple[int, Any]:
    return await officer.post("/api/v1/silences", {"kind": "bear", "minutes": 30, "reason": "重複"})


async def _end_silence(store: Store, officer: Visitor) -> tuple[int, Any]:
    _, made = await _silence(store, officer)
    return await officer.post("/api/v1/silences/end", {"id": made["id"]})


async def _distrust(_: Store, officer: Visitor) -> tuple[int, Any]:
    body = {"station": "tatesakabashi", "quantity": "water_level", "reason": "流木が当たった"}
    return await officer.post("/api/v1/sensors/distrusts", body)


async def _trust(store: Store, officer: Visitor) -> tuple[int, Any]:
    async with store.read() as connection:
        (one,) = await distrusts.holding(connection, NOW)
    return await officer.post("/api/v1/sensors/distrusts/end", {"id": one.id})


async def _replay(store: Store, officer: Visitor) -> tuple[int, Any]:
    text = telegram("大雨", NOW, "大雨に注意。", [Warned("盛岡市", "レベル２大雨注意報", "10")]).encode()
    one = await refused(store, "hub/v1/relay/telegram", text, {})
    return await officer.post("/api/v1/quarantine/replay", {"id": one})


async def _note(_: Store, officer: Visitor) -> tuple[int, Any]:
    return await officer.post("/api/v1/chronology", {"text": "巡視を始めた"})


async def _report(_: Store, officer: Visitor) -> tuple[int, Any]:
    return await officer.post("/api/v1/reports", {"kind": "bear", "time": NOW.isoformat(), "text": "電話で聞いた"})


async def _photo(_: Store, officer: Visitor) -> tuple[int, Any]:
    headers = {"X-CSRF-Token": officer.csrf, "Content-Type": "image/png"}
    async with officer.http.post("/api/v1/reports/photos", data=png(), headers=headers) as response:
        return response.status, await response.json()


async def _notice(_: Store, officer: Visitor) -> tuple[int, Any]:
    headers = {"X-CSRF-Token": officer.csrf, "Content-Type": "text/plain"}
    text = "声かけ事案\n11月19日午後3時ころ、盛岡市内丸の路上で、声かけがありました。"
    async with officer.http.post("/api/v1/reports/notices", data=text.encode(), headers=headers) as response:
        return response.status, await response.json()


async def _adopt(_: Store, officer: Visitor) -> tuple[int, Any]:
    return await officer.post("/api/v1/sensors", SENSOR)


async def _let_go(store: Store, officer: Visitor) -> tuple[int, Any]:
    await _adopt(store, officer)
    return await officer.post("/api/v1/sensors/let-go", {"code": SENSOR["code"]})


ACTS: dict[str, Act] = {
    "/alerts/{series}/{revision}/approve": _approve,
    "/alerts/{series}/{revision}/reject": _reject,
    "/alerts/{series}/{revision}/send-now": _send_now,
    "/alerts/{series}/{revision}/break-glass": _break_glass,
    "/break-glass/{series}/{revision}/sign-off": _sign_off,
    "/silences": _silence,
    "/silences/end": _end_silence,
    "/sensors/distrusts": _distrust,
    "/sensors/distrusts/end": _trust,
    "/quarantine/replay": _replay,
    "/reports": _report,
    "/reports/photos": _photo,
    "/reports/notices": _notice,
    "/chronology": _note,
    "/sensors": _adopt,
    "/sensors/let-go": _let_go,
    **acts.ACTS,
    **acts_of_snow.ACTS,
    **acts_of_damage.ACTS,
    **acts_of_muster.ACTS,
}


# What an alert goes out by, and what keeps one from it: shown on either engine, and the chain over all of it.
GRAVE = (
    "/alerts/{series}/{revision}/approve",
    "/alerts/{series}/{revision}/reject",
    "/alerts/{series}/{revision}/send-now",
    "/alerts/{series}/{revision}/break-glass",
    "/break-glass/{series}/{revision}/sign-off",
    "/silences",
    "/sensors/distrusts",
    "/chronology",
)


def test_every_write_of_the_api_is_tried_below() -> None:
    assert {one.path for one in ENDPOINTS if one.method != "GET"} == ACTS.keys()


@pytest.mark.one_engine
async def test_each_write_names_its_person(store: Store) -> None:
    await _each_names_its_person(store, ACTS)


async def test_the_gravest_name_theirs_on_either_engine(store: Store) -> None:
    await _each_names_its_person(store, {path: ACTS[path] for path in GRAVE})


async def _each_names_its_person(store: Store, tried: Mapping[str, Act]) -> None:
    ground = acts_of_snow.with_section(with_stations())
    for path, act in tried.items():
        more = {**acts_of_muster.set_up(CITY), "book": BOOK, "dumps": Dumps(acts_of_snow.DUMPS)}
        async with floor(store, reader=Reader(gateways=GRANTED), ground=ground, **more) as running:
            officer = await running.person(Role.APPROVER, f"officer-of-{path.replace('/', '-')}")
            async with store.read() as connection:
                before = await connection.scalar(select(log.c.seq).order_by(log.c.seq.desc()).limit(1)) or 0
            status, told = await act(store, officer)
            assert status == 200 or status == 201, (path, told)
            async with store.write() as connection:
                rows = (await connection.execute(select(log.c.who, log.c.text).where(log.c.seq > before))).all()
                await connection.execute(alerts.alerts.delete()) if path.endswith("approve") else None
            assert f"officer-of-{path.replace('/', '-')}" in {row.who for row in rows}, (path, rows)
    async with store.read() as connection:
        assert await chronology.first_broken(connection) is None


async def test_who_came_in_who_went_and_who_tried(store: Store) -> None:
    async with floor(store) as running:
        officer = await running.person(Role.OPERATOR, "sato")
        await running.account("suzuki", Role.VIEWER)
        stranger = await running.visitor()
        await stranger.log_in("suzuki", "guessed wrong")
        await stranger.log_in("typed-the-password-here", "guessed wrong")
        async with officer.http.post("/logout", data={"csrf": officer.csrf}, allow_redirects=False) as answer:
            assert answer.status in (302, 303)
        async with store.read() as connection:
            rows = (await connection.execute(select(log.c.kind, log.c.who, log.c.text).order_by(log.c.seq))).all()
    access = [(row.who, row.text) for row in rows if row.kind == "access"]
    assert [who for who, _ in access] == ["sato", "suzuki", "不明", "sato"], access
    assert "127.0.0.1" in access[1][1]
    assert not any(word in text for _, text in access for word in ("guessed wrong", "typed-the-password"))
