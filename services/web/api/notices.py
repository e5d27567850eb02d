"""POST /reports/notices: what the police tell, as mail or table, handed in by an operator or a gateway.

It goes the way of all messages: by its feed into records and refusals, committed together before the answer.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace

from aiohttp import web

from feeds import crime_csv, police_mail
from feeds.contract import rejected_line
from feeds.feed import Feed
from feeds.records import Decoded, Message
from services.accounts.scopes import TokenScope
from services.figures import RECORDS
from services.notices.following import follow
from services.store import chronology, quarantine, records
from services.store.chronology import Entry
from services.store.records import Saved
from services.web.api.answer import JSON
from services.web.api.endpoint import Endpoint
from services.web.body import whole_body
from services.web.context import CONTEXT, WebContext
from services.web.security import WORDS, WebError
from services.web.sender import Kind, Sender, sender_of

_MAIL = (police_mail.PoliceMail(), police_mail.SCHEME)
_TABLE = (crime_csv.CrimeCsv(), crime_csv.SCHEME)
_FEEDS: dict[str, tuple[Feed, str]] = {"message/rfc822": _MAIL, "text/plain": _MAIL, "text/csv": _TABLE}
_TOLD = 100  # refusals in one answer


async def take(request: web.Request) -> web.Response:
    context = request.app[CONTEXT]
    sender = await sender_of(request)
    if request.content_type not in _FEEDS:
        raise WebError(415, "bad_media_type", f"send a notice as {', '.join(_FEEDS)}")
    feed, scheme = _FEEDS[request.content_type]
    body = await whole_body(request, crime_csv.MAX_BYTES)
    if not body:
        raise WebError(413, *WORDS[413]) if body is None else WebError(400, "empty", "there is nothing in the body")
    message = Message(
        topic=f"{scheme}{sender.gateway}", payload=body, received_at=context.now(), gateway=sender.gateway
    )
    decoded = await asyncio.to_thread(feed.decode, message)
    saved = await _keep(context, sender, message, decoded)
    if saved.new:
        context.bell.ring("records")
    told = [rejected_line(refused) for refused in decoded.rejected[:_TOLD]]
    counts = {"new": len(saved.new), "known": saved.duplicates, "refused": len(decoded.rejected)}
    return web.json_response({**counts, "rejected": told}, status=201)


async def _keep(context: WebContext, sender: Sender, message: Message, decoded: Decoded) -> Saved:
    found = [replace(one, status=one.status.stricter(sender.status)) for one in decoded.records]
    async with context.store.write() as connection:
        saved = await records.save(connection, found, message.received_at)
        if saved.new:
            await follow(connection, found, context.now(), sender.name or sender.gateway)
        for refused in decoded.rejected:
            await quarantine.keep(connection, message, refused)
        if sender.kind is Kind.STAFF:
            text = (
                f"警察の情報を登録した（新しいもの {len(saved.new)} 件、読めなかったもの {len(decoded.rejected)} 件）"
            )
            entry = Entry(at=context.now(), status=sender.status, kind="report", who=sender.name, text=text)
            await chronology.append(connection, [entry])
    RECORDS.labels("web", "new").inc(len(saved.new))
    RECORDS.labels("web", "duplicate").inc(saved.duplicates)
    RECORDS.labels("web", "rejected").inc(len(decoded.rejected))
    return saved


ENDPOINTS = (
    Endpoint(
        path="/reports/notices",
        handler=take,
        summary="Hand in what the police tell: a safety mail, whole or its text, or a table of their open data.",
        method="POST",
        takes=tuple(_FEEDS),
        body={"type": "string", "format": "binary", "minLength": 1},
        success=201,
        returns=JSON,
        properties={
            "new": "reports that were new",
            "known": "that were known already",
            "refused": "that could not be read, and are kept in quarantine",
            "rejected": "why: error, message, at; the first hundred",
        },
        errors=(400, 413, 415, 429),
        open=True,
        scope=TokenScope.REPORTS,
    ),
)
