"""A served web floor over a real store, and people who use it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import aiohttp
import shapely
from aiohttp import web
from argon2 import PasswordHasher

from geo.area import Area, Areas
from geo.layers.layer import Layer, Layers, Zone
from geo.model import Ground
from geo.station import Station
from services.bell import Bell
from services.clock import wall
from services.health import Health
from services.store import users
from services.store.engine import Store
from services.store.users import Account, Role
from services.web.app import make_app, serve
from services.web.auth import token_hash
from services.web.context import WebContext
from tests.services.making import NOW

PASSWORD = "kitakami-nakatsu"
# A hash tells what it cost, and is verified at that cost: a cheap one, or half of these tests would be hashing.
_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
DISTRICT = shapely.box(141.10, 39.70, 141.12, 39.72)
WELL: Health = {"broker": True, "ingest": True, "ingest_last_at": NOW, "stale": False, "reasons": []}


def ground() -> Ground:
    areas = [
        Area(
            code="03201", name="盛岡市", kind="city", geometry=shapely.box(141.0, 39.5, 141.4, 39.9), name_en="Morioka"
        ),
        Area(code="032010001", name="内丸", kind="district", geometry=DISTRICT, name_en="Uchimaru", reading="うちまる"),
        Area(code="032010002", name="本町通", kind="district", geometry=shapely.box(141.12, 39.70, 141.14, 39.72)),
    ]
    zones = [Zone(geometry=shapely.box(141.10, 39.70, 141.11, 39.71), facts={"depth_rank": 3, "depth_min_m": 3.0})]
    gauge = Station(
        code="tatesakabashi",
        name="館坂橋",
        lon=141.13,
        lat=39.72,
        quantities=frozenset({"water_level"}),
        thresholds={"caution": 2.0, "danger": 2.8},
        areas=("032010001",),
    )
    layers = Layers([Layer("flood-kitakami", "flood", zones, "2024", "出典：国土数値情報")])
    return Ground(city="03201", areas=Areas(areas), layers=layers, stations={gauge.code: gauge})


@dataclass
class Visitor:
    """A browser or a program: an address, cookies, and the CSRF token it was given."""

    http: aiohttp.ClientSession
    csrf: str = ""

    async def get(self, path: str, **options: Any) -> tuple[int, Any]:
        """Status and body: JSON where it is, else text."""
        async with self.http.get(path, **options) as response:
            return response.status, await _body(response)

    async def post(self, path: str, body: Any = None, **options: Any) -> tuple[int, Any]:
        headers = {"X-CSRF-Token": self.csrf, **options.pop("headers", {})}
        async with self.http.post(path, json=body, headers=headers, **options) as response:
            return response.status, await _body(response)

    async def features(self, path: str) -> list[dict[str, Any]]:
        """Properties of every feature of a collection."""
        status, body = await self.get(path)
        assert status == 200, body
        return [feature["properties"] for feature in body["features"]]

    async def log_in(self, name: str, password: str = PASSWORD, wanted: str = "/ops") -> tuple[int, str, str]:
        """Fill in the login form as a browser does; status, Location and text of the answer."""
        async with self.http.get("/login", params={"next": wanted}) as response:
            page = await response.text()
        token, target = (re.search(rf'name="{field}" value="([^"]*)"', page) for field in ("csrf", "next"))
        assert token and target, page
        form = {"name": name, "password": password, "csrf": token[1], "next": target[1]}
        async with self.http.post("/login", data=form, allow_redirects=False) as response:
            return response.status, response.headers.get("Location", ""), await response.text()


@dataclass
class Floor:
    """The running web floor; tests turn its clock and its health."""

    store: Store
    bell: Bell
    app: web.Application
    url: str
    runner: web.AppRunner
    visitors: list[aiohttp.ClientSession] = field(default_factory=list)

    async def visitor(self) -> Visitor:
        """An anonymous one with an empty cookie jar."""
        jar = aiohttp.CookieJar(unsafe=True)  # cookies for 127.0.0.1
        http = aiohttp.ClientSession(self.url, cookie_jar=jar)
        self.visitors.append(http)
        return Visitor(http)

    async def person(self, role: Role, name: str = "") -> Visitor:
        """Somebody of this role, logged in."""
        name = name or f"the-{role}"
        await self.account(name, role)
        visitor = await self.visitor()
        status, _, text = await visitor.log_in(name)
        assert status == 303, text
        async with self.store.read() as connection:
            cookie = next(c.value for c in visitor.http.cookie_jar if c.key == "shirase_session")

            session = await users.session_of(connection, token_hash(cookie), wall())
        assert session is not None
        visitor.csrf = session.csrf
        return visitor

    async def account(self, name: str, role: Role, *, one_time: bool = False) -> None:
        account = Account(name=name, role=role, password=_HASH, one_time=one_time, revoked=False, created_at=wall())
        async with self.store.write() as connection:
            await users.add(connection, account)


@asynccontextmanager
async def floor(store: Store, **changes: Any) -> AsyncIterator[Floor]:
    """Serve on a free port; ``changes`` go into the context."""
    bell = Bell()
    context = WebContext(
        store=store,
        now=lambda: NOW,
        ground=ground(),
        city_name="盛岡市",
        city_name_en="Morioka",
        public_exercise=False,
        exercise=False,
        bell=bell,
        channels=("log",),
        health=lambda: WELL,
    )
    app = make_app(replace(context, **changes))
    runner = await serve(app, "127.0.0.1", 0)
    port = runner.addresses[0][1]
    running = Floor(store=store, bell=bell, app=app, url=f"http://127.0.0.1:{port}", runner=runner)
    try:
        yield running
    finally:
        for http in running.visitors:
            await http.close()
        await runner.cleanup()


def at(moment: datetime) -> dict[str, Any]:
    """Context changes for another hub time."""
    return {"now": lambda: moment}


async def _body(response: aiohttp.ClientResponse) -> Any:
    return await response.json(content_type=None) if "json" in response.content_type else await response.text()
