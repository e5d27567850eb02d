"""``/widget``: what is in force, so small that it fits into anybody's page. It sets no cookie and needs no script.

It is the one page that others may frame. It renews itself, lest an old answer stand in somebody's shop window, and says
of what time it is. ``/embed`` writes the line that puts it into a page.
"""

from __future__ import annotations

from html import escape
from typing import Any

from aiohttp import hdrs, web

from services.residents.wish import TOPICS
from services.residents.words import word as subscribers_word
from services.web.context import CONTEXT
from services.web.home import home_of
from services.web.public import told
from services.web.public.district import Mine, all_districts, mine_of, name_in
from services.web.public.frame import framed, town_in
from services.web.public.links import linking
from services.web.public.official import OFFICIAL
from services.web.public.told import Item
from services.web.public.top import top
from services.web.public.words import language_of, word
from services.web.security import POLICY

_RENEWED_S = 300
_MOST = 5
_ALONE = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors *"
_WITH_PREVIEW = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; frame-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)


async def show(request: web.Request) -> web.Response:
    """``?area=``, ``?kind=`` a topic, ``?lang=``."""
    language, mine = language_of(request), mine_of(request)
    context = request.app[CONTEXT]
    async with context.store.read() as connection:
        found = await told.items(connection, context, language)
    kind = kind_of(request)
    wanted = chosen(found, mine, kind)
    official = [one for one in await request.app[OFFICIAL].now(request) if not kind or one.hazard in TOPICS[kind]]
    shown: dict[str, Any] = {
        "top": top(wanted, official, mine, context, language),
        "items": wanted[:_MOST],
        "more": max(0, len(wanted) - _MOST),
        "stale": context.health().get("stale", True),
        "mine_name": name_in(mine.area, language) if mine else "",
        "look": {"contrast": False, "large": False},  # a cookie of ours means nothing on another's page
    }
    response = framed(request, "widget.html", language, **shown)
    response.headers[POLICY] = _ALONE
    response.headers["Refresh"] = str(_RENEWED_S)
    response.headers[hdrs.CACHE_CONTROL] = "public, max-age=30"
    del response.headers[hdrs.VARY]
    return response


async def embed(request: web.Request) -> web.Response:
    """The line to paste, for what was chosen by the form."""
    context, language, mine = request.app[CONTEXT], language_of(request), mine_of(request)
    area = mine.area.code if mine else ""
    base = home_of(request)
    address = f"{base}{linking(language, area)('/widget', kind=kind_of(request))}"
    shown: dict[str, Any] = {
        "code": _code(address, word("title", language, city=town_in(context, language))),
        "kind": kind_of(request),
        "topics": {topic: subscribers_word(f"topic_{topic}", language) for topic in TOPICS},
        "districts": all_districts(context),
        "name_in": name_in,
    }
    response = framed(request, "embed.html", language, **shown)
    response.headers[POLICY] = _WITH_PREVIEW
    return response


def _code(address: str, title: str) -> str:
    """The line to paste. The frame may open the full page in a window of its own, and nothing else."""
    return (
        f'<iframe src="{escape(address)}" title="{escape(title)}" width="100%" height="320" loading="lazy" '
        'referrerpolicy="no-referrer" sandbox="allow-popups allow-popups-to-escape-sandbox"></iframe>'
    )


def chosen(found: list[Item], mine: Mine | None, kind: str) -> list[Item]:
    """Those of the district, or of the whole city, that somebody who wants this kind wants."""
    near = [one for one in found if mine is None or one.here(mine.area.code)]
    return [one for one in near if one.of_kind(kind)]


def kind_of(request: web.Request) -> str:
    """The topic of the address; empty for all."""
    kind = request.query.get("kind", "")
    return kind if kind in TOPICS else ""
