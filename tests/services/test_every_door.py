"""Every route of the pages and the API against everybody who may not: one table that no new route can forget.

What nobody has to show anything for is named below, and so is every write that a viewer may do. All else has to turn
away strangers, sessions that are over, lower roles, forms of other pages, and tokens that are over or meant for
something else; what it turns them away with is asked of the running web floor, route by route.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

import pytest
from aiohttp import web
from pydantic import SecretStr
from sqlalchemy import update

from services.accounts.scopes import GIVEN, TokenScope
from services.clock import wall
from services.configuration.accounts import Accounts
from services.configuration.line_talk import LineTalk
from services.configuration.oidc import Oidc
from services.configuration.sources import LalertReceiver
from services.store import users
from services.store.engine import Store
from services.store.tables_accounts import tokens as tokens_table
from services.store.users import Role
from services.web.auth import token_hash
from tests.services.accounts.test_tokens import given
from tests.services.heard.test_report_page import OPEN, SERVICES
from tests.services.web_floor import Floor, Visitor, floor

pytestmark = pytest.mark.one_engine

# Anybody may read these: what they tell strangers is shown by test_web_anonymity.py and test_privacy_walk.py.
READ_BY_ANYBODY = """
GET /
GET /api/v1/alerts
GET /api/v1/alerts/{series}/voice
GET /api/v1/areas
GET /api/v1/crimes
GET /api/v1/crimes.csv
GET /api/v1/damage/districts
GET /api/v1/declared
GET /api/v1/events
GET /api/v1/fixes/latest
GET /api/v1/hazards
GET /api/v1/inundation
GET /api/v1/layers
GET /api/v1/layers/{name}
GET /api/v1/official
GET /api/v1/official/areas
GET /api/v1/openapi.json
GET /api/v1/readings/latest
GET /api/v1/readings/{station}/{quantity}
GET /api/v1/reports
GET /api/v1/reports/season
GET /api/v1/sensors
GET /api/v1/shelters
GET /api/v1/snow/dumps
GET /api/v1/snow/places
GET /api/v1/snow/roads
GET /api/v1/snow/street
GET /api/v1/status
GET /callout
GET /cap/feed.atom
GET /cap/heartbeat.xml
GET /cap/{identifier}.xml
GET /districts
GET /embed
GET /en
GET /feed.atom
GET /healthz
GET /in-force.json
GET /ja
GET /ja-x-easy
GET /ko
GET /language/{tag}
GET /language/{tag}/{digest}.json
GET /login
GET /login/enrol
GET /login/oidc
GET /login/oidc/callback
GET /login/out
GET /login/second
GET /metrics
GET /muster
GET /ogc
GET /ogc/
GET /ogc/api
GET /ogc/collections
GET /ogc/collections/{collection}
GET /ogc/collections/{collection}/items
GET /ogc/collections/{collection}/items/{feature}
GET /ogc/conformance
GET /open
GET /open/
GET /open/api
GET /open/archive
GET /open/archive/
GET /open/archive/manifest.json
GET /open/archive/{kind}/{name}
GET /open/catalog.jsonld
GET /open/csv/{table}.csv
GET /open/terms
GET /open311/v2/discovery.{form}
GET /open311/v2/requests.{form}
GET /open311/v2/requests/{id}.{form}
GET /open311/v2/servicerequestupdates.{form}
GET /open311/v2/services.{form}
GET /open311/v2/services/{code}.{form}
GET /open311/v2/tokens/{token}.{form}
GET /privacy
GET /push-worker.js
GET /readyz
GET /report
GET /report/{token}
GET /snow
GET /snow-order
GET /sta/v1.1{entities}
GET /sw.js
GET /tiles/about.json
GET /tiles/{z}/{x}/{y}
GET /vendor/{path}
GET /vi
GET /wall
GET /wall/ground.json
GET /wall/now.json
GET /watch
GET /widget
GET /zh-hans
"""
# Anybody may write to these: they have a key in the address, a signature, a limit, or a form of their own.
WRITTEN_BY_ANYBODY = """
POST /api/v1/reports
POST /api/v1/reports/notices
POST /api/v1/reports/photos
POST /callout
POST /commons/subscriber/soap/morioka
POST /districts
POST /line/webhook
POST /login
POST /login/enrol
POST /login/second
POST /look
POST /muster
POST /open311/v2/requests.{form}
POST /open311/v2/servicerequestupdates.{form}
POST /report
POST /report/{token}
POST /snow
POST /snow-order
POST /watch
"""
# Writes that need no more than a login: everything of these is about the person's own account and presence.
WRITTEN_BY_VIEWERS = """
POST /api/v1/presence
POST /logout
POST /ops/account/password
POST /ops/account/second
POST /ops/account/sessions
POST /ops/account/tokens
POST /ops/account/tokens/revoke
"""

FILLS = {  # where a 1 is no such thing
    "verb": "update",
    "kind": "csv",
    "tag": "en",
    "sha256": "0" * 64,
    "status": "Actual",
    "uid": "w-0123456789",
    "token": "t" * 43,
    "entities": "/Things",
}
JSON = {"Accept": "application/json"}


@dataclass(frozen=True)
class Door:
    """One method on one address."""

    method: str
    path: str  # with its placeholders
    needs: Role | None  # None: nobody has to show anything
    scope: TokenScope | None

    @property
    def told(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def address(self) -> str:
        return self.path.replace(".{form}", ".json").format_map(_Filled())

    @property
    def writes(self) -> bool:
        return self.method != "GET"


class _Filled(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return FILLS.get(name, "1")


def doors(app: web.Application) -> list[Door]:
    """All of them, as the router has them; HEAD goes with GET."""
    found = []
    for route in app.router.routes():
        assert route.resource is not None
        path, handler = route.resource.canonical, route.handler
        of_desk = path == "/ops" or path.startswith("/ops/")
        default = Role.VIEWER if of_desk or not (route.method == "GET" or hasattr(handler, "open_write")) else None
        needs = getattr(handler, "required_role", default)
        if route.method != "HEAD":
            found.append(one := Door(route.method, path, needs, getattr(handler, "token_scope", None)))
            pattern = route.resource.get_info().get("pattern")
            assert pattern is None or pattern.fullmatch(one.address), f"{path}: name in FILLS what fits there"
    return sorted(found, key=lambda one: one.told)


@asynccontextmanager
async def everything(store: Store) -> AsyncIterator[Floor]:
    """The floor with every page that settings can add."""
    oidc = Oidc(
        issuer="https://login.example", client_id="hub", client_secret=SecretStr("s" * 20), roles={"a": "viewer"}
    )
    changes = {
        "reports": OPEN,
        "services": SERVICES,
        "line_talk": LineTalk(channel_secret=SecretStr("0" * 32), token=SecretStr("t" * 40)),
        "lalert": LalertReceiver(name="morioka", username="fmmc", password=SecretStr("p" * 20)),
        "accounts": Accounts(key=SecretStr("k" * 40), second_factor=(), oidc=oidc),
        "sender": "morioka@example.jp",
    }
    async with floor(store, **changes) as running:
        yield running


def named(text: str) -> set[str]:
    return {line.strip() for line in text.splitlines() if line.strip()}


async def test_what_is_open_is_named_here_and_nothing_else_is(store: Store) -> None:
    async with everything(store) as running:
        every = doors(running.app)
    version = [one for one in every if one.path.startswith("/static/")]
    free = {one.told for one in every if one.needs is None and one not in version}
    assert {one for one in free if one.startswith("GET ")} == named(READ_BY_ANYBODY)
    assert {one for one in free if not one.startswith("GET ")} == named(WRITTEN_BY_ANYBODY)
    assert {one.told for one in every if one.needs is Role.VIEWER and one.writes} == named(WRITTEN_BY_VIEWERS)
    assert not [one.told for one in every if one.method not in {"GET", "POST", "PATCH"}], "as forms and programs speak"


async def test_no_door_opens_to_who_may_not(store: Store) -> None:
    """The requests are what a browser and a program would send, with nothing in them."""
    async with everything(store) as running:
        below = {role: await running.person(role) for role in (Role.VIEWER, Role.OPERATOR, Role.APPROVER)}
        admin, stranger = await running.person(Role.ADMIN), await running.visitor()
        over = await _over(store, running)
        narrow = {scope: await given(store, "the-admin", *(GIVEN.keys() - {scope})) for scope in GIVEN}
        wide = await given(store, "the-admin", *GIVEN)
        ended = await _ended(store)
        for door in doors(running.app):
            assert await _said(stranger, door, ended) == (401, "bad_token"), f"{door.told}, a token that is over"
            if door.scope is None or door.scope is TokenScope.PERSON:
                assert await _said(stranger, door, wide) == (403, "person_needed"), f"{door.told}, a program"
            else:
                said = await _said(stranger, door, narrow[door.scope])
                assert said == (403, "scope_needed"), f"{door.told}, a token for everything else"
            if door.needs is None:
                continue
            for cookie in ({}, *over):
                assert await _said(stranger, door, cookie) == (401, "login_needed"), f"{door.told}, {cookie}"
            lower = below.get(_below(door.needs))
            if lower is not None:
                shown = {"X-CSRF-Token": lower.csrf}
                assert await _said(lower, door, shown) == (403, "role_needed"), f"{door.told}, a lower role"
            if door.writes:
                for token in ({}, {"X-CSRF-Token": below[Role.VIEWER].csrf}):
                    assert await _said(admin, door, token) == (403, "csrf"), f"{door.told}, from another page"


async def test_what_is_written_to_is_never_written_to_by_reading(store: Store) -> None:
    """A link or a picture in a page of others makes a browser GET, with its cookie where the site is the same."""
    async with everything(store) as running:
        admin, every = await running.person(Role.ADMIN), doors(running.app)
        read = {one.address for one in every if not one.writes}
        for door in every:
            if door.writes and door.address not in read:
                async with admin.http.get(door.address, headers=JSON, allow_redirects=False) as answer:
                    assert answer.status in {404, 405}, door.told


def _below(role: Role) -> Role | None:
    roles = list(Role)
    return roles[roles.index(role) - 1] if roles.index(role) else None


async def _said(visitor: Visitor, door: Door, headers: dict[str, str]) -> tuple[int, str]:
    options = {"headers": {**JSON, **headers}, "allow_redirects": False}
    async with visitor.http.request(door.method, door.address, **options) as answer:
        told = await answer.json() if answer.content_type == "application/json" else {}
        return answer.status, told.get("error", "")


async def _over(store: Store, running: Floor) -> list[dict[str, str]]:
    """Cookies that open nothing any more: of a session that ran out, of an account that was closed."""
    found = []
    for name, until in (("late", wall() - timedelta(seconds=1)), ("gone", wall() + timedelta(hours=1))):
        await running.account(name, Role.ADMIN)
        cookie = f"{name}-{'c' * 40}"
        async with store.write() as connection:
            account = await users.find(connection, name)
            assert account
            session = users.Session(user=name, role=Role.ADMIN, csrf="c", expires=until)
            assert await users.log_in(connection, account, token_hash(cookie), session, wall() - timedelta(minutes=1))
        found.append({"Cookie": f"shirase_session={cookie}"})
    async with store.write() as connection:
        await users.revoke(connection, "gone")
    return found


async def _ended(store: Store) -> dict[str, str]:
    """A token that was for everything until a moment ago."""
    found = await given(store, "the-admin", *GIVEN)
    name = found["Authorization"].split("_")[1]
    async with store.write() as connection:
        past = wall() - timedelta(seconds=1)
        changed = await connection.execute(update(tokens_table).where(tokens_table.c.id == name).values(expires=past))
        assert changed.rowcount == 1
    return found
