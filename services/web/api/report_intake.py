"""POST /reports: what somebody saw, with photos. The answer goes out after the commit; a repeat is answered alike."""

from __future__ import annotations

import hashlib
import re
import uuid
from dataclasses import replace
from datetime import timedelta

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.contact import MAX
from feeds.finding import Finding
from feeds.members import BadMember, Members
from feeds.plain_report import CONTACTS, KINDS, MAX_PHOTOS, report
from feeds.records import Report
from services.accounts.scopes import TokenScope
from services.clock import wall
from services.figures import RECORDS
from services.store import answered, chronology, photo_signs, records
from services.store.answered import Answered
from services.store.chronology import Entry
from services.store.records import Saved
from services.web.api.answer import JSON
from services.web.api.endpoint import Endpoint, Parameter
from services.web.api.photos import keep_photos
from services.web.api.times import iso
from services.web.context import CONTEXT, WebContext
from services.web.report_form import MULTIPART, Form, cleaned, read_form, stranger_form
from services.web.security import WebError
from services.web.sender import Kind, Sender, sender_of

_CONTACTS = frozenset(f"contact_{name}" for name in CONTACTS)
_OF_ANYBODY = frozenset({"v", "kind", "time", "text", "place", "lon", "lat", "finding"}) | _CONTACTS
_OF_STAFF = _OF_ANYBODY | {"id", "confirmed", "source", "status", "photos"}
_KEY = re.compile(r'"?([!#-\[\]-~]{16,128})"?')
_OLDEST, _AHEAD = timedelta(days=14), timedelta(minutes=10)


async def take(request: web.Request) -> web.Response:
    context = request.app[CONTEXT]
    sender = await sender_of(request, public=True)
    key = _key(request, sender)
    form = await (stranger_form(request) if sender.kind is Kind.PUBLIC else read_form(request))
    one = _report(form, sender, context)
    pictures = await cleaned(request, form.photos)
    one = replace(one, photos=(*one.photos, *(picture.sha256 for picture in pictures)))
    if len(one.photos) > MAX_PHOTOS:
        raise WebError(413, "too_many_parts", f"at most {MAX_PHOTOS} photos")
    answer = {"id": one.report_id, "received_at": iso(context.now()), "photos": list(one.photos)}
    async with context.store.write() as connection:
        before = await answered.find(connection, key, wall()) if key else None
        if before is None:
            await keep_photos(connection, context, pictures)
            saved = await _keep(connection, context, sender, one)
            if saved.new:
                await photo_signs.remember_of(connection, one, pictures, context.reports.photo_likeness)
            if key:
                await answered.remember(connection, key, Answered(form.digest, answer), wall())
    if before is None:
        RECORDS.labels("web", "new").inc(len(saved.new))
        RECORDS.labels("web", "duplicate").inc(saved.duplicates)
        context.bell.ring("records")
        return web.json_response(answer, status=201)
    if before.digest != form.digest:
        raise WebError(409, "key_reused", "this Idempotency-Key came with another report; take a new key for a new one")
    return web.json_response(before.answer, status=201)


async def _keep(connection: AsyncConnection, context: WebContext, sender: Sender, one: Report) -> Saved:
    by = sender.name if sender.kind is Kind.STAFF else ""
    saved = await records.save(connection, [one], context.now(), by)
    if sender.kind is Kind.STAFF:
        refs = {"report": one.key}
        text = f"通報を登録した（{one.kind}）"
        entry = Entry(at=context.now(), status=one.status, kind="report", who=sender.name, text=text, refs=refs)
        await chronology.append(connection, [entry])
    return saved


def _key(request: web.Request, sender: Sender) -> str:
    """What the store knows of the Idempotency-Key: whose, and its hash; empty where there is none."""
    shown = request.headers.getall("Idempotency-Key", [])
    if not shown:
        return ""
    found = _KEY.fullmatch(shown[0].strip())
    if found is None or len(shown) > 1:
        raise WebError(400, "bad_key", "Idempotency-Key must be 16 to 128 printable characters, a UUID for example")
    whose = "\n".join(("reports", sender.kind, sender.gateway, sender.name, found[1]))
    return hashlib.sha256(whose.encode()).hexdigest()


def _report(form: Form, sender: Sender, context: WebContext) -> Report:
    """The report, by the same reader as one that comes by MQTT. WebError 400 says which member is wrong."""
    staff = sender.kind is not Kind.PUBLIC
    strange = sorted(form.members.keys() - (_OF_STAFF if staff else _OF_ANYBODY))
    if strange:
        raise WebError(400, "bad_member", f"{strange[0][:40]!r} is not taken; use {', '.join(sorted(_OF_ANYBODY))}")
    try:
        one = report(Members({"id": uuid.uuid4().hex, **form.members}), sender.gateway)
    except BadMember as bad:
        raise WebError(400, bad.code, f"{bad} ({bad.name})") from None
    if not staff and not context.exercise:
        _check_time(one.measured_at - context.now())
    return replace(one, status=one.status.stricter(sender.status))


def _check_time(ahead: timedelta) -> None:
    """A resident tells of what was seen lately; anything else is a mistyped date."""
    if not -_OLDEST <= ahead <= _AHEAD:
        raise WebError(400, "bad_time", f"time must be within the last {_OLDEST.days} days, and not ahead (time)")


ENDPOINTS = (
    Endpoint(
        path="/reports",
        handler=take,
        summary="Send what was seen. Residents may where the settings say so; what they send is never confirmed by it.",
        method="POST",
        takes=(JSON, MULTIPART),
        success=201,
        body={
            "type": "object",
            "required": ["kind", "time", "text"],
            "properties": {
                "kind": {"enum": list(KINDS)},
                "time": {"type": "string", "format": "date-time", "description": "when it was seen, with the offset"},
                "text": {"type": "string", "minLength": 1, "maxLength": 4000},
                "place": {"type": "string", "maxLength": 400},
                "lon": {"type": "number"},
                "lat": {"type": "number"},
                "finding": {"enum": [*Finding, ""], "description": "of bear, boar and deer; a sighting unless told"},
                **{
                    name: {"type": "string", "maxLength": MAX, "description": "how to reach you: kept apart, sealed"}
                    for name in sorted(_CONTACTS)
                },
                "photo": {
                    "type": "array",
                    "maxItems": MAX_PHOTOS,
                    "items": {"type": "string", "format": "binary"},
                    "description": "forms only: JPEG, PNG or WebP of at most 8 MiB; written anew, without EXIF",
                },
                "id": {"type": "string", "description": "desk and gateways: makes a repeat harmless"},
                "confirmed": {"type": "boolean", "description": "desk and gateways"},
                "source": {"type": "string", "description": "desk and gateways"},
                "status": {"enum": ["Actual", "Exercise", "Test"], "description": "desk and gateways"},
                "photos": {
                    "type": "array",
                    "items": {"type": "string"},
                    "description": "desk and gateways: SHA-256 of photos sent before",
                },
            },
        },
        parameters=(Parameter("Idempotency-Key", "For a day the same key gets the same answer.", where="header"),),
        returns=JSON,
        properties={
            "id": "of the report",
            "received_at": "when it was stored",
            "photos": "SHA-256 of the pictures as they are kept",
        },
        errors=(400, 409, 413, 415, 429, 503),
        open=True,
        scope=TokenScope.REPORTS,
    ),
)
