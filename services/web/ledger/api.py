"""/ledger: machine hours of days, what contractors declare, what staff approve. For the desk only."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date
from typing import Any, Literal

from aiohttp import web

from feeds.japan import JAPAN
from feeds.status import Status
from geo.plow.fairness import Fairness
from services.accounts.scopes import TokenScope
from services.ledger.account import Account, account
from services.ledger.days import day_of, month_of
from services.ledger.desk import AT_MOST, ChangedError, LedgerError, Wanted, Writer, item_of, read_csv, write_down
from services.ledger.fairness import as_json as as_fair_json
from services.ledger.fairness import figures
from services.ledger.told import as_json
from services.ledger.words import seconds_of
from services.store.users import Role
from services.web.api.answer import JSON, answer, json_object
from services.web.api.endpoint import OF_STATUS, Endpoint, Parameter
from services.web.auth import PERSON
from services.web.body import whole_body
from services.web.context import CONTEXT
from services.web.security import WORDS, WebError, storable

_BODY_AT_MOST = 1 << 20


async def read(request: web.Request) -> Account:
    """The account of ``day`` or ``month``, of ``contractor`` or all, as the address asks."""
    context, query = request.app[CONTEXT], request.query
    async with context.store.read() as connection:
        of = await account(connection, context.book, status_of(request), days(request), query.get("contractor", ""))
    return replace(of, names={one.code: one.name for one in context.ground.areas.of_kind("plow_section")})


def days(request: web.Request) -> tuple[date, date]:
    """First and last day; today where the address names none."""
    query = request.query
    try:
        if query.get("month"):
            return month_of(query["month"])
        day = day_of(query["day"]) if query.get("day") else _today(request)
        return day, day
    except ValueError:
        words = "day は 2026-12-08、month は 2026-12 の形です。 / day is like 2026-12-08, month like 2026-12."
        raise WebError(400, "bad_day", words) from None


def status_of(request: web.Request) -> Status:
    """Of a hub that runs an exercise the drill's own account; the two are never added up."""
    wanted = request.query.get("status") or request.app[CONTEXT].own
    try:
        return Status(wanted)
    except ValueError:
        raise WebError(400, "bad_status", f"status is one of {', '.join(Status)}") from None


async def waited(request: web.Request) -> list[Fairness]:
    """How long streets waited on the days that the address asks for."""
    context = request.app[CONTEXT]
    async with context.store.read() as connection:
        return await figures(connection, status_of(request), context.streets, days(request), context.now())


async def show_waits(request: web.Request) -> web.Response:
    return answer(request, {"items": [as_fair_json(one) for one in await waited(request)]})


async def show(request: web.Request) -> web.Response:
    of = await read(request)
    return answer(request, await asyncio.to_thread(as_json, of))


async def declare(request: web.Request) -> web.Response:
    return await _take(request, "declared")


async def approve(request: web.Request) -> web.Response:
    return await _take(request, "approved")


async def take(request: web.Request, kind: Literal["declared", "approved"], wanted: list[Wanted]) -> int:
    """Write it down in the name of who is logged in; how many. WebError says what is wrong."""
    context = request.app[CONTEXT]
    by = Writer(name=request[PERSON].name, now=context.now(), status=status_of(request))
    try:
        return len(await write_down(context.store, context.book, kind, wanted, by))
    except ChangedError as error:
        raise WebError(409, "changed", str(error)) from error
    except LedgerError as error:
        raise WebError(400, "bad_entry", str(error)) from error


async def _take(request: web.Request, kind: Literal["declared", "approved"]) -> web.Response:
    try:
        wanted = await _table(request) if request.content_type == "text/csv" else await _items(request)
    except LedgerError as error:
        raise WebError(400, "bad_entry", str(error)) from None
    return web.json_response({"taken": await take(request, kind, wanted)})


async def _table(request: web.Request) -> list[Wanted]:
    body = await whole_body(request, _BODY_AT_MOST)
    if body is None:
        raise WebError(413, *WORDS[413])
    return read_csv(body)


