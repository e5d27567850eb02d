"""What every page of open data is rendered with: the residents' frame around words in Japanese and English."""

from __future__ import annotations

from typing import Any

from aiohttp import hdrs, web

from services.web.context import CONTEXT
from services.web.open.answers import given
from services.web.open.licence import LICENCES
from services.web.public.frame import Own, frame
from services.web.public.links import CHOSEN
from services.web.public.words import language_of
from services.web.templating import TEMPLATES

_VARIES: dict[str, str] = {hdrs.VARY: "Accept, Accept-Encoding, Accept-Language, Cookie"}  # the look is a cookie


def framed(request: web.Request, name: str, *, here: str, **shown: Any) -> web.Response:
    """The template as an answer; ``here`` is the address in the row of links that this page is."""
    licence = LICENCES[request.app[CONTEXT].open_data.licence]
    own = Own(keeps={member: value for member, value in request.query.items() if member not in CHOSEN})
    told = {**frame(request, language_of(request), own), "licence": licence, "here": here, **shown}
    text = request.app[TEMPLATES].get_template(name).render(told)
    return given(request, text.encode(), "text/html; charset=utf-8", headers=_VARIES)
