"""/damage/reports: 第４号様式 as it would be handed upward now, as it was, and its files. For the desk only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import hdrs, web

from rules.damage.record import DamageError
from rules.damage.report import BOXES, FORMS, LONGEST_BOX, Report
from services.accounts.scopes import TokenScope
from services.damage.files import TYPES, file_name
from services.damage.reporting import Draft, Wish, draft, hand_over
from services.store import damage_reports
from services.store.users import Role
from services.web.api.answer import JSON, json_object, listing
from services.web.api.endpoint import Endpoint, Parameter
from services.web.auth import PERSON
from services.web.context import CONTEXT
from services.web.damage.asked import number_of, refusal, words
from services.web.damage.disasters import ours
from services.web.damage.told import REPORT, report_told
from services.web.security import WORDS, WebError


async def wish_of(request: web.Request, body: Mapping[str, Any]) -> Wish:
    """What the officer wants handed over. Raises WebError."""
    context = request.app[CONTEXT]
    number, form = number_of(body.get("disaster"), "disaster"), number_of(body.get("form"), "form")
    if form not in FORMS:
        raise WebError(400, "bad_form", "form は 1（その１）か 2（その２）です。 / form must be 1 or 2.")
    boxes = body.get("boxes", {})
    if not isinstance(boxes, Mapping) or not boxes.keys() <= {one.key for one in BOXES}:
        raise WebError(
            400, "bad_boxes", f"boxes は {', '.join(one.key for one in BOXES)} です。 / boxes: one of these."
        )
    seen = body.get("seen")
    if seen is not None and (not isinstance(seen, str) or len(seen) > 60):
        raise WebError(400, "bad_seen", "seen は見ていた案のしるしです。 / seen: what the draft that you saw had.")
    return Wish(
        disaster=(await ours(context, number)).id,
        form=form,
        city=context.city_name,
        person=request[PERSON].name,
        now=context.now(),
        boxes={key: words(boxes, key, LONGEST_BOX, lines=True) for key in boxes},
        correction=words(body, "correction", LONGEST_BOX, lines=True),
        seen=seen,
    )


async def drawn(request: web.Request, body: Mapping[str, Any]) -> Draft:
    """What would be handed over now; nothing is written. Raises WebError."""
    wish = await wish_of(request, body)
    try:
        async with request.app[CONTEXT].store.read() as connection:
            return await draft(connection, wish)
    except DamageError as error:
        raise refusal(error) from error


async def handed(request: web.Request, body: Mapping[str, Any]) -> Report:
    """Frozen under the next number. Raises WebError."""
    wish = await wish_of(request, body)
    try:
        return await hand_over(request.app[CONTEXT].store, wish)
    except DamageError as error:
        raise refusal(error) from error


async def make(request: web.Request) -> web.Response:
    return web.json_response(report_told(await handed(request, await json_object(request))))


async def show(request: web.Request) -> web.Response:
    """Those of a disaster, the newest first; without one nothing."""
    context = request.app[CONTEXT]
    if not request.query.get("disaster"):
        return listing(request, [], None)
    disaster = await ours(context, number_of(request.query["disaster"], "disaster"))
    async with context.store.read() as connection:
        found = await damage_reports.of_disaster(connection, disaster.id)
    return listing(request, [report_told(one) for one in found], None)


async def file(request: web.Request) -> web.Response:
    """The bytes that were handed over: /ops/damage/file/DISASTER/FORM/NUMBER.KIND."""
    context, match = request.app[CONTEXT], request.match_info
    disaster = await ours(context, number_of(match["disaster"], "disaster"))
    form, number, kind = number_of(match["form"], "form"), number_of(match["number"], "number"), match["kind"]
    async with context.store.read() as connection:
        kept = await damage_reports.file(connection, disaster.id, form, number, kind)
        every = await damage_reports.of_disaster(connection, disaster.id) if kept else []
    made = next((one for one in every if (one.filled.form, one.filled.number) == (form, number)), None)
    if kept is None or made is None:
        raise WebError(404, *WORDS[404])
    headers = {
        hdrs.CONTENT_DISPOSITION: f'attachment; filename="{file_name(made.filled, kind)}"',
        hdrs.CACHE_CONTROL: "private, no-store",
        hdrs.ETAG: f'"{kept.sha256}"',
    }
    charset = "utf-8" if kind == "csv" else None
    return web.Response(body=kept.data, content_type=TYPES[kind], charset=charset, headers=headers)


_NUMBER = {"type": "integer", "minimum": 0}

ENDPOINTS = (
    Endpoint(
        path="/damage/reports",
        handler=show,
        summary="Reports of 第４号様式 that were made of a disaster, the newest first, with the hashes of their files.",
        parameters=(Parameter("disaster", "Its number.", _NUMBER),),
        returns=JSON,
        properties=REPORT,
        errors=(400, 404),
        role=Role.VIEWER,
    ),
    Endpoint(
        path="/damage/reports",
        handler=make,
        summary="Make the next report of 第４号様式 out of what is known now, and freeze it with its files.",
        method="POST",
        body={
            "type": "object",
            "required": ["disaster", "form"],
            "properties": {
                "disaster": _NUMBER,
                "form": {"enum": sorted(FORMS), "description": "1: その１（災害概況即報）, 2: その２（被害状況即報）"},
                "boxes": {
                    "type": "object",
                    "description": "what the hub cannot know; what is left out stays as in the last report",
                    "properties": {one.key: {"type": "string", "maxLength": LONGEST_BOX} for one in BOXES},
                    "additionalProperties": False,
                },
                "correction": {"type": "string", "maxLength": LONGEST_BOX, "description": "what was wrong before"},
                "seen": {"type": "string", "description": "of the page's draft; another answer is 409 changed"},
            },
        },
        returns=JSON,
        properties=REPORT,
        errors=(400, 404, 409),
        role=Role.OPERATOR,
        scope=TokenScope.DAMAGE,
    ),
)
