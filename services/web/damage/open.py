"""/damage/announce and /damage/districts: what is drafted for everybody, and what everybody was told.

The public reads nothing of the register: what it is told of districts stands in the document that was approved.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import shapely
from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from rules.alert import Alert
from rules.damage.record import DamageError
from rules.declared import Damaged, Stricken
from services.accounts.scopes import TokenScope
from services.damage.announcing import Wish, announce
from services.desks.review import ReviewError
from services.store import alerts
from services.store.alerts import Revision
from services.store.users import Role
from services.web.api.answer import JSON, collection, feature, json_object
from services.web.api.declared import shown
from services.web.api.endpoint import Endpoint
from services.web.api.times import iso
from services.web.api.writing import DRAFTED, city_of, drafted_answer, fault_of
from services.web.auth import PERSON
from services.web.context import CONTEXT, WebContext
from services.web.damage.asked import number_of, refusal
from services.web.damage.disasters import ours
from services.web.damage.told import items_told
from services.web.security import WebError


async def draft(request: web.Request) -> web.Response:
    return drafted_answer(await drafted(request, await json_object(request)))


async def drafted(request: web.Request, body: Mapping[str, Any]) -> Revision:
    """The draft of what the register comes to now. Raises WebError."""
    context = request.app[CONTEXT]
    for name in ("final", "corrects"):
        if body.get(name, False) not in (True, False):
            raise WebError(400, f"bad_{name}", f"{name} は true か false です。 / {name} must be true or false.")
    disaster = await ours(context, number_of(body.get("disaster"), "disaster"))
    wish = Wish(
        disaster=disaster.id,
        person=request[PERSON].name,
        now=context.now(),
        final=body.get("final") is True,
        corrects=body.get("corrects") is True,
        seen=_seen(body.get("seen")),
    )
    try:
        made = await announce(context.store, city_of(request), wish)
    except DamageError as error:
        raise refusal(error) from error
    except ReviewError as error:
        raise fault_of(error) from error
    context.bell.ring("alerts")
    return made


async def districts(request: web.Request) -> web.Response:
    return collection(request, await district_features(request.app[CONTEXT]), None)


async def district_features(context: WebContext) -> list[dict[str, Any]]:
    """By district, what approved documents that hold tell everybody of property and works."""
    async with context.store.read() as connection:
        told = [one for status in shown(context) for one in await _announced(connection, status, context.now())]
    features = []
    for alert in told:
        declared = alert.declared
        for one in declared.districts if isinstance(declared, Damaged) else ():
            area = context.ground.areas.get(one.code)
            shape = shapely.geometry.mapping(area.geometry.simplify(0.0001)) if area else None
            features.append(feature(f"{alert.series}/{one.code}", shape, _district(one, alert)))
    return features


async def _announced(connection: AsyncConnection, status: Status, now: datetime) -> list[Alert]:
    """The newest revision in force of each disaster's damage."""
    standing = (await alerts.standing(connection, status, now)).values()
    holding = [one.in_force(now)[-1] for one in standing if one.in_force(now)]
    return [alert for alert in holding if isinstance(alert.declared, Damaged)]


def _district(one: Stricken, alert: Alert) -> dict[str, Any]:
    declared = alert.declared
    assert isinstance(declared, Damaged)
    return {
        "code": one.code,
        "name": one.name,
        "disaster": declared.disaster,
        "status": alert.status.value,
        "as_of": iso(declared.as_of.replace(minute=0, second=0, microsecond=0)),
        "items": [*items_told(one.figures), *items_told(dict.fromkeys(one.few))],
    }


def _seen(value: Any) -> tuple[str, int] | None:
    """「series/revision」 as the page or a program had it; "" where nothing was there; None: nobody looked."""
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > 200:
        raise WebError(400, "bad_seen", "seen は series/revision です。 / seen must be series/revision.")
    series, _, revision = value.rpartition("/")
    usable = revision.isascii() and revision.isdecimal() and len(revision) < 10
    return (series, int(revision)) if usable and series else ("", 0)


ENDPOINTS = (
    Endpoint(
        path="/damage/announce",
        handler=draft,
        summary="Draft 被害情報 out of the confirmed totals, for approval; a further one is its next revision.",
        method="POST",
        body={
            "type": "object",
            "required": ["disaster"],
            "properties": {
                "disaster": {"type": "integer", "minimum": 0},
                "corrects": {"type": "boolean", "description": "figures that were announced were wrong: an Errata"},
                "final": {"type": "boolean", "description": "nothing more will be counted: it ends the series"},
                "seen": {"type": "string", "description": "series/revision as it was looked at; else 409 changed"},
            },
        },
        returns=JSON,
        properties=DRAFTED,
        errors=(400, 404, 409, 503),
        role=Role.OPERATOR,
        scope=TokenScope.DRAFTS,
    ),
    Endpoint(
        path="/damage/districts",
        handler=districts,
        summary="Damage to property and works by district, as approved documents tell it; never of persons.",
        properties={
            "code": "of the district",
            "name": "its name",
            "disaster": "what it is called",
            "status": "Actual, Exercise or Test",
            "as_of": "the hour as of which it holds",
            "items": "{ja, unit, value}; value null: one or two",
        },
    ),
)
