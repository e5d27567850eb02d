"""/deliveries and /suppressions: what became of each sending, and why something was not sent. For the desk only."""

from __future__ import annotations

from typing import Any

from aiohttp import web
from sqlalchemy import FromClause, Select, select
from sqlalchemy.engine import RowMapping

from services.channels.unsent import code_of
from services.store.confirmation import Confirmation, confirmation
from services.store.past import as_of
from services.store.tables import outbox, suppressions
from services.store.users import Role
from services.web.api.answer import JSON, listing
from services.web.api.as_of import AT, seen
from services.web.api.endpoint import PAGED, Endpoint, Parameter
from services.web.api.instant import before, instant
from services.web.api.paging import Page, page_of
from services.web.api.times import iso, iso_or_none
from services.web.context import CONTEXT


async def deliveries(request: web.Request) -> web.Response:
    page = page_of(request, str, str)
    async with request.app[CONTEXT].store.read() as connection:
        when = await seen(request, connection)
        statement = _paged(as_of(outbox, when.then), request, page)
        rows = list((await connection.execute(statement)).mappings())
    taken, following = page.trim(rows, lambda row: (iso(row["created_at"]), row["id"]))
    return listing(request, [_delivery(row) for row in taken], following)


def _paged(rows: FromClause, request: web.Request, page: Page) -> Select[Any]:
    statement = select(rows).order_by(rows.c.created_at.desc(), rows.c.id).limit(page.limit + 1)
    if page.after is not None:
        statement = statement.where(before(rows.c.created_at, instant(page.after[0]), rows.c.id > page.after[1]))
    for name in ("series", "state", "channel"):
        if name in request.query:
            statement = statement.where(rows.c[name] == request.query[name])
    return statement


def _delivery(row: RowMapping) -> dict[str, Any]:
    names = ("id", "series", "revision", "channel", "status", "state", "reason", "cause", "attempts")
    told = {name: row[name] for name in names}
    times = {name: iso_or_none(row[name]) for name in ("created_at", "next_at", "finished_at", "expires")}
    return {**told, **times, "remote_ids": list(row["done"]), "code": code_of(row), **_both(confirmation(row))}


def _both(known: Confirmation) -> dict[str, Any]:
    """What we sent, and what the channel confirmed: two things, and only the second one is an arrival."""
    sent = {"state": known.sent.value, "at": iso_or_none(known.sent_at), "attempts": known.attempts}
    said = {"state": known.said.value, "at": iso_or_none(known.said_at), "receipts": list(known.receipts)}
    return {"sent": sent, "confirmed": {**said, "words": known.words}}


async def suppressed(request: web.Request) -> web.Response:
    page = page_of(request, int)
    async with request.app[CONTEXT].store.read() as connection:
        reasons = as_of(suppressions, (await seen(request, connection)).then)
        statement = select(reasons).where(reasons.c.current).order_by(reasons.c.id.desc())
        if page.after is not None:
            statement = statement.where(reasons.c.id < page.after[0])
        rows = list((await connection.execute(statement.limit(page.limit + 1))).mappings())
    taken, following = page.trim(rows, lambda row: (row["id"],))
    names = ("id", "status", "rule", "series", "stage", "reason", "detail", "times")
    items = [
        {**{name: row[name] for name in names}, "first_at": iso(row["first_at"]), "last_at": iso(row["last_at"])}
        for row in taken
    ]
    return listing(request, items, following)


ENDPOINTS = (
    Endpoint(
        path="/deliveries",
        handler=deliveries,
        summary="What became of each alert revision on each channel, newest first.",
        parameters=(
            *PAGED,
            Parameter("series", "Only this series."),
            Parameter("state", "Only this state."),
            Parameter("channel", "Only this channel."),
            AT,
        ),
        returns=JSON,
        properties={
            "id": "stable over all attempts",
            "series": "of the alert",
            "revision": "of the alert",
            "channel": "outlet",
            "status": "Actual, Exercise or Test",
            "state": "waiting, sending, accepted, duplicate, rejected, unknown, expired, superseded or refused",
            "reason": "in words; where there is a cause, those of the provider or of the program that sends",
            "cause": "of the last attempt that failed: unreached, no_answer, login, limit, busy, fault, refused, ours "
            "or other; else empty",
            "code": "where it is refused, why: not_set_up, too_slow, status, form, budget_…, unheard; else empty",
            "attempts": "so far",
            "created_at": "when it was put into the outbox",
            "next_at": "not tried before this",
            "finished_at": "or null",
            "expires": "not sent after this",
            "remote_ids": "names of the parts on the other side",
            "sent": "what we sent: {state, at, attempts}; waiting, sending, partly, sent or never; at is wall time",
            "confirmed": "what the channel said: {state, at, receipts, words}; nothing, accepted, duplicate, rejected"
            " or no_answer",
        },
        errors=(400, 404),
        role=Role.VIEWER,
    ),
    Endpoint(
        path="/suppressions",
        handler=suppressed,
        summary="What is held back now, and the named reason.",
        parameters=(*PAGED, AT),
        returns=JSON,
        properties={
            "id": "number",
            "status": "Actual, Exercise or Test",
            "rule": "the rule that proposed it",
            "series": "the alert's series",
            "stage": "which stage held it back",
            "reason": "named reason",
            "detail": "with figures",
            "first_at": "since when",
            "last_at": "last moved",
            "times": "how often it moved",
        },
        errors=(400, 404),
        role=Role.VIEWER,
    ),
)
