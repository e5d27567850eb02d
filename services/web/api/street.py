"""/snow/street: "why not my street?", for one place, in every language."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from feeds.status import Status
from rules.street.case import Case, Street
from rules.street.words import sentence
from rules.wording.languages import LANGUAGES
from services.web.api.answer import answer
from services.web.api.endpoint import Endpoint, Parameter
from services.web.api.times import iso
from services.web.api.viewer import viewer_of
from services.web.context import CONTEXT
from services.web.roads.shown import shown_status
from services.web.security import WebError


def degrees(most: int) -> dict[str, Any]:
    """The schema of a longitude or latitude."""
    return {"type": "number", "minimum": -most, "maximum": most}


async def show(request: web.Request) -> web.Response:
    context = request.app[CONTEXT]
    lon, lat = (_degrees(request, name, most) for name, most in (("lon", 180.0), ("lat", 90.0)))
    if not context.ground.areas.at(lon, lat, "city"):
        what = f"{context.city_name}の外です。 / The place is outside of {context.city_name_en}."
        raise WebError(404, "outside", what)
    status = shown_status(context, viewer_of(request))
    async with context.store.read() as connection:
        found = context.answers.find(lon, lat, status, request.query.get("sidewalk") == "1")
        one = await context.answers.about(connection, found, status, context.now())
    return answer(request, told(one, status))


def _degrees(request: web.Request, name: str, most: float) -> float:
    try:
        value = float(request.query.get(name, ""))
    except ValueError:
        value = most + 1
    if not -most <= value <= most:
        raise WebError(
            400, f"bad_{name}", f"{name} must be degrees from -{most:g} to {most:g}, as in ?lon=141.15&lat=39.70"
        )
    return value


def told(one: Street, status: Status) -> dict[str, Any]:
    """The answer as JSON; times with their zone, snow in centimetres."""
    known = one.known
    mark = {} if status is Status.ACTUAL else {tag: forms.marks.get(status, "") for tag, forms in LANGUAGES.items()}
    drill = "" if status is Status.ACTUAL else "【訓練】"
    return {
        "status": status.value,
        "case": one.case.value,
        "sentences": {tag: f"{drill}{mark.get(tag, '')}{sentence(one, tag)}" for tag in LANGUAGES},
        "road": known.name,
        "sidewalk": known.sidewalk,
        "administrator": known.administrator,
        "route_class": known.route_class,
        "section": known.section,
        "done_at": iso(known.done_at) if known.done_at else None,
        "last_at": iso(known.last_at) if known.last_at else None,
        "share": known.share,
        "as_of": iso(known.as_of) if known.as_of else None,
        "gauge": one.gauge,
        "new_snow_cm": one.have_cm,
        "needed_cm": one.need_cm,
        "since": iso(one.since) if one.since else None,
        "ordered_at": iso(one.ordered_at) if one.ordered_at else None,
        "finish_by": iso(one.finish_by) if one.finish_by else None,
        "next_at": iso(one.next_at) if one.next_at else None,
    }


ENDPOINTS = (
    Endpoint(
        path="/snow/street",
        handler=show,
        summary="Why this road is not plowed, or when it was, at a place; one answer, in every language.",
        parameters=(
            Parameter("lon", "degrees, WGS 84", degrees(180), needed=True),
            Parameter("lat", "degrees, WGS 84", degrees(90), needed=True),
            Parameter("sidewalk", "1: the sidewalk along the road, where one is known"),
        ),
        returns="application/json",
        properties={
            "status": "Actual or Exercise",
            "case": ", ".join(Case),
            "sentences": "language → what a resident is told",
            "road": "its name, where it has one",
            "sidewalk": "left, right, both or apart where it is a sidewalk that is told of; empty: the carriageway",
            "administrator": "nation, prefecture, city, other; empty: no road within 60 m",
            "route_class": "1 幹線, 2 補助幹線, 3 生活道路, or null",
            "section": "plow section",
            "done_at": "when it was last done, within the last day, or null",
            "last_at": "when a plow last passed, whole or in part, or null",
            "share": "how much of it was done by then, 0 to 1",
            "as_of": "passes after it are not told, lest they lead to a plow; null: no road of the network",
            "gauge": "whose new snow counts",
            "new_snow_cm": "since `since`, or null",
            "needed_cm": "from which on it is plowed, or null",
            "since": "what new snow counts from, or null",
            "ordered_at": "when plowing was ordered, where that stands, or null",
            "finish_by": "when it should be done, or null",
            "next_at": "when the city decides again, or null",
        },
        errors=(400, 404),
    ),
)
