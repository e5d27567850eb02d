"""Whatever the hub answers in HTML is a stop of the walk of tests/e2e/walk: a new page at which nobody looks fails."""

from __future__ import annotations

import re
from typing import cast

from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from services.bell import Bell
from services.clock import wall
from services.configuration.reports import Reports
from services.desks.subscriptions import Offer, Subscriptions
from services.health import Health
from services.store.engine import Store
from services.web.app import make_app
from services.web.context import WebContext
from tests.e2e.walk import stops, stops_of_map
from tests.services.web_floor import WELL, ground

STOPS = (
    *stops_of_map.STATES,
    *stops.DESK,
    *stops.OPEN,
    *stops.STORM,
    *stops.STORM_OPEN,
    *stops.BEARS,
    *stops.EMPTY,
    *stops.AFLOAT,
)
# What programs read, files, and addresses that only lead on; tests/e2e/test_browser_walk.py asks them that it is so.
NO_PAGES = re.compile(
    r".*\.(json|csv|atom|xml|js|jsonld|webmanifest|pdf|\{kind\}|\{form\})"
    r"|/(api|static|vendor|tiles|sta|language|open/archive)/.*|/(metrics|healthz|readyz)"
    r"|/(ja|ja-x-easy|en|zh-hans|ko|vi)|.+/|/ops/chronology/file/.*"
)
LINKS = {"series": "a", "draft": "b", "ward": "w-0123456789"}


def mounted() -> web.Application:
    """The hub's addresses with every part of it that has pages; nothing runs."""
    nothing = cast(Store, None)
    return make_app(
        WebContext(
            store=nothing,
            now=wall,
            ground=ground(),
            city_name="盛岡市",
            city_name_en="Morioka",
            public_exercise=True,
            exercise=True,
            bell=Bell(),
            channels=(),
            health=lambda: Health(**WELL),
            reports=Reports(public=True),
            subscriptions=Offer(desk=cast(Subscriptions, None), mail_from="a@city.example", push_key="B"),
        )
    )


class _Any(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return "x"


async def stands_at(app: web.Application, path: str) -> str:
    """The address as it is mounted."""
    whole = path.partition("?")[0].format_map(_Any(LINKS))
    asked = make_mocked_request("GET", f"{whole}x" if whole.endswith("/") and whole != "/" else whole)
    resource = (await app.router.resolve(asked)).route.resource
    return resource.canonical if resource else ""


async def test_every_page_is_a_stop_of_the_walk() -> None:
    app = mounted()
    walked = {await stands_at(app, one.leads or one.path) for one in STOPS if one.path or one.leads}
    resources = {one.resource.canonical for one in app.router.routes() if one.method == "GET" and one.resource}
    pages = {path for path in resources if not NO_PAGES.fullmatch(path)}
    assert {"/", "/ops", "/ops/chronology/matter", "/watch", "/report/{token}"} <= pages
    assert pages - walked == set()
    assert len({one.name for one in STOPS}) == len(STOPS)
    whole = {one.name for one in STOPS if not (one.like or one.part)}
    assert {one.like for one in STOPS if one.like} <= whole, "who is like another is like one that is asked everything"
    assert {one.name for one in STOPS} >= stops.WORDY
