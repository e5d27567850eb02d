"""The one frame of every page that a resident reads: its language, its look, and the ways on that keep both.

What is chosen stands in the address (``?lang=``, ``?area=``); how it shall look is a cookie of its own (``look``).
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import hdrs, web
from markupsafe import Markup, escape

from feeds.status import Status
from rules.marks import beside
from rules.wording.languages import LANGUAGES
from services.residents.words import LANGUAGE_NAMES
from services.web.context import CONTEXT, WebContext
from services.web.home import home_of
from services.web.public.clock import clock
from services.web.public.district import area_of
from services.web.public.links import linking
from services.web.public.look import look_named, look_of
from services.web.public.words import hinted, tag_of, word
from services.web.templating import page

Word = Callable[..., str]  # ``word(name, language, **facts)`` of a wordbook


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """What a page has of its own.

    ``says``: the wordbook of its sentences. ``keeps``: members of the query without which its address is another page.
    ``otherwise``: the language in which it stands where its address names none.
    """

    says: Word = word
    keeps: Mapping[str, str] = field(default_factory=dict)
    otherwise: str = "ja"


_NOTHING = Own()


def framed(
    request: web.Request, name: str, language: str, own: Own = _NOTHING, *, status: int = 200, **more: Any
) -> web.Response:
    """The page ``name`` in one language, with what stands in it beside the :func:`frame`."""
    return answered(page(request, name, status=status, **{**frame(request, language, own), **more}))


def frame(request: web.Request, language: str, own: Own = _NOTHING) -> dict[str, Any]:
    """What the template of the frame is made of. What answers a form cannot be asked for again, and offers no other
    language or look: what was typed would be lost.

    In the template ``w`` says a sentence of the frame and ``say`` one of the page, ``link`` keeps what was chosen,
    ``this_in`` is this page in a language, ``at`` writes times, and ``either`` gives one of two languages.
    """
    context, area = request.app[CONTEXT], area_of(request)
    link = linking(language, area, look_named(request))
    return {
        "language": language,
        "tag": tag_of(language),
        "names": LANGUAGE_NAMES,
        "tag_of": tag_of,
        "w": _saying(word, language),
        "say": _saying(own.says, language),
        "said_in": word,
        "either": functools.partial(either, language),
        "beside": beside,
        "link": link,
        "this_in": lambda one, **changes: link(
            request.path, **{**own.keeps, "lang": "" if one == own.otherwise else one, **changes}
        ),
        "path": request.path,
        "base": home_of(request),
        "area": area,
        "now": context.now(),
        "at": lambda moment: clock(moment, language),
        "town": town_in(context, language),
        "look": look_of(request),
        "hint": hinted(request),
        "switches": request.method in {hdrs.METH_GET, hdrs.METH_HEAD},
        "drill": context.exercise,
        "exercise_status": Status.EXERCISE,
    }


def town_in(context: WebContext, language: str) -> str:
    """The name of the city as readers of the language read it."""
    return context.city_name if LANGUAGES[language].kanji else context.city_name_en


def answered(response: web.Response) -> web.Response:
    """Asked for anew each time, and packed: the first answer must fit into a few packets on a thin line."""
    response.headers[hdrs.CACHE_CONTROL] = "no-cache"
    response.headers[hdrs.VARY] = "Accept-Language, Cookie"
    response.enable_compression()
    return response


def either(language: str, japanese: str, english: str = "") -> str:
    """What a city wrote in two languages, for a reader of six; what is not in theirs says in which it is."""
    own = "ja" if tag_of(language) == "ja" or not english else "en"
    text = japanese if own == "ja" else english
    return text if own == tag_of(language) else Markup('<span lang="{}">{}</span>').format(own, text)


def _saying(says: Word, language: str) -> Callable[..., str]:
    """What templates say sentences with: facts are escaped, and may have elements of their own."""
    return lambda name, /, **facts: escape(says(name, language)).format(**facts) if facts else says(name, language)
