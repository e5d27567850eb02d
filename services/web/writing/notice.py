"""/ops/alerts/notice: the form for a notice that no rule asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from aiohttp import web
from multidict import MultiDict, MultiDictProxy

from feeds.status import Status
from geo.sighted.squares import known_area, mesh_cell
from rules.alert import Act, Place, Text
from rules.notice import Notice
from rules.rule import CATEGORIES
from services.desks.review import ReviewError
from services.desks.writing import Ask, drawn_places, preview, write
from services.store.alerts import Revision
from services.store.users import Role
from services.web.api.writing import city_of, fault_of, worlds
from services.web.auth import PERSON, requires
from services.web.body import form_of
from services.web.context import CONTEXT
from services.web.language.speaking import N_
from services.web.pages_staff import staff_page
from services.web.writing.form import LANGUAGE_NAMES, PARTS, Filled, filled, local, many, moment, text_of
from services.web.writing.pages import HINTS, TITLES
from services.web.writing.where import where_of

_LASTS = timedelta(hours=12)  # unless another end is chosen
_CATEGORIES = {
    "Transport": N_("交通・除雪"),
    "Safety": N_("安全"),
    "Met": N_("気象"),
    "Security": N_("防犯"),
    "Health": N_("健康"),
    "Env": N_("環境"),
    "Infra": N_("ライフライン"),
    "Other": N_("その他"),
}


@requires(Role.OPERATOR)
async def notice(request: web.Request) -> web.Response:
    """An empty form, the preview, or the draft."""
    context, city = request.app[CONTEXT], city_of(request)
    if request.method == "GET":
        return _begun(request)
    posted = await form_of(request)
    form = filled(posted, {})
    chosen = {name: text_of(posted, name) for name in ("kind", "level", "category", "status", "alert_level")}
    told = _asked(request, form, chosen)
    try:
        if text_of(posted, "do") == "draft":
            await write(context.store, city, told)
            context.bell.ring("alerts")
            raise web.HTTPSeeOther("/ops#drafts")
        shown = await preview(context.store, city, told)
    except ReviewError as error:
        return _page(request, form, chosen, None, error)
    return _page(request, form, chosen, shown)


def _begun(request: web.Request) -> web.Response:
    """The form as it comes; with the area that was drawn or picked on the map, where somebody comes from there."""
    context = request.app[CONTEXT]
    blank = Text(language="ja", **dict.fromkeys(PARTS, ""))
    asked = MultiDictProxy(MultiDict(request.query))
    form = Filled(
        texts={"ja": blank},
        languages=frozenset({"ja"}),
        areas=many(asked, "area"),
        expires=local(context.now() + _LASTS),
        drawn=text_of(asked, "drawn"),
    )
    try:
        places = drawn_places(_lines(form.drawn), "", context.ground)
    except ReviewError as error:
        return _page(request, form, {}, None, error)
    known = [code for code in sorted(form.areas) if known_area(code, context.ground.areas)]
    places += [city_of(request).place(code) for code in known]
    if places:
        blank = replace(blank, description=f"対象の区域：{'、'.join(one.name for one in places)}")
    return _page(request, replace(form, texts={"ja": blank}), {}, None, places=places)


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def _asked(request: web.Request, form: Filled, chosen: dict[str, str]) -> Ask:
    now = request.app[CONTEXT].now()
    level, status = chosen["level"], chosen["status"]
    written = Notice(
        status=Status(status) if status in worlds(request.app[CONTEXT]) else Status.EXERCISE,
        kind=chosen["kind"],
        level=int(level) if level.isascii() and level.isdecimal() else -1,
        alert_level=chosen["alert_level"] == "on",
        category=chosen["category"],
        texts={tag: text for tag, text in form.texts.items() if tag in form.languages},
        areas=tuple(sorted(form.areas)),
        expires=moment(form.expires) or now,
        channels=tuple(name for name in city_of(request).channels if name in form.channels),
    )
    return Ask(person=request[PERSON].name, now=now, act=Act.NOTICE, notice=written, drawn=_lines(form.drawn))


def _page(
    request: web.Request,
    form: Filled,
    chosen: dict[str, str],
    shown: Revision | None,
    error: ReviewError | None = None,
    places: Sequence[Place] = (),
) -> web.Response:
    context = request.app[CONTEXT]
    statuses = worlds(context)
    first = {"kind": "", "level": "0", "category": "Transport", "status": statuses[0].value, "alert_level": ""}
    areas = [area for area in context.ground.areas if area.kind in {"city", "district"}]
    squares = [
        square for code in sorted(form.areas) if mesh_cell(code) and (square := known_area(code, context.ground.areas))
    ]
    return staff_page(
        request,
        "notice",
        status=200 if error is None else fault_of(error).status,
        title=TITLES[Act.NOTICE],
        hint=HINTS[Act.NOTICE],
        form=form,
        chosen=first | chosen,
        areas=[*areas, *squares],
        where=where_of(shown.alert.places if shown else places, context.ground.areas),
        channels=tuple(city_of(request).channels),
        statuses=statuses,
        categories={name: _CATEGORIES[name] for name in CATEGORIES if name in _CATEGORIES},
        shown=shown,
        problem=str(error) if error else "",
        parts=PARTS,
        languages=LANGUAGE_NAMES,
    )
