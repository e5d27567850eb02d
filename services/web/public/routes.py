"""Where the public pages are mounted."""

from __future__ import annotations

from aiohttp import web

from rules.wording.languages import LANGUAGES
from services.web.public import feed, find, look, page, privacy, refused, short, widget
from services.web.public.kept import KEPT, Kept
from services.web.public.official import OFFICIAL, Official
from services.web.security import FRAMED


def setup(app: web.Application) -> None:
    app[OFFICIAL] = Official()
    app[KEPT] = Kept()
    app[FRAMED] = refused.show
    app.router.add_get("/", page.show)
    for language in LANGUAGES:
        app.router.add_get(f"/{language.lower()}", page.in_language(language))
    app.router.add_get(find.PATH, find.show)
    app.router.add_post(find.PATH, find.look_up)
    app.router.add_post("/look", look.choose)
    app.router.add_get("/privacy", privacy.show)
    app.router.add_get("/in-force.json", short.show)
    app.router.add_get("/widget", widget.show)
    app.router.add_get("/embed", widget.embed)
    app.router.add_get("/feed.atom", feed.show)
