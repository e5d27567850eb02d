"""``/``: what is in force and what to do, in plain HTML that an old phone shows without any script.

What is chosen stands in the address, so that it can be kept and sent on: ``?area=`` a district, ``?lang=`` a language,
``?all=1`` everything that is folded away else. ``/en``, ``/ko`` … lead there.
"""

from __future__ import annotations

import functools
from typing import Any

from aiohttp import hdrs, web

from feeds.status import Status
from rules.marks import beside
from rules.wording.languages import LANGUAGES
from services.residents.words import LANGUAGE_NAMES
from services.web.context import CONTEXT
from services.web.public.clock import clock, day
from services.web.public.district import Mine, all_districts, mine_of, name_in
from services.web.public.kept import KEPT, mark_of
from services.web.public.links import linking
from services.web.public.look import look_of
from services.web.public.picture import picture
from services.web.public.told import level_names
from services.web.public.words import hinted, language_of, table, tag_of, word
from services.web.templating import TEMPLATES, page

SHOWN_ALERTS, SHOWN_SHELTERS = 8, 10  # before the rest stands behind a link: the first answer must stay small
_LISTED = 40  # districts that still fit into the page as a list


async def show(request: web.Request) -> web.Response:
    """The page. Compressed, because the first answer must fit into a few packets on a thin line."""
    language, mine, look = language_of(request), mine_of(request), look_of(request)
    unknown = mine is None and bool(request.query.get("area"))
    everything = request.query.get("all") == "1"
    base = request.app[CONTEXT].base_url or f"{request.scheme}://{request.host}"
    area = mine.area.code if mine else ""
    asked = (language, area, unknown, everything, hinted(request), tuple(look.values()), base)
    text = await request.app[KEPT].page(
        asked, await mark_of(request), lambda: _made(request, language, mine, everything)
    )
    return _answer(web.Response(text=text, content_type="text/html"))


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
        "hint": hinted(request),
        "most_alerts": 10_000 if everything else SHOWN_ALERTS,
        "most_shelters": 10_000 if everything else SHOWN_SHELTERS,
        "law": law.of(language),
        "equal": lambda level: law.label(level, True, language),
        "thresholds": words["thresholds"],
        "known": table(),
        "day": lambda moment: day(moment, language),
        "name_in": name_in,
    }
    made = public_page(request, "public.html", language, mine.area.code if mine else "", **shown)
    return made.text or ""


def public_page(request: web.Request, name: str, language: str, area: str, **more: Any) -> web.Response:
    """A page in one language: ``w`` says its sentences, ``link`` keeps what was chosen, ``at`` writes times."""
    context = request.app[CONTEXT]
    base = context.base_url or f"{request.scheme}://{request.host}"
    shown: dict[str, Any] = {
        "language": language,
        "tag": tag_of(language),
        "names": LANGUAGE_NAMES,
        "tag_of": tag_of,
        "w": functools.partial(_said, language),
        "said_in": word,
        "beside": beside,
        "link": linking(language, area),
        "here": linking("ja", area),
        "base": base,
        "area": area,
        "now": context.now(),
        "at": lambda moment: clock(moment, language),
        "town": context.city_name if LANGUAGES[language].kanji else context.city_name_en,
        "look": look_of(request),
        "request_path": request.path,
        "exercise_status": Status.EXERCISE,
        **more,
    }
    return _answer(page(request, name, **shown))


def _answer(response: web.Response) -> web.Response:
    response.headers[hdrs.CACHE_CONTROL] = "no-cache"
    response.headers[hdrs.VARY] = "Accept-Language, Cookie"
    response.enable_compression()
    return response


def _said(language: str, name: str, /, **facts: object) -> str:
    return word(name, language, **facts)


def in_language(language: str) -> Any:
    """The handler of ``/en`` and the like: short enough for a poster, and leads to the one fixed address."""

    async def go(request: web.Request) -> web.Response:
        area = request.query.get("area", "")
        known = request.app[CONTEXT].ground.areas.get(area) is not None
        target = linking(language, area if known else "")("/")
        return web.Response(status=303, headers={hdrs.LOCATION: target})

    return go
