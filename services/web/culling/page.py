"""/ops/culling（緊急銃猟）: every case as a list of steps, each with its one button, and why the next one waits.

Forms work without any script. Whoever was slower is told who was first, and nothing is done twice.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import shapely
from aiohttp import hdrs, web

from feeds.instant import instant
from feeds.japan import JAPAN
from feeds.status import Status
from geo.area import Area, Areas
from geo.sighted.cordon import RADII
from rules.culling.case import Case, Outcome, Told
from rules.culling.words import ANIMALS, OFFICES, OUTCOMES
from rules.reports.case import Case as Sighting
from services.desks.authority import scope_of
from services.store import report_cases, users
from services.store.users import Role
from services.web.api.writing import worlds
from services.web.auth import PERSON, requires
from services.web.body import form_of
from services.web.context import CONTEXT
from services.web.culling.api import cases, done, opened
from services.web.culling.asked import LONGEST_ROADS
from services.web.culling.sketch import drawing_of
from services.web.culling.told import case_told
from services.web.language.speaking import N_
from services.web.moments import away, moment
from services.web.pages_staff import staff_page
from services.web.reports.sketch import HEIGHT, WIDTH
from services.web.security import WebError
from services.web.snow.asked import status_of

PATH = "/ops/culling"
_NEAR = 0.02  # degrees around a sighting, whose districts are offered
_USUALLY = timedelta(minutes=90)


def setup(app: web.Application) -> None:
    app.router.add_get(PATH, show)
    app.router.add_post(PATH, act)


@requires(Role.VIEWER)
async def show(request: web.Request) -> web.Response:
    """The cases as they stand."""
    said = N_("記録しました。") if request.query.get("done") == "1" else ""
    return await _page(request, request.query.get("status"), said=said)


@requires(Role.OPERATOR)
async def act(request: web.Request) -> web.StreamResponse:
    """A button was pressed."""
    form = await form_of(request)
    body: dict[str, Any] = {name: value for name, value in form.items() if isinstance(value, str)}
    if body.get("how") == "around":
        body["around"] = {name: body.get(name) for name in ("lon", "lat", "radius_m")}
    else:
        body["areas"] = [str(one) for one in form.getall("areas", [])]
    for name in ("polygon", "condition", "office", "outcome", "sighting"):
        if not body.get(name):
            body.pop(name, None)
    if body.get("until"):
        body["until"] = f"{body['until']}+09:00"
    status = body.get("status")
    try:
        case = await (opened(request, body) if body.get("act") == "open" else done(request, body))
    except WebError as error:
        if error.status >= 500:
            raise
        return await _page(request, status, refused=error.message, answer=error.status)
    return web.Response(status=303, headers={hdrs.LOCATION: f"{PATH}?status={case.status.value}&done=1#c-{case.id}"})


async def _page(
    request: web.Request, status_name: str | None, *, said: str = "", refused: str = "", answer: int = 200
) -> web.Response:
    context, now = request.app[CONTEXT], request.app[CONTEXT].now()
    status = status_of(status_name, context)
    found = await cases(context, status)
    async with context.store.read() as connection:
        account = await users.find(connection, request[PERSON].name)
        behind = {one.id: await report_cases.find(connection, one.sighting) for one, _ in found if one.sighting}
    areas = context.ground.areas
    return staff_page(
        request,
        "culling",
        status=answer,
        cases=[_shown(one, told, areas, now, behind.get(one.id)) for one, told in found],
        status_name=status.value,
        statuses={"Actual": N_("本番"), "Exercise": N_("訓練"), "Test": N_("試験")},
        drill=status is not Status.ACTUAL,
        may_write=request[PERSON].may(Role.OPERATOR) and context.city is not None,
        may_order=account is not None and scope_of(account) is not None,
        may_open=status in worlds(context),
        animals=ANIMALS,
        offices=OFFICES,
        outcomes={one: OUTCOMES[one] for one in (Outcome.TAKEN, Outcome.LEFT, Outcome.STOPPED)},
        radii=RADII,
        longest=LONGEST_ROADS,
        usually=f"{(now + _USUALLY).astimezone(JAPAN):%Y-%m-%dT%H:%M}",
        size=(WIDTH, HEIGHT),
        said=said,
        refused=refused,
        clock=lambda text: moment(instant(text), now) if text else "",
        ago=lambda text: away(instant(text), now),
        local=lambda text: f"{instant(text).astimezone(JAPAN):%Y-%m-%dT%H:%M}",
    )


def _shown(case: Case, told: Told, areas: Areas, now: datetime, behind: Sighting | None) -> dict[str, Any]:
    """What the API tells, the drawing, and the districts near the sighting to choose from."""
    point = (behind.lon, behind.lat) if behind and behind.lon is not None and behind.lat is not None else None
    plan = case.plan
    return {
        **case_told(case, told, areas, now),
        "drawing": drawing_of(plan.areas, areas) if plan else None,
        "point": point,
        "near": _near(point, plan.areas if plan else (), areas),
    }


def _near(point: tuple[float, float] | None, chosen: tuple[str, ...], areas: Areas) -> list[Area]:
    """The districts around the sighting, and those of the plan; all of a small city where nobody knows the place."""
    districts = areas.of_kind("district")
    if point is None:
        return sorted(districts, key=lambda one: one.code)
    here = shapely.Point(*point)
    near = [one for one in districts if one.geometry.distance(here) <= _NEAR or one.code in chosen]
    return sorted(near, key=lambda one: (one.geometry.distance(here), one.code))
