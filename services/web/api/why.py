"""/why: why was this not sent? One hazard, one time, one sentence. For the desk only."""

from __future__ import annotations

from datetime import datetime

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from services.store import hazards
from services.store.users import Role
from services.web.api.answer import JSON, listing
from services.web.api.endpoint import MOMENT, PAGED, Endpoint, Parameter
from services.web.api.moment import asked_moment
from services.web.api.paging import page_of
from services.web.context import CONTEXT
from services.web.security import WebError, storable
from services.why.ask import Law, ask
from services.why.evidence import UnknownHazardError

_LONGEST_KEY, _FEW = 500, 20


async def show(request: web.Request) -> web.Response:
    context, at = request.app[CONTEXT], _moment(request)
    page = page_of(request, str, default=_FEW)
    law = Law(context.rules, context.floor)
    async with context.store.read() as connection:
        keys = [_key(request)] if "hazard" in request.query else await _all(connection)
        asked, following = page.cut([(key,) for key in keys], lambda one: one)
        try:
            told = [await ask(connection, key, at, law) for (key,) in asked]
        except UnknownHazardError as error:
            raise WebError(404, "unknown_hazard", f"{error} / No such hazard.") from None
    return listing(request, told, following)


async def _all(connection: AsyncConnection) -> list[str]:
    return [key for status in Status for key in await hazards.current(connection, status)]


def _key(request: web.Request) -> str:
    key = request.query["hazard"]
    if not 0 < len(key) <= _LONGEST_KEY or not storable(key):
        raise WebError(
            400, "bad_hazard", "hazard は /api/v1/hazards の key です。 / hazard is a key of /api/v1/hazards."
        )
    return key


def _moment(request: web.Request) -> datetime:
    now = request.app[CONTEXT].now()
    return min(asked_moment(request.query, "at") or now, now)


ENDPOINTS = (
    Endpoint(
        path="/why",
        handler=show,
        summary="Why a hazard was, or was not, told at an instant: one sentence, and everything else that was found.",
        parameters=(
            Parameter("hazard", "Its key, as /hazards gives it to the desk; all that hold now unless told."),
            Parameter(
                "at", "The instant, ISO 8601 with its offset; now unless told, and never later than now.", MOMENT
            ),
            *PAGED,
        ),
        returns=JSON,
        properties={
            "hazard": "its key",
            "at": "the instant that is answered for",
            "status": "Actual, Exercise or Test",
            "headline": "of the hazard then",
            "area_name": "where",
            "level": "then; 0 where it was not there",
            "told": "true: people have it",
            "code": "told, sending, waiting, undelivered, refused, held, told_lower, lapsed, … no_rule",
            "ja": "the answer in Japanese",
            "en": "the answer in English",
            "rule": "which rule, or empty",
            "series": "which alert, or empty",
            "reason": "the named reason, or empty",
            "waits": "for what it waits, in Japanese, or empty",
            "waits_en": "the same in English",
            "since": "since when, or null",
            "until": "until when, or null",
            "findings": "all that was found, this one first, each with told, code, ja, en, rule, series, reason, …",
        },
        errors=(400, 404),
        role=Role.VIEWER,
    ),
)
