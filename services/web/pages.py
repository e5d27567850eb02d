"""The pages people see: the public page, the operations map, the outbox viewer, and the files they are made of.

Own scripts and styles live under an address that holds a digest of all of them, so browsers may keep them for ever
and a new release is never mixed with an old one. Nothing is built: the files in ``static/`` are what the browser gets.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from aiohttp import web

from services import board_words
from services.web import (
    pages_arrived,
    pages_budget,
    pages_calls,
    pages_ground,
    pages_selftest,
    pages_skill,
)
from services.web.account import page as account_page
from services.web.chronology import export as chronology_files
from services.web.chronology import files as matter_files
from services.web.chronology import matter_page
from services.web.chronology import page as chronology_page
from services.web.contacts import page as contacts_page
from services.web.culling import page as culling_page
from services.web.damage import form_page as damage_form
from services.web.damage import page as damage_page
from services.web.declared import pages as declared_pages
from services.web.dumps import page as dumps_page
from services.web.handover import page as handover_page
from services.web.leads import page as leads_page
from services.web.ledger import page as ledger_page
from services.web.muster import page as muster_page
from services.web.packed import file_response
from services.web.pages_staff import staff_page
from services.web.public import routes as public_routes
from services.web.reports import page as reports_page
from services.web.requests import page as requests_page
from services.web.roads import page as roads_page
from services.web.security import STYLES
from services.web.snow import page as snow
from services.web.stories import page as story_page
from services.web.templating import TEMPLATES
from services.web.wall import page as wall_page
from services.web.watch import page as watch_page
from services.web.writing import pages as writing_pages
from services.web.writing.index import index
from services.web.writing.notice import notice

STATIC = Path(__file__).parent / "static"
VENDOR = STATIC / "vendor"
_FOREVER = "public, max-age=31536000, immutable"


def lay_out(app: web.Application) -> None:
    """The files that pages are made of, and the words; the templates must be set up before."""
    own, foreign, digest = _served()
    prefix = f"/static/{digest}"
    map_library = next(path.parent.name for path in foreign.values() if path.name == "ol.js")
    app[TEMPLATES].globals |= {"static": prefix, "vendor": f"/vendor/{map_library}", "words": board_words.table()}
    app[STYLES] = (f"{prefix}/css/base.css", f"{prefix}/css/login.css")
    app.router.add_get(prefix + "/{path:.+}", _serving(own))
    app.router.add_get("/vendor/{path:.+}", _serving(foreign))


def setup(app: web.Application) -> None:
    """Mount the pages; the templates must be set up before."""
    lay_out(app)
    public_routes.setup(app)
    app.router.add_get(roads_page.PATH, roads_page.show)
    app.router.add_post(roads_page.PATH, roads_page.look_up)
    app.router.add_get("/ops", _staff_page("ops"))
    app.router.add_get("/ops/alerts", index)
    for method in ("GET", "POST"):
        app.router.add_route(method, "/ops/alerts/notice", notice)
        app.router.add_route(method, "/ops/alerts/{series}/{verb}", writing_pages.amend)
    app.router.add_get("/ops/alerts/{series}", story_page.show)
    app.router.add_get("/ops/outbox", _staff_page("outbox"))
    app.router.add_get("/ops/calls", pages_calls.show)
    app.router.add_post("/ops/calls", pages_calls.take)
    app.router.add_get("/ops/glass", _staff_page("glass"))
    chronology_page.setup(app)
    chronology_files.setup(app)
    matter_page.setup(app)
    matter_files.setup(app)
    handover_page.setup(app)
    wall_page.setup(app)
    declared_pages.setup(app)
    damage_page.setup(app)
    damage_form.setup(app)
    reports_page.setup(app)
    culling_page.setup(app)
    contacts_page.setup(app)
    watch_page.setup(app)
    leads_page.setup(app)
    snow.setup(app)
    dumps_page.setup(app)
    requests_page.setup(app)
    muster_page.setup(app)
    account_page.setup(app)
    app.router.add_get("/ops/skill", pages_skill.show)
    app.router.add_get("/ops/budget", pages_budget.show)
    app.router.add_get("/ops/budget.csv", pages_budget.table)
    app.router.add_get("/ops/ledger", ledger_page.show)
    app.router.add_post("/ops/ledger", ledger_page.approve)
    app.router.add_get(r"/ops/ledger.{kind:csv|xlsx|pdf}", ledger_page.download)
    app.router.add_get("/ops/selftest", pages_selftest.show)
    app.router.add_get("/ops/ground.json", pages_ground.show)
    app.router.add_get("/ops/arrived.json", pages_arrived.show)


@cache
def _served() -> tuple[dict[str, Path], dict[str, Path], str]:
    """Our files, those of others, and the digest of ours, as they are when the process first asks."""
    own = _files(STATIC, without=VENDOR)
    return own, _files(VENDOR), _digest(own)


def _staff_page(name: str) -> Any:
    async def show(request: web.Request) -> web.Response:
        return staff_page(request, name)

    return show


def _files(folder: Path, without: Path | None = None) -> dict[str, Path]:
    """Every file below a folder by its path there. The list is made once, so no request can name anything else."""
    paths = (path for path in sorted(folder.rglob("*")) if path.is_file())
    kept = (path for path in paths if without is None or not path.is_relative_to(without))
    return {path.relative_to(folder).as_posix(): path for path in kept}


def _digest(files: dict[str, Path]) -> str:
    total = hashlib.sha256()
    for name, path in files.items():
        total.update(name.encode() + b"\0" + path.read_bytes() + b"\0")
    return total.hexdigest()[:12]


def _serving(files: dict[str, Path]) -> Any:
    async def show(request: web.Request) -> web.StreamResponse:
        path = files.get(request.match_info["path"])
        if path is None:
            raise web.HTTPNotFound
        return file_response(request, path, _FOREVER)

    return show
