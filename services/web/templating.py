"""The one template environment of the pages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jinja2
from aiohttp import web

from services.board_words import actor
from services.web.context import CONTEXT, WebContext
from services.web.language import speaking
from services.web.language.choice import address_of_sentences
from services.web.language.foreign import marked

TEMPLATES: web.AppKey[jinja2.Environment] = web.AppKey("templates", jinja2.Environment)


class _Compiled(jinja2.BytecodeCache):
    """Templates that this process has compiled: the code is the same for every hub it serves."""

    def __init__(self) -> None:
        self._code: dict[tuple[str, str], Any] = {}

    def load_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        bucket.code = self._code.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        self._code[bucket.key, bucket.checksum] = bucket.code


_COMPILED = _Compiled()


def environment(context: WebContext) -> jinja2.Environment:
    """Escapes everything; a name that a template uses and nobody gave is an error, not a blank."""
    loader = jinja2.FileSystemLoader(Path(__file__).parent / "templates")
    built = jinja2.Environment(
        loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, bytecode_cache=_COMPILED
    )
    city = {"name": context.city_name, "name_en": context.city_name_en}
    built.globals["city"] = {**city, "ja": context.city_name, "en": context.city_name_en}
    built.globals |= {"_": speaking.in_page, "both": speaking.both, "spoken": speaking.spoken}
    built.globals |= {"languages_of_desk": speaking.LANGUAGES, "spoken_sentences": address_of_sentences}
    built.filters |= {"own": speaking.own, "half": speaking.half, "headline": speaking.headline}
    built.filters["actor"] = lambda name: actor(name, speaking.spoken())
    built.globals["exercise"] = context.exercise
    built.globals["subscribing"] = context.subscriptions is not None
    built.globals["telling"] = context.reports.public
    built.globals["watching"] = context.watch is not None
    built.globals |= {"static": "/static", "minimal": False}
    return built


def page(request: web.Request, name: str, *, status: int = 200, **variables: Any) -> web.Response:
    """A rendered template as an answer, in the language of whoever asks."""
    text = request.app[TEMPLATES].get_template(name).render({"here": request.path_qs, **variables})
    if speaking.spoken() != "ja":
        text = marked(text)
    return web.Response(text=text, status=status, content_type="text/html")


def setup(app: web.Application) -> None:
    app[TEMPLATES] = environment(app[CONTEXT])
