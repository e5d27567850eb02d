"""/reports/photos: pictures of reports. Sent by operators and gateways, or with a report; shown to the desk only."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta

from aiohttp import hdrs, web
from sqlalchemy.ext.asyncio import AsyncConnection

from services.accounts.scopes import TokenScope
from services.clock import wall
from services.photos import MAX_BYTES, MEDIA_TYPE, Photo
from services.store import chronology, photos
from services.store.chronology import Entry
from services.store.users import Role
from services.web.api.answer import JSON
from services.web.api.endpoint import Endpoint, Parameter
from services.web.body import whole_body
from services.web.context import CONTEXT, WebContext
from services.web.report_form import cleaned
from services.web.security import WORDS, WebError
from services.web.sender import Kind, sender_of

_SHA256 = re.compile(r"[0-9a-f]{64}")


async def show(request: web.Request) -> web.Response:
    """The JPEG. It is ours, written by us; all the same nothing in it may run, and no other page may show it."""
    name = request.match_info["sha256"]
    if not _SHA256.fullmatch(name):
        raise web.HTTPNotFound
    async with request.app[CONTEXT].store.read() as connection:
        found = await photos.find(connection, name, wall())
    if found is None:
        raise web.HTTPNotFound
    headers = {
        hdrs.CACHE_CONTROL: "private, no-store",
        hdrs.CONTENT_DISPOSITION: f'inline; filename="{name[:16]}.jpg"',
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    return web.Response(body=found, content_type=MEDIA_TYPE, headers=headers)


async def take(request: web.Request) -> web.Response:
    """One picture as the whole body, whatever the media type says: the bytes tell."""
    context = request.app[CONTEXT]
    sender = await sender_of(request)
    body = await whole_body(request, MAX_BYTES)
    if body is None:
        raise WebError(413, *WORDS[413])
    (picture,) = await cleaned(request, (body,))
    async with context.store.write() as connection:
        await keep_photos(connection, context, [picture])
        if sender.kind is Kind.STAFF:
            status = context.own
            refs, text = {"photo": picture.sha256}, "通報の写真を登録した"
            entry = Entry(at=context.now(), status=status, kind="report", who=sender.name, text=text, refs=refs)
            await chronology.append(connection, [entry])
    told = {"sha256": picture.sha256, "width": picture.width, "height": picture.height}
    return web.json_response({**told, "bytes": len(picture.data)}, status=201)


async def keep_photos(connection: AsyncConnection, context: WebContext, pictures: Sequence[Photo]) -> None:
    """Keep them for as long as the settings say."""
    now = wall()
    for picture in pictures:
        await photos.keep(connection, picture, now, now + timedelta(days=context.reports.photo_days))


ENDPOINTS = (
    Endpoint(
        path="/reports/photos",
        handler=take,
        summary="Send a picture before the report that names it, for reports that come by MQTT.",
        method="POST",
        takes=("image/jpeg", "image/png", "image/webp"),
        body={"type": "string", "format": "binary"},
        success=201,
        returns=JSON,
        properties={
            "sha256": "its name from now on",
            "width": "pixels as kept",
            "height": "pixels as kept",
            "bytes": "as kept",
        },
        errors=(400, 413, 429),
        open=True,
        scope=TokenScope.REPORTS,
    ),
    Endpoint(
        path="/reports/photos/{sha256}",
        handler=show,
        summary="A picture as it is kept.",
        parameters=(Parameter("sha256", "Its name.", {"type": "string", "pattern": "^[0-9a-f]{64}$"}, where="path"),),
        returns=MEDIA_TYPE,
        properties={"body": "JPEG"},
        errors=(404,),
        role=Role.VIEWER,
    ),
)
