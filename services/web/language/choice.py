"""Which language a person reads: what they chose, else the first of ours that their browser asks for, else Japanese."""

from __future__ import annotations

from datetime import timedelta

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler

from services.web.auth import local_path
from services.web.context import CONTEXT
from services.web.language.catalogue import catalogue
from services.web.language.speaking import LANGUAGES, speak

COOKIE = "shirase_language"
_KEPT = timedelta(days=400)  # the longest that browsers allow
_WALL = "/wall"  # hangs in a room: what was chosen on that machine counts, not what its browser asks for
_DESK = ("/ops", "/login", "/language", _WALL)


def setup(app: web.Application) -> None:
    app.router.add_get("/language/{tag}", choose)
    app.router.add_get(r"/language/{tag}/{digest:[0-9a-f]+}.json", sentences)


def of_desk(request: web.Request) -> bool:
    """True where staff read. The pages of residents choose their six languages themselves."""
    return any(request.path == place or request.path.startswith(f"{place}/") for place in _DESK)


@web.middleware
async def listener(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Everything below this speaks the language of whoever asks; caches are told on what it rests."""
    if not of_desk(request):
        speak("ja")
        return await handler(request)
    language = request.cookies.get(COOKIE, "")
    if language not in LANGUAGES:
        wished = "ja" if request.path.startswith(_WALL) else request.headers.get(hdrs.ACCEPT_LANGUAGE, "")
        language = asked_for(wished)
    speak(language)
    response = await handler(request)
    if response.content_type == "text/html" and not response.prepared:
        response.headers[hdrs.CONTENT_LANGUAGE] = language
        response.headers.add(hdrs.VARY, "Cookie, Accept-Language")
    return response


def asked_for(header: str) -> str:
    """The language of ours that an Accept-Language header likes best (RFC 9110, 12.5.4); Japanese where none."""
    liked: dict[str, float] = {}
    for one in header[:500].lower().split(","):
        tag, *options = (part.strip() for part in one.split(";"))
        language = tag.split("-")[0]
        weight = next((option[2:] for option in options if option.startswith("q=")), "1")
        try:
            liked[language] = max(liked.get(language, 0.0), float(weight))
        except ValueError:
            continue
    best = max(LANGUAGES, key=lambda language: liked.get(language, 0.0))
    return best if liked.get(best, 0.0) > 0 else "ja"


async def choose(request: web.Request) -> web.Response:
    """A link of the bar: keep the choice, and back to the page. A page of others chooses nothing for anyone."""
    tag = request.match_info["tag"]
    if tag not in LANGUAGES:
        raise web.HTTPNotFound
    response = web.Response(status=303, headers={hdrs.LOCATION: local_path(request.query.get("next", "/ops"))})
    if request.headers.get("Sec-Fetch-Site", "none") in {"none", "same-origin"}:
        secure, kept = request.app[CONTEXT].https, int(_KEPT.total_seconds())
        response.set_cookie(COOKIE, tag, max_age=kept, httponly=True, samesite="Lax", secure=secure, path="/")
    return response


async def sentences(request: web.Request) -> web.Response:
    """What scripts say, for ever: the address changes with the content."""
    tag = request.match_info["tag"]
    if tag not in LANGUAGES or catalogue(tag).digest != request.match_info["digest"]:
        raise web.HTTPNotFound
    headers = {hdrs.CACHE_CONTROL: "public, max-age=31536000, immutable"}
    response = web.Response(body=catalogue(tag).for_scripts, content_type="application/json", headers=headers)
    response.enable_compression()
    return response


def address_of_sentences(language: str) -> str:
    """Where scripts find their sentences; empty for Japanese, which they have."""
    return "" if language == "ja" else f"/language/{language}/{catalogue(language).digest}.json"