async def _items(request: web.Request) -> list[Wanted]:
    items = (await json_object(request)).get("items")
    if not isinstance(items, list) or not 0 < len(items) <= AT_MOST:
        raise WebError(400, "bad_items", f'"items" must be a list of 1 to {AT_MOST} objects')
    return [_wanted(item, f"items/{place}") for place, item in enumerate(items)]


def _wanted(item: Any, where: str) -> Wanted:
    texts = item if isinstance(item, dict) else {}
    values = [texts.get(name) for name in ("machine", "day", "doing", "band", "time")]
    reason, seen = texts.get("reason", ""), texts.get("seen", "")
    if not all(isinstance(value, str) and storable(value) for value in (*values, reason, seen)):
        raise LedgerError(f"{where}: machine, day, doing, band and time must be text; reason and seen may be")
    machine, day, doing, band, time = (str(value) for value in values)
    try:
        item, seconds = item_of(machine, day, doing, band), seconds_of(time)
        return Wanted(item=item, seconds=seconds, reason=reason, where=where, seen=seen or None)
    except ValueError as error:
        raise LedgerError(f"{where}: {error}") from None


def _today(request: web.Request) -> date:
    return request.app[CONTEXT].now().astimezone(JAPAN).date()


_TEXT = {"type": "string"}
_BODY = {
    "type": "object",
    "required": ["items"],
    "properties": {
        "items": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["machine", "day", "doing", "band", "time"],
                "properties": dict.fromkeys(("machine", "day", "doing", "band", "time", "reason", "seen"), _TEXT),
            },
        }
    },
}

ENDPOINTS = (
    Endpoint(
        path="/ledger",
        handler=show,
        summary="Machine hours of a day or month: GPS, declared and approved side by side, and what they were.",
        parameters=(
            Parameter("day", "2026-12-08; today unless told."),
            Parameter("month", "2026-12, instead of a day."),
            Parameter("contractor", "Of this contractor alone."),
            OF_STATUS,
        ),
        returns=JSON,
        properties={
            "status": "Actual, Exercise or Test",
            "since": "first day, Japan's",
            "until": "last day",
            "items": "{machine, contractor, day, doing, band, seen, gps_seconds, declared, approved, …}",
            "machines": "{machine, contractor, kind, unseen_seconds, times: [{day, doing, band, …, seconds}]}",
            "unapproved": "how many items with time on record nobody has approved",
            "changed_since_approval": "of how many approved ones GPS tells something else now",
            "totals": "of what is approved: {contractor, contract, machine, doing, band, seconds, paid_seconds, …}",
        },
        errors=(400,),
        role=Role.VIEWER,
    ),
    Endpoint(
        path="/fairness",
        handler=show_waits,
        summary="How long streets waited from the trigger of an order to the first pass, by class and section.",
        parameters=(
            Parameter("day", "2026-12-08; today unless told."),
            Parameter("month", "2026-12, instead of a day."),
            OF_STATUS,
        ),
        returns=JSON,
        properties={
            "section": "null: all of them",
            "route_class": "null: all of them",
            "streets": "how many were waited for",
            "passed": "how many were passed",
            "median_min": "minutes; null: fewer than half were passed",
            "p90_min": "minutes in which nine of ten were passed; null: fewer were",
            "in_time": "share passed by the finish hour; null: none was set",
        },
        errors=(400,),
        role=Role.VIEWER,
    ),
    Endpoint(
        path="/ledger/declared",
        handler=declare,
        summary="What a contractor declares, entered by staff, as JSON or as CSV: machine, day, doing, band, time.",
        method="POST",
        parameters=(OF_STATUS,),
        body=_BODY,
        takes=(JSON, "text/csv"),
        returns=JSON,
        properties={"taken": "how many entries"},
        errors=(400, 413, 415),
        role=Role.OPERATOR,
        scope=TokenScope.SNOW,
    ),
    Endpoint(
        path="/ledger/approved",
        handler=approve,
        summary="Staff approve time that they have seen (its ``seen``); other than what GPS says it needs a reason.",
        method="POST",
        parameters=(OF_STATUS,),
        body=_BODY,
        takes=(JSON, "text/csv"),
        returns=JSON,
        properties={"taken": "how many entries"},
        errors=(400, 409, 413, 415),
        role=Role.APPROVER,
        scope=TokenScope.PERSON,
    ),
)
