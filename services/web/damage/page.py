"""/ops/damage（被害）: the sums of a disaster, every record, and the forms that enter them.

Forms work without any script. Whoever saves a record that somebody else changed meanwhile is shown what it says now,
with their own words still in the form.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import hdrs, web

from feeds.instant import instant
from feeds.status import Status
from rules.damage.items import ITEMS, Group, Item, of_group
from rules.damage.record import Act
from rules.damage.sums import changes, figures
from rules.declared import Damaged
from services.damage.board import Board
from services.desks.declared_board import Board as Announced
from services.desks.declared_board import board as declared_board
from services.store import damages
from services.store.users import Role
from services.web.api.writing import worlds
from services.web.auth import PERSON, requires
from services.web.body import Form, form_of
from services.web.context import CONTEXT
from services.web.damage.api import asked, done, entered
from services.web.damage.asked import number_of
from services.web.damage.disasters import begun, rewritten, status_of
from services.web.damage.open import drafted
from services.web.damage.told import board_told, disaster_told, in_words, record_told, titles
from services.web.language.speaking import N_
from services.web.moments import moment, with_age
from services.web.pages_staff import staff_page
from services.web.security import WORDS, WebError
from services.web.writing.form import local

PATH = "/ops/damage"
_OFTEN = (  # what is asked at once; all else is folded away
    "dead",
    "missing",
    "injured_seriously",
    "injured_slightly",
    "destroyed_buildings",
    "half_destroyed_buildings",
    "partly_damaged_buildings",
    "flooded_above_buildings",
    "flooded_below_buildings",
    "roads",
    "slopes",
    "water",
    "power",
)
_AT_TOP = (Group.HUMAN, Group.HOUSES)  # told on the page even where nobody spoke of them
_TIMES = ("began", "happened", "as_of")  # which a browser sends without an offset: they are Japan's
_SHOWN = 200  # records on the page


def setup(app: web.Application) -> None:
    app.router.add_get(PATH, show)
    app.router.add_post(PATH, act)
    app.router.add_get(f"{PATH}/record", show_record)
    app.router.add_post(f"{PATH}/record", act_on_record)


@requires(Role.VIEWER)
async def show(request: web.Request) -> web.Response:
    """A disaster as it stands; ``?disaster=`` its number, else the newest."""
    return await _page(request, said=_DONE.get(request.query.get("done", ""), ""))


_DONE = {
    "begun": N_("災害の記録を始めました。"),
    "entered": N_("被害を登録しました。"),
    "kept": N_("記録しました。"),
    "drafted": N_("被害情報の案を作りました。承認すると出ます。"),
}


@requires(Role.OPERATOR)
async def act(request: web.Request) -> web.StreamResponse:
    """Begin a disaster, put its facts right, enter a record, or make one of a report."""
    context, form = request.app[CONTEXT], await form_of(request)
    body = body_of(form)
    person, do = request[PERSON].name, body.pop("do", "")
    try:
        if do == "begin":
            number, told = (await begun(context, body, person)).id, "begun"
        elif do == "rewrite":
            if body.get("closed") in ("yes", "no"):
                body["closed"] = body["closed"] == "yes"
            number, told = (await rewritten(context, body, person)).id, "kept"
        elif do == "announce":
            ticked = {name: body.get(name) == "on" for name in ("final", "corrects")}
            await drafted(request, body | ticked)
            number, told = number_of(body.get("disaster"), "disaster"), "drafted"
        else:
            number, told = (await entered(context, body, person)).disaster, "entered"
    except WebError as error:
        if error.status >= 500:
            raise
        return await _page(request, refused=error.message, status=error.status, form=body, form_of_what=do)
    return web.Response(status=303, headers={hdrs.LOCATION: f"{PATH}?disaster={number}&done={told}"})


@requires(Role.VIEWER)
async def show_record(request: web.Request) -> web.Response:
    """One record with its form and every act on it: ``?id=``."""
    return await _record_page(request, number_of(request.query.get("id"), "id"))


@requires(Role.OPERATOR)
async def act_on_record(request: web.Request) -> web.StreamResponse:
    """An update, a correction, a withdrawal."""
    context, form = request.app[CONTEXT], await form_of(request)
    body = body_of(form)
    act_, _, reason = str(body.get("act", "")).partition("|")
    body |= {"act": act_, "reason": reason or body.get("reason", "")}
    try:
        after = await done(context, body, request[PERSON].name)
    except WebError as error:
        if error.status >= 500 or error.status == 404:
            raise
        number = number_of(body.get("id"), "id")
        return await _record_page(request, number, refused=error.message, status=error.status, form=body)
    return web.Response(status=303, headers={hdrs.LOCATION: f"{PATH}?disaster={after.disaster}&done=kept#r{after.id}"})


def body_of(form: Form) -> dict[str, Any]:
    """The fields as the API has them: f.KEY is a figure, c.KEY says that it is being counted, an empty one is left."""
    body: dict[str, Any] = {name: one for name, one in form.items() if isinstance(one, str) and "." not in name}
    body.pop("csrf", None)
    for name in _TIMES:
        if name in body:
            body[name] = f"{body[name][:16]}:00+09:00" if body[name] else None
    figures: dict[str, Any] = {}
    for item in ITEMS:
        typed = form.get(f"f.{item.key}")
        if form.get(f"c.{item.key}") is not None and not typed:
            figures[item.key] = None
        elif isinstance(typed, str):
            figures[item.key] = typed.strip()
    return body | ({"figures": figures} if figures else {})


async def _page(
    request: web.Request,
    *,
    said: str = "",
    refused: str = "",
    status: int = 200,
    form: Mapping[str, Any] | None = None,
    form_of_what: str = "",
) -> web.Response:
    context = request.app[CONTEXT]
    query = dict(request.query)
    if form and form.get("disaster"):
        query["disaster"] = str(form["disaster"])
    elif form and form_of_what == "rewrite" and form.get("id"):
        query["disaster"] = str(form["id"])
    found = await asked(context, query)
    of = found.disaster.status if found else status_of(query.get("status"), context)
    async with context.store.read() as connection:
        every = await damages.of_status(connection, of)
        told = await declared_board(connection, of, "damage", context.now(), found.disaster.name if found else "")
    return staff_page(
        request,
        "damage",
        status=status,
        board=board_told(found),
        sums=_sums(found),
        told=told,
        differs=_differs(found, told),
        waiting=found.waiting if found else (),
        disasters=[disaster_told(one) for one in every],
        status_name=of.value,
        worlds={one.value: _WORLDS[one] for one in worlds(context)},
        drill=of is not Status.ACTUAL,
        may_write=request[PERSON].may(Role.OPERATOR),
        said=said,
        refused=refused,
        form=form or {},
        form_of_what=form_of_what,
        **_for_forms(request),
        shown=_SHOWN,
    )


async def _record_page(
    request: web.Request, number: int, *, refused: str = "", status: int = 200, form: Mapping[str, Any] | None = None
) -> web.Response:
    context = request.app[CONTEXT]
    async with context.store.read() as connection:
        record = await damages.find(connection, number)
        of = await damages.disaster(connection, record.disaster) if record else None
    if record is None or of is None or of.status not in worlds(context):
        raise WebError(404, *WORDS[404])
    return staff_page(
        request,
        "damage_record",
        status=status,
        record=record_told(record),
        disaster=disaster_told(of),
        drill=of.status is not Status.ACTUAL,
        may_write=request[PERSON].may(Role.OPERATOR) and of.ended is None,
        refused=refused,
        form=form or {},
        **_for_forms(request),
    )


_WORLDS = {Status.ACTUAL: N_("本番"), Status.EXERCISE: N_("訓練"), Status.TEST: N_("試験")}


def _for_forms(request: web.Request) -> dict[str, Any]:
    context = request.app[CONTEXT]
    now = context.now()
    districts = sorted({area.name for area in context.ground.areas.of_kind("district")})
    rest = {group: [one for one in of_group(group) if one.key not in _OFTEN] for group in Group}
    return {
        **titles(),
        "often": [one for one in ITEMS if one.key in _OFTEN],
        "rest": {group: some for group, some in rest.items() if some},
        "districts": districts,
        "at": lambda text: with_age(now)(instant(text)) if text else "",
        "clock": lambda text: moment(instant(text), now) if text else "",
        "local": lambda text: local(instant(text)) if text else "",
        "filled": _filled,
        "Act": Act,
    }


def _filled(items: Sequence[Item], figures: Mapping[str, Any]) -> bool:
    """True where something stands in one of these fields, so that it must not be folded away."""
    return any(figures.get(one.key, "") != "" for one in items)


def _differs(of: Board | None, told: Announced) -> str:
    """What the register says beyond what is announced, or waits to be; empty where nothing."""
    declared = told.newest.declared if told.newest else None
    if of is None or not isinstance(declared, Damaged):
        return ""
    return in_words(dict.fromkeys(changes(figures(of.totals), declared.figures)), bare=True)


def _sums(of: Board | None) -> dict[Group, list[dict[str, Any]]]:
    """What stands at the top, by block; people and houses always, so that nobody takes a gap for nothing."""
    if of is None:
        return {}
    told = {one["item"]: one for one in board_told(of)["totals"]}
    blank = {"confirmed": None, "unconfirmed": None, "counting": 0, "change": 0}
    found: dict[Group, list[dict[str, Any]]] = {}
    for group in Group:
        some = [
            {**blank, "ja": item.title, "unit": item.unit, "group": group.value, **told.get(item.key, {})}
            for item in of_group(group)
            if item.key in told or (group in _AT_TOP and item.unit != "世帯" and not _crowds(item.key))
        ]
        if some:
            found[group] = some
    return found


def _crowds(key: str) -> bool:
    """Items that are told only where somebody spoke of them."""
    return key == "dead_related" or key.endswith("_people")
