"""/skill: how the models did over some days, warnings and river levels, beside the baselines. For the desk: forecasts
stay inside (docs/adr/0007), and so does how good they are."""

from __future__ import annotations

from aiohttp import web

from feeds.status import Status
from services.skill import as_json, last_days
from services.store.users import Role
from services.web.api.answer import JSON, answer
from services.web.api.endpoint import Endpoint, Parameter
from services.web.context import CONTEXT
from services.web.security import WebError

_DAYS, _MOST = 30, 3660


def asked_days(request: web.Request) -> int:
    """How many days, today included; a WebError 400 for what is no such number."""
    text = request.query.get("days", str(_DAYS))
    if not (text.isascii() and text.isdigit() and len(text) <= 4 and 1 <= int(text) <= _MOST):
        raise WebError(
            400, "bad_days", f"days は 1 から {_MOST} までの整数です。 / days is a whole number, 1 to {_MOST}."
        )
    return int(text)


def asked_status(request: web.Request) -> Status:
    """Whose account: real, unless the whole hub runs an exercise; a WebError 400 for a word that is no status."""
    usual = request.app[CONTEXT].own
    text = request.query.get("status", usual.value)
    if text not in {status.value for status in Status}:
        names = ", ".join(status.value for status in Status)
        raise WebError(400, "bad_status", f"status は {names} のどれかです。 / status is one of {names}.")
    return Status(text)


async def show(request: web.Request) -> web.Response:
    context = request.app[CONTEXT]
    days, status = asked_days(request), asked_status(request)
    async with context.store.read() as connection:
        of = await last_days(connection, status, context.now(), days)
    return answer(request, as_json(of))


ENDPOINTS = (
    Endpoint(
        path="/skill",
        handler=show,
        summary="How well the models foresaw, over the last days, beside persistence and extrapolation.",
        parameters=(
            Parameter(
                "days",
                "How many days, today included; 30 unless told.",
                {"type": "integer", "minimum": 1, "maximum": _MOST},
            ),
            Parameter(
                "status",
                "Whose: Actual unless told; of a hub that runs an exercise, Exercise.",
                {"enum": [status.value for status in Status]},
            ),
        ),
        returns=JSON,
        properties={
            "status": "Actual, Exercise or Test",
            "since": "first day, in Japan",
            "until": "last day",
            "warnings": "by model, level and place (empty: all): {hits, misses, false_alarms, unknown, pod, far, …}",
            "rivers": "outlooks by lead, gauge (empty: all) and method: {n, events, pod, far, csi, bss, crpss, …}",
            "reliability": "ten tenths of the chances: {from, to, n, events, said, came}",
            "stories": "each warning and event: {model, kind, level, place, verdict, lead_h, warned_at, crossed_at, …}",
        },
        errors=(400,),
        role=Role.VIEWER,
    ),
)
