"""Writes of the API around snow: orders, the ledger, requests of residents; for the audit."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import shapely

from feeds.open311.asked import Asked
from feeds.open311.catalog import read_catalog
from feeds.status import Status
from geo.area import Area, Areas
from geo.model import Ground
from rules.orders.decision import Kind
from rules.orders.life import Act as Doing
from rules.orders.life import Event, How, Order
from services.configuration.plow import Dump
from services.dumps.sites import Site, Sites
from services.ledger.desk import NOTHING_SEEN
from services.requests.desk import By, Requests
from services.requests.street import Streets
from services.store import orders
from services.store.engine import Store
from tests.services.ledger.test_ledger_web import ITEM
from tests.services.making import NOW
from tests.services.web_floor import Visitor

Act = Callable[[Store, Visitor], Awaitable[tuple[int, Any]]]
SECTION = Area(code="plow-1", name="中央工区", kind="plow_section", geometry=shapely.box(141.10, 39.70, 141.12, 39.72))
SERVICE = read_catalog(Path("config/morioka/services.toml")).service[0]


DUMP = Site(code="d1", name="太田雪捨て場", lon=141.11, lat=39.71, terms=Dump(capacity_m3=20_000))
DUMPS = Sites((DUMP,), frozenset(Status))


def with_section(ground: Ground) -> Ground:
    """The ground with a plow section."""
    return replace(ground, areas=Areas([*ground.areas, SECTION]))


async def _ordered(store: Store, kind: Kind) -> int:
    place = {"section": SECTION.code, "section_name": SECTION.name, "rule": ""}
    order = Order(id=0, status=Status.ACTUAL, kind=kind, **place)  # type: ignore[arg-type]
    async with store.write() as connection:
        begun = await orders.begin(connection, order, Event(act=Doing.ORDER, at=NOW, how=How.DESK, who="sato"))
    return begun.id


async def _order(_: Store, officer: Visitor) -> tuple[int, Any]:
    return await officer.post("/api/v1/snow/orders", {"section": SECTION.code, "kind": "hauling", "text": "雪山"})


async def _act(store: Store, officer: Visitor) -> tuple[int, Any]:
    body = {"id": await _ordered(store, Kind.PLOW), "act": "acknowledge"}
    return await officer.post("/api/v1/snow/orders/act", body)


async def _link(store: Store, officer: Visitor) -> tuple[int, Any]:
    return await officer.post("/api/v1/snow/orders/link", {"id": await _ordered(store, Kind.DEICING)})


async def _expect(_: Store, officer: Visitor) -> tuple[int, Any]:
    return await officer.post("/api/v1/snow/expected", {"cm": 12, "until": "07:00", "source": "気象台"})


def _entered(kind: str) -> Act:
    async def act(_: Store, officer: Visitor) -> tuple[int, Any]:
        shown = (await officer.get(f"/api/v1/ledger?day={ITEM['day']}"))[1]["items"]
        item = ITEM | {"reason": "日報のとおり", "seen": shown[0]["seen"] if shown else NOTHING_SEEN}
        return await officer.post(f"/api/v1/ledger/{kind}", {"items": [item]})

    return act


async def _asked(store: Store) -> int | None:
    asked = Asked(service=SERVICE, lon=None, lat=None, address="内丸1")
    async with store.write() as connection:
        return (await Requests(Streets(None)).take(connection, asked, By("app", Status.ACTUAL, NOW))).id


async def _answer(store: Store, officer: Visitor) -> tuple[int, Any]:
    body = {"seen": "open", "state": "in_progress", "text": "今夜の除雪に入れました"}
    return await officer.post(f"/api/v1/requests/{await _asked(store)}", body)


async def _join(store: Store, officer: Visitor) -> tuple[int, Any]:
    body = {"seen": "open", "first": await _asked(store)}
    return await officer.post(f"/api/v1/requests/{await _asked(store)}/same", body)


async def _dump(_: Store, officer: Visitor) -> tuple[int, Any]:
    body = {"dump": "d1", "act": "full", "seen": 0, "text": "満杯になりました"}
    return await officer.post("/api/v1/snow/dumps/act", body)


ACTS: dict[str, Act] = {
    "/snow/orders": _order,
    "/snow/orders/act": _act,
    "/snow/orders/link": _link,
    "/snow/expected": _expect,
    "/snow/dumps/act": _dump,
    "/ledger/declared": _entered("declared"),
    "/ledger/approved": _entered("approved"),
    "/requests/{id}": _answer,
    "/requests/{id}/same": _join,
}
