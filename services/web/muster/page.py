"""/ops/muster（安否・参集）: who needs somebody, who comes when, who has to be called; begin, widen and end a muster.

Everybody of the desk sees the numbers. What people answered is for operators, and who looked is written down.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import hdrs, web

from feeds.instant import instant
from rules.muster.answer import COMING_JA, FAMILY_JA, HOME_JA, LONGEST_NOTE, LONGEST_PLACE, SAFETY_JA, SOON
from rules.muster.tally import Asked, arrivals, by_bureau, counted, first_of_all, unanswered
from rules.muster.want import WANT_JA
from services.muster.board import Board
from services.muster.desk import BELL, LONGEST_REASON, LONGEST_TITLE, PATH, STATE_JA
from services.store import staff
from services.store.users import Role
from services.web.auth import PERSON, requires
from services.web.body import form_of
from services.web.context import CONTEXT
from services.web.language.speaking import N_
from services.web.moments import away, moment
from services.web.muster.api import acted, entered, everything, looked_at, started
from services.web.muster.asked import FAMILIES, STATUSES, number_of, rules_of
from services.web.muster.files import REACHED, TYPES, written
from services.web.pages_staff import staff_page
from services.web.security import WebError

_SHOWN = 200  # people of one list; all are in the files
_SAID = {"begun": N_("始めました。"), "done": N_("記録しました。"), "answered": N_("回答を記録しました。")}
_STATUS_JA = {"Actual": N_("本番"), "Exercise": N_("訓練")}


def setup(app: web.Application) -> None:
    app.router.add_get(PATH, show)
    app.router.add_post(PATH, begin)
    app.router.add_post(PATH + "/{id}", act)
    app.router.add_post(PATH + "/{id}/answers", enter)
    app.router.add_get(PATH + r"/{id}.{kind:csv|xlsx}", download)


@requires(Role.VIEWER)
async def show(request: web.Request) -> web.Response:
    return await _page(request, said=_SAID.get(request.query.get("done", ""), ""))


@requires(Role.APPROVER)
async def begin(request: web.Request) -> web.StreamResponse:
    """The form to begin one was sent."""
    form = await _fields(request)
    try:
        muster = await started(request, {**form, "asks": _asks(form)})
    except WebError as error:
        return await _page(request, refused=error.message, status=error.status)
    return _back(request, muster.id, "begun")


@requires(Role.APPROVER)
async def act(request: web.Request) -> web.StreamResponse:
    """A button beside one was pressed."""
    number, form = number_of(request.match_info["id"]), await _fields(request)
    body = {**form, "asks": _asks(form), "tell": form.get("tell") == "yes"}
    try:
        muster = await acted(request, body)
    except WebError as error:
        return await _page(request, number=number, refused=error.message, status=error.status)
    return _back(request, muster.id, "done")


@requires(Role.OPERATOR)
async def enter(request: web.Request) -> web.StreamResponse:
    """An answer given by telephone was typed in."""
    number, form = number_of(request.match_info["id"]), await _fields(request)
    try:
        await entered(request, form)
    except WebError as error:
        return await _page(request, number=number, refused=error.message, entered=form, status=error.status)
    return _back(request, number, "answered")


@requires(Role.APPROVER)
async def download(request: web.Request) -> web.Response:
    """Everybody in a file; it is written down who took it."""
    number, kind = number_of(request.match_info["id"]), request.match_info["kind"]
    of, context = await looked_at(request, number, "file"), request.app[CONTEXT]
    body = await asyncio.to_thread(written, of, rules_of(context), kind, context.now())
    name = f'attachment; filename="muster-{number}.{kind}"'
    return web.Response(body=body, content_type=TYPES[kind], headers={hdrs.CONTENT_DISPOSITION: name})


def _back(request: web.Request, number: int, done: str) -> web.Response:
    request.app[CONTEXT].bell.ring(BELL)
    return web.Response(status=303, headers={hdrs.LOCATION: f"{PATH}?id={number}&done={done}"})


async def _fields(request: web.Request) -> dict[str, str]:
    return {name: value for name, value in (await form_of(request)).items() if isinstance(value, str)}


def _asks(form: Mapping[str, str]) -> dict[str, str]:
    return {name.removeprefix("ask-"): want for name, want in form.items() if name.startswith("ask-")}


async def _page(
    request: web.Request,
    *,
    number: int | None = None,
    said: str = "",
    refused: str = "",
    entered: Mapping[str, str] | None = None,
    status: int = 200,
) -> web.Response:
    context, person = request.app[CONTEXT], request[PERSON]
    found = await everything(context)
    asked = request.query.get("id", "")
    wanted = number or (number_of(asked) if asked else _first(found))
    shown = next((one for one in found if one["id"] == wanted), None)
    of = None
    if context.muster is not None and shown and shown["opened_at"] and person.may(Role.OPERATOR):
        of = await looked_at(request, shown["id"], "page")
    async with context.store.read() as connection:
        there = await staff.by_category(connection, drills=False)
        in_drills = await staff.by_category(connection, drills=True)
    rules, now = rules_of(context), context.now()
    return staff_page(
        request,
        "muster",
        status=status,
        musters=found,
        shown=shown,
        of=_told(of, request) if of else None,
        set_up=context.muster is not None,
        categories=[
            (one.code, one.name, there.get(one.code, 0), in_drills.get(one.code, 0)) for one in rules.categories
        ],
        names={one.code: one.name for one in rules.categories},
        wants={want.value: words for want, words in WANT_JA.items()},
        states={state.value: words for state, words in STATE_JA.items()},
        families=FAMILIES,
        statuses={one.value: _STATUS_JA[one] for one in STATUSES if not context.exercise or one == context.own},
        status_ja=_STATUS_JA,
        choices={"safety": SAFETY_JA, "coming": COMING_JA, "family": FAMILY_JA, "home": HOME_JA},
        soon=SOON,
        reached=REACHED,
        longest={"title": LONGEST_TITLE, "reason": LONGEST_REASON, "note": LONGEST_NOTE, "place": LONGEST_PLACE},
        may_enter=person.may(Role.OPERATOR),
        may_begin=person.may(Role.APPROVER),
        entered=entered or {},
        said=said,
        refused=refused,
        drill=bool(shown and shown["status"] != "Actual"),
        clock=lambda text: moment(instant(text), now) if text else "",
        at=lambda when: moment(when, now) if when else "",
        ago=lambda when: away(when, now) if when else "",
    )


def _first(found: Sequence[Mapping[str, Any]]) -> int | None:
    """What stands comes before what is over, the real thing before a drill, the newest first."""
    order = sorted(
        found, key=lambda one: (one["state"] not in ("open", "proposed"), one["status"] != "Actual", -one["id"])
    )
    return order[0]["id"] if order else None


def _told(of: Board, request: web.Request) -> dict[str, Any]:
    """What the template draws; the filter narrows lists, never the numbers above them."""
    bureau, section = request.query.get("bureau", ""), request.query.get("section", "")
    chosen = [one for one in of.people if _within(one, bureau, section)]
    waiting, needy = unanswered(chosen), first_of_all(chosen)
    come = sorted((one for one in chosen if one.answer and one.answer.coming == "comes"), key=_arrives)
    return {
        "counts": counted(of.people),
        "bureaus": by_bureau(of.people),
        "arrivals": arrivals(of.people, request.app[CONTEXT].now()),
        "causes": of.causes,
        "needy": needy[:_SHOWN],
        "waiting": waiting[:_SHOWN],
        "waiting_in_all": len(waiting),
        "coming": come[:_SHOWN],
        "coming_in_all": len(come),
        "looks": of.looks,
        "sends": of.sends,
        "bureau": bureau,
        "section": section,
    }


def _within(one: Asked, bureau: str, section: str) -> bool:
    return (not bureau or one.bureau == bureau) and (not section or (one.section or N_("（課なし）")) == section)


def _arrives(one: Asked) -> float:
    return one.answer.arrives_at.timestamp() if one.answer and one.answer.arrives_at else 0.0
