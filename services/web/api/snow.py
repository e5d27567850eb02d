"""/snow: what is decided of each plow section, the orders, and what people do with them. For the desk only."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from feeds.status import Status
from rules.orders.decision import Kind
from rules.orders.life import Act, ActError
from services.accounts.scopes import TokenScope
from services.orders import desk
from services.orders.desk import Person
from services.store import decided, orders
from services.store.users import Role
from services.web.api.answer import JSON, json_object, listing
from services.web.api.as_of import AT, seen
from services.web.api.endpoint import OF_STATUS, Endpoint, Parameter
from services.web.api.times import iso
from services.web.auth import PERSON
from services.web.context import CONTEXT
from services.web.home import home_of
from services.web.security import WebError
from services.web.snow import told
from services.web.snow.asked import (
    LONGEST,
    MOST_CM,
    MOST_VEHICLES,
    act_of,
    expected_of,
    number_of,
    refusal,
    said_of,
    status_of,
    wanted_of,
)
from services.web.snow.described import DECISION, ORDER, SECTION
from services.web.snow.record import day_asked, span_of

BELL = "orders"
_MOST = 200


async def show_sections(request: web.Request) -> web.Response:
    context = request.app[CONTEXT]
    status = status_of(request.query.get("status"), context)
    async with context.store.read() as connection:
        found = await told.sections_seen(connection, context, status, await seen(request, connection))
    return listing(request, found, None)


async def show_orders(request: web.Request) -> web.Response:
    """The open ones, and those that were over within a day, the newest first; or those of another day."""
    context, now = request.app[CONTEXT], request.app[CONTEXT].now()
    status, day = status_of(request.query.get("status"), context), day_asked(request)
    section = request.query.get("section", "")
    async with context.store.read() as connection:
        if day:
            known = (await orders.overlapping(connection, status, *span_of(day)))[::-1]
        else:
            known = await orders.since(connection, now - told.KEPT, status, _MOST)
    found = [one for one in known if section in ("", one.section)]
    return listing(request, [told.order_told(one, context, now) for one in found], None)


async def show_decisions(request: web.Request) -> web.Response:
    """The record of one section."""
    context = request.app[CONTEXT]
    status, day = status_of(request.query.get("status"), context), day_asked(request)
    async with context.store.read() as connection:
        found = await decided.recorded(
            connection, status, request.match_info["section"], _MOST, span_of(day) if day else None
        )
    return listing(request, [told.decision_told(one) for one in found], None)


async def give(request: web.Request) -> web.Response:
    context, body = request.app[CONTEXT], await json_object(request)
    act = act_of(body.get("act", Act.ORDER.value))
    if act not in {Act.ORDER, Act.STAND_BY}:
        raise WebError(400, "bad_act", "act は order か stand_by です。 / act must be order or stand_by.")
    person, now = Person(request[PERSON].name), context.now()
    try:
        made = await desk.give(context.store, wanted_of(body, context), act, person, said_of(body, now), now)
    except ActError as error:
        raise refusal(error) from error
    context.bell.ring(BELL)
    return web.json_response(told.order_told(made, context, now))


async def do(request: web.Request) -> web.Response:
    context, body = request.app[CONTEXT], await json_object(request)
    number, act, now = number_of(body.get("id")), act_of(body.get("act")), context.now()
    try:
        done = await desk.do(context.store, number, act, Person(request[PERSON].name), said_of(body, now), now)
    except ActError as error:
        raise refusal(error) from error
    context.bell.ring(BELL)
    return web.json_response(told.order_told(done, context, now))


async def link(request: web.Request) -> web.Response:
    context, now = request.app[CONTEXT], request.app[CONTEXT].now()
    number = number_of((await json_object(request)).get("id"))
    lasts = context.plow.link
    try:
        token, until, _ = await desk.link(context.store, number, Person(request[PERSON].name), now, lasts)
    except ActError as error:
        raise refusal(error) from error
    return web.json_response({"url": f"{home_of(request)}/snow-order?t={token}", "until": iso(until)})


async def expect(request: web.Request) -> web.Response:
    context, body = request.app[CONTEXT], await json_object(request)
    section, one = expected_of(body, context, request[PERSON].name)
    status = status_of(body.get("status"), context)
    await desk.expect(context.store, status, section, one, Person(request[PERSON].name))
    context.bell.ring(BELL)
    answer = {"section": section, "cm": one.cm, "at": iso(one.at), "until": iso(one.until), "source": one.source}
    return web.json_response(answer)


_OF_DAY = Parameter("day", "2026-12-18: what was so on that day in Japan, and at its beginning; else the newest.")
_ID = {"type": "integer", "minimum": 1}
_TIME = {"type": "string", "maxLength": 40, "description": "ISO 8601 with offset, or HH:MM in Japan"}
_SECTION = {"type": "string", "description": "code of a plow section"}
_SAID: dict[str, Any] = {
    "text": {"type": "string", "maxLength": LONGEST},
    "happened_at": _TIME,
    "vehicles": {"type": "integer", "minimum": 0, "maximum": MOST_VEHICLES},
}

ENDPOINTS = (
    Endpoint(
        path="/snow/sections",
        handler=show_sections,
        summary="Every plow section: its last decision and why, and its orders. First what waits for somebody.",
        parameters=(OF_STATUS, AT),
        returns=JSON,
        properties=SECTION,
        errors=(400, 404),
        role=Role.VIEWER,
    ),
    Endpoint(
        path="/snow/decisions/{section}",
        handler=show_decisions,
        summary="The record of decisions of one section, the newest first: each that changed, and each decision time.",
        parameters=(Parameter("section", "Code of a plow section.", where="path"), _OF_DAY, OF_STATUS),
        returns=JSON,
        properties=DECISION,
        errors=(400,),
        role=Role.VIEWER,
    ),
    Endpoint(
        path="/snow/orders",
        handler=show_orders,
        summary="Orders that are open or were over within a day, or those of another day, the newest first.",
        parameters=(_OF_DAY, Parameter("section", "Of this section alone."), OF_STATUS),
        returns=JSON,
        properties=ORDER,
        errors=(400,),
        role=Role.VIEWER,
    ),
    Endpoint(
        path="/snow/orders",
        handler=give,
        summary="Order a section, or let its contractor stand by, whatever a rule says; it answers a proposal.",
        method="POST",
        body={
            "type": "object",
            "required": ["section", "kind"],
            "properties": {
                "section": _SECTION,
                "kind": {"type": "string", "enum": [one.value for one in Kind]},
                "act": {"type": "string", "enum": [Act.ORDER.value, Act.STAND_BY.value]},
                "classes": {"type": "array", "items": {"type": "integer", "minimum": 1, "maximum": 4}},
                "status": {"type": "string", "enum": [one.value for one in Status]},
                **_SAID,
            },
        },
        returns=JSON,
        properties=ORDER,
        errors=(400, 409),
        role=Role.OPERATOR,
        scope=TokenScope.PERSON,
    ),
    Endpoint(
        path="/snow/orders/act",
        handler=do,
        summary="Do something with an order: order, decline, cancel, or note what a contractor answered and did.",
        method="POST",
        body={
            "type": "object",
            "required": ["id", "act"],
            "properties": {"id": _ID, "act": {"type": "string", "enum": [one.value for one in Act]}, **_SAID},
        },
        returns=JSON,
        properties=ORDER,
        errors=(400, 404, 409),
        role=Role.OPERATOR,
        scope=TokenScope.PERSON,
    ),
    Endpoint(
        path="/snow/orders/link",
        handler=link,
        summary="A link by which the contractor answers this order without an account; the one before goes out.",
        method="POST",
        body={"type": "object", "required": ["id"], "properties": {"id": _ID}},
        returns=JSON,
        properties={"url": "to be sent to the contractor; it is told once", "until": "until when it works"},
        errors=(400, 404, 409),
        role=Role.OPERATOR,
        scope=TokenScope.PERSON,
    ),
    Endpoint(
        path="/snow/expected",
        handler=expect,
        summary="Note how much snow a forecast expects until a time; it counts in rules with forecast_cm.",
        method="POST",
        body={
            "type": "object",
            "required": ["cm", "until"],
            "properties": {
                "cm": {"type": "number", "minimum": 0, "maximum": MOST_CM},
                "until": _TIME,
                "section": _SECTION,
                "source": {"type": "string", "maxLength": 100},
                "status": {"type": "string", "enum": [one.value for one in Status]},
            },
        },
        returns=JSON,
        properties={
            "section": "empty: every section",
            "cm": "centimetres",
            "at": "since when",
            "until": "until when",
            "source": "whose forecast, and who noted it",
        },
        errors=(400,),
        role=Role.OPERATOR,
        scope=TokenScope.SNOW,
    ),
)
