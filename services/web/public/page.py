"""``/``: what is in force and what to do, in plain HTML that an old phone shows without any script.

What is chosen stands in the address, so that it can be kept and sent on: ``?area=`` a district, ``?lang=`` a language,
``?all=1`` everything that is folded away else. ``/en``, ``/ko`` … lead there.
"""

from __future__ import annotations

from typing import Any

from aiohttp import hdrs, web

from services.web.context import CONTEXT
from services.web.home import home_of
from services.web.public.clock import day
from services.web.public.district import Mine, all_districts, mine_of, name_in
from services.web.public.frame import answered, framed
from services.web.public.kept import KEPT, mark_of
from services.web.public.links import linking
from services.web.public.look import look_named, look_of
from services.web.public.picture import picture
from services.web.public.told import level_names
from services.web.public.words import hinted, language_of, table
from services.web.templating import TEMPLATES

SHOWN_ALERTS, SHOWN_SHELTERS = 8, 10  # before the rest stands behind a link: the first answer must stay small
_LISTED = 40  # districts that still fit into the page as a list


async def show(request: web.Request) -> web.Response:
    """The page. Compressed, because the first answer must fit into a few packets on a thin line."""
    language, mine, look = language_of(request), mine_of(request), look_of(request)
    unknown = mine is None and bool(request.query.get("area"))
    everything = request.query.get("all") == "1"
    base = home_of(request)
    area = mine.area.code if mine else ""
    asked = (language, area, unknown, everything, hinted(request), tuple(look.values()), look_named(request), base)
    text = await request.app[KEPT].page(
        asked, await mark_of(request), lambda: _made(request, language, mine, everything)
    )
    return answered(web.Response(text=text, content_type="text/html"))


async def _made(request: web.Request, language: str, mine: Mine | None, everything: bool) -> str:
    context = request.app[CONTEXT]
    found = await picture(request, language, mine)
    words: Any = request.app[TEMPLATES].globals["words"]
    districts, law = all_districts(context), level_names(context.now())
    shown = {
        "picture": found,
        "mine": mine,
        "mine_name": name_in(mine.area, language) if mine else "",
        "unknown_area": mine is None and bool(request.query.get("area")),
        "districts": districts if len(districts) <= _LISTED else (),
        "any_districts": bool(districts),
        "most_alerts": 10_000 if everything else SHOWN_ALERTS,
        "most_shelters": 10_000 if everything else SHOWN_SHELTERS,
        "law": law.of(language),
        "equal": lambda level: law.label(level, True, language),
        "thresholds": words["thresholds"],
        "known": table(),
        "day": lambda moment: day(moment, language),
        "name_in": name_in,
        "here": linking("ja", mine.area.code if mine else ""),
    }
    return framed(request, "public.html", language, **shown).text or ""


def in_language(language: str) -> Any:
    """The handler of ``/en`` and the like: short enough for a poster, and leads to the one fixed address."""

    async def go(request: web.Request) -> web.Response:
        area = request.query.get("area", "")
        known = request.app[CONTEXT].ground.areas.get(area) is not None
        target = linking(language, area if known else "")("/")
        return web.Response(status=303, headers={hdrs.LOCATION: target})

    return go
