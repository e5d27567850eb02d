"""/ops/damage/form: 第４号様式 as it would be handed upward now, the boxes that people fill, and what was made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import hdrs, web

from feeds.status import Status
from rules.damage.forms import form_of
from rules.damage.grid import Grid
from rules.damage.report import BOXES, FORMS, LONGEST_BOX, Filled
from services.damage.files import TYPES
from services.store import damage_reports
from services.store.users import Role
from services.web.auth import PERSON, requires
from services.web.body import Form
from services.web.body import form_of as posted_form
from services.web.context import CONTEXT
from services.web.damage.asked import number_of
from services.web.damage.disasters import ours
from services.web.damage.reports import drawn, file, handed
from services.web.moments import with_age
from services.web.pages_staff import staff_page
from services.web.security import WORDS, WebError

PATH = "/ops/damage/form"


def setup(app: web.Application) -> None:
    app.router.add_get(PATH, show)
    app.router.add_post(PATH, make)
    app.router.add_get("/ops/damage/made", made)
    kinds = "|".join(TYPES)
    app.router.add_get(rf"/ops/damage/file/{{disaster:\d+}}/{{form:\d+}}/{{number:\d+}}.{{kind:{kinds}}}", viewed(file))


def viewed(handler: Any) -> Any:
    """For whoever may look at the desk."""
    return requires(Role.VIEWER)(handler)


@requires(Role.VIEWER)
async def show(request: web.Request) -> web.Response:
    """The form as it stands: ``?disaster=`` and ``?form=`` 1 or 2."""
    query = {"disaster": request.query.get("disaster"), "form": request.query.get("form", "1")}
    return await _page(request, query)


@requires(Role.OPERATOR)
async def make(request: web.Request) -> web.StreamResponse:
    """Look again with what was written, or freeze it under the next number."""
    form = await posted_form(request)
    body = _body_of(form)
    if form.get("do") != "make":
        return await _page(request, body | {"seen": None})
    try:
        report = await handed(request, body)
    except WebError as error:
        if error.status >= 500 or error.status == 404:
            raise
        return await _page(request, body | {"seen": None}, refused=error.message, status=error.status)
    filled = report.filled
    where = f"/ops/damage/made?disaster={report.disaster}&form={filled.form}&number={filled.number}"
    return web.Response(status=303, headers={hdrs.LOCATION: where})


@requires(Role.VIEWER)
async def made(request: web.Request) -> web.Response:
    """A report as it was handed over, for the screen and for paper."""
    context, query = request.app[CONTEXT], request.query
    disaster = await ours(context, number_of(query.get("disaster"), "disaster"))
    form, number = number_of(query.get("form"), "form"), number_of(query.get("number"), "number")
    async with context.store.read() as connection:
        every = await damage_reports.of_disaster(connection, disaster.id)
    report = next((one for one in every if (one.filled.form, one.filled.number) == (form, number)), None)
    if report is None:
        raise WebError(404, *WORDS[404])
    return _shown(request, report.filled, report=report, disaster=disaster, kinds=tuple(TYPES))


def _body_of(form: Form) -> dict[str, Any]:
    """The fields as the API has them: b.KEY is a box."""
    plain = {name: one for name, one in form.items() if isinstance(one, str) and name != "csrf"}
    boxes = {name[2:]: one for name, one in plain.items() if name.startswith("b.")}
    return {name: one for name, one in plain.items() if not name.startswith("b.")} | {"boxes": boxes}


async def _page(request: web.Request, body: Mapping[str, Any], *, refused: str = "", status: int = 200) -> web.Response:
    context = request.app[CONTEXT]
    found = await drawn(request, body)
    filled = found.found.filled
    return _shown(
        request,
        filled,
        status=status,
        report=None,
        disaster=found.board.disaster,
        seen=found.seen,
        boxes=[one for one in BOXES if filled.form in one.forms],
        others=found.found.others,
        longest=LONGEST_BOX,
        refused=refused,
        doubts=found.board.contradictions,
        may_write=request[PERSON].may(Role.OPERATOR),
        at=with_age(context.now()),
    )


def _shown(request: web.Request, filled: Filled, status: int = 200, **more: Any) -> web.Response:
    return staff_page(
        request,
        "damage_form",
        status=status,
        filled=filled,
        grid=form_of(filled),
        table=_table(form_of(filled)),
        forms=FORMS,
        drill=filled.status is not Status.ACTUAL,
        **more,
    )


def _table(grid: Grid) -> list[list[Any]]:
    """The boxes of each row, from left to right."""
    rows: list[list[Any]] = [[] for _ in range(grid.rows)]
    for cell in sorted(grid.cells, key=lambda one: (one.row, one.column)):
        rows[cell.row].append(cell)
    return rows
