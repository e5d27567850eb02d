"""/ops/calls: what rings, who was called and who took it; and who would be called now."""

from __future__ import annotations

from datetime import datetime
from itertools import product
from typing import Any

from aiohttp import hdrs, web

from feeds.instant import instant
from feeds.status import Status
from rules.marks import MARKS
from services.callout.desk import BELL, CallError, acknowledge
from services.callout.occasion import Event
from services.callout.roster import Callout, Chain
from services.store.users import Role
from services.web.api.calls import everything
from services.web.auth import PERSON, requires
from services.web.body import form_of
from services.web.callout_link import EVENTS
from services.web.context import CONTEXT
from services.web.language.speaking import N_, own
from services.web.moments import with_age
from services.web.pages_staff import staff_page
from services.web.security import WebError

_STATES = {
    "due": (N_("これから"), "wait"),
    "sending": (N_("送信中"), "wait"),
    "sent": (N_("送った"), "good"),
    "failed": (N_("送れない"), "bad"),
    "unknown": (N_("届いたか不明"), "doubt"),
    "withheld": (N_("控えた"), "doubt"),
    "dropped": (N_("取りやめ"), "wait"),
}
_HOW = {"link": N_("連絡のリンク"), "desk": N_("画面"), "command": N_("コマンド")}


async def show(request: web.Request) -> web.Response:
    """The open calls, those of the last week, and the roster as it stands at this moment."""
    context = request.app[CONTEXT]
    calls, aged = await everything(context), with_age(context.now())
    shown: dict[str, Any] = {
        "open": sorted(
            (call for call in calls if call["state"] != "closed"), key=lambda call: call["state"] != "calling"
        ),
        "closed": [call for call in calls if call["state"] == "closed"],
        "roster": _roster(context.callout, context.now()),
        "may_take": request[PERSON].may(Role.OPERATOR),
        "states": _STATES,
        "how": _HOW,
        "clock": lambda text: aged(instant(text)) if text else "",
    }
    return staff_page(request, "calls", **shown)


@requires(Role.OPERATOR)
async def take(request: web.Request) -> web.StreamResponse:
    """The button beside a call, where no script runs."""
    context, number = request.app[CONTEXT], str((await form_of(request)).get("id", ""))
    if not (number.isascii() and number.isdigit() and len(number) < 16):
        raise WebError(400, "bad_id", "id は番号です。 / id must be the number of a call.")
    try:
        await acknowledge(context.store, int(number), by=request[PERSON].name, how="desk", now=context.now())
    except CallError as error:
        raise WebError(404 if error.code == "not_found" else 409, error.code, str(error)) from error
    context.bell.ring(BELL)
    return web.Response(status=303, headers={hdrs.LOCATION: f"/ops/calls#call-{number}"})


def _roster(callout: Callout, now: datetime) -> list[dict[str, Any]]:
    """Whom each event would call now, group by group; events that call the same stand together."""
    found: dict[Chain | None, dict[str, Any]] = {}
    for event, status in product(Event, (Status.ACTUAL, Status.EXERCISE)):
        chain = callout.chain_for(event, status)
        if status is not Status.ACTUAL and not (chain and chain.drills):
            continue  # drills call the same people
        row = found.setdefault(chain, {"events": [], "groups": [], "after": chain.after_minutes if chain else 0})
        row["events"].append(f"{own(MARKS[status])}{own(EVENTS[event])}")
        if chain and not row["groups"]:
            called = [callout.called(chain, step, now) for step in range(len(chain.groups))]
            row["groups"] = [(group, [callout.people[one].name for one in people]) for group, people in called]
    return list(found.values())
