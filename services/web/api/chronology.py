"""/chronology: クロノロジー, newest first, and notes written into it by hand."""

from __future__ import annotations

from aiohttp import web
from sqlalchemy import select

from feeds.status import Status
from rules.cap_message import mark
from services.accounts.scopes import TokenScope
from services.store.chronology import Entry, append
from services.store.tables import chronology
from services.store.users import Role
from services.web.api.answer import JSON, json_object, listing, text_member
from services.web.api.as_of import AT, seen
from services.web.api.endpoint import PAGED, Endpoint, Parameter
from services.web.api.paging import page_of
from services.web.api.times import iso
from services.web.auth import PERSON
from services.web.context import CONTEXT

_LONGEST_NOTE = 2000


async def show(request: web.Request) -> web.Response:
    page = page_of(request, int)
    statement = select(chronology).order_by(chronology.c.seq.desc()).limit(page.limit + 1)
    if page.after is not None:
        statement = statement.where(chronology.c.seq < page.after[0])
    if "kind" in request.query:
        statement = statement.where(chronology.c.kind.in_(request.query["kind"].split(",")))
    async with request.app[CONTEXT].store.read() as connection:
        when = await seen(request, connection)
        if when.then is not None:
            statement = statement.where(chronology.c.at <= when.then)
        rows = list((await connection.execute(statement)).mappings())
    taken, following = page.trim(rows, lambda row: (row["seq"],))
    items = [
        {
            "seq": row["seq"],
            "at": iso(row["at"]),
            "status": row["status"],
            "kind": row["kind"],
            "who": row["who"],
            "text": mark(row["text"], Status(row["status"]), "ja"),
            "refs": row["refs"],
        }
        for row in taken
    ]
    return listing(request, items, following)


async def note(request: web.Request) -> web.Response:
    context = request.app[CONTEXT]
    text = text_member(await json_object(request), "text", _LONGEST_NOTE)
    status = context.own
    entry = Entry(at=context.now(), status=status, kind="note", who=request[PERSON].name, text=text)
    async with context.store.write() as connection:
        await append(connection, [entry])
    context.bell.ring("alerts")
    return web.json_response({"written": True}, status=201)


ENDPOINTS = (
    Endpoint(
        path="/chronology",
        handler=show,
        summary="What was known, decided and sent, newest first.",
        parameters=(*PAGED, Parameter("kind", "Only these kinds, with commas: hazard, draft, issued, note, …"), AT),
        returns=JSON,
        properties={
            "seq": "number, rising",
            "at": "when",
            "status": "Actual, Exercise or Test",
            "kind": "hazard, draft, approved, rejected, issued, delivery, note, access, …",
            "who": "a person, or the service",
            "text": "a sentence; a drill is marked",
            "refs": "names of the things it is about; token and program where a program wrote it in that person's name",
        },
        errors=(400, 404),
        role=Role.VIEWER,
    ),
    Endpoint(
        path="/chronology",
        handler=note,
        summary="Write a note into the log.",
        method="POST",
        success=201,
        body={
            "type": "object",
            "required": ["text"],
            "properties": {"text": {"type": "string", "minLength": 1, "maxLength": _LONGEST_NOTE}},
        },
        returns=JSON,
        properties={"written": "true"},
        errors=(400,),
        role=Role.OPERATOR,
        scope=TokenScope.RECORDS,
    ),
)
