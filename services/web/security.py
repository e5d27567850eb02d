"""What every answer carries, and how errors look: no stack traces, no inline anything, never framed."""

from __future__ import annotations

import html
import ipaddress
from collections.abc import Callable
from datetime import timedelta

import structlog
from aiohttp import hdrs, web
from aiohttp.typedefs import Handler
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from services.web.context import CONTEXT
from services.web.language.speaking import spoken

MAX_BODY = 64 * 1024  # bytes; the longest write is a note of a few kilobytes

CSP = (
    "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; font-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
SANDBOX = "default-src 'none'; sandbox"  # of files that others made: nothing in them runs, whoever opens them
POLICY = "Content-Security-Policy"  # a page that sets one of its own keeps it
HEADERS = {
    POLICY: CSP,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(self), camera=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Server": "shirase",
}
FORWARDED = ("X-Forwarded-For", "Forwarded", "X-Real-IP")  # by which a proxy shows that it stands between
WORDS = {
    400: ("bad_request", "送られた内容を読めませんでした。 / The request could not be read."),
    401: ("login_needed", "ログインしてください。 / Please log in."),
    403: ("forbidden", "この操作はできません。 / This is not allowed."),
    404: ("not_found", "見つかりません。 / There is nothing at this address."),
    405: ("method_not_allowed", "この方法では使えません。 / This method does not work here."),
    408: (
        "too_slow",
        "送信に時間がかかりすぎました。もう一度送ってください。 / It came too slowly. Please send it again.",
    ),
    413: ("too_large", "送られた内容が大きすぎます。 / The request is too large."),
    429: ("too_many", "しばらく待ってからやり直してください。 / Too many attempts, please wait."),
    500: ("internal", "内部の障害です。記録しました。 / An internal fault; it has been logged."),
    503: ("unavailable", "一時的に使えません。 / Temporarily unavailable."),
}
# Sixty kilobytes unfold to sixty megabytes, of whoever sends them, and no sender that we know of packs anything.
_PACKED = ("bad_encoding", "圧縮せずに送ってください。 / Send it without Content-Encoding.")
_LOST = """記録（データベース）に届きません。数分たっても戻らなければ、運用の手引きの「最小運転」を始めてください。 / \
The store cannot be reached. If that lasts for minutes, start minimal mode as docs/continuity.md says."""
_LOST_FILE = {8, 10, 11, 13, 14, 26}  # of SQLite: read-only, I/O error, corrupt, full, cannot be opened, no database
STYLES: web.AppKey[tuple[str, ...]] = web.AppKey("styles", tuple)  # addresses of what error pages are dressed in
# What a stranger's error stands in: the request, the status, the sentence in Japanese and in English → a page. Only
# where residents' pages are served.
FRAMED: web.AppKey[Callable[[web.Request, int, str, str], web.Response]] = web.AppKey("framed_errors")
_log = structlog.get_logger("web")


class WebError(Exception):
    """An answer that says no: an HTTP status, a code for programs, a sentence for people."""

    def __init__(self, status: int, code: str, message: str, retry_after: timedelta | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.retry_after = status, code, message, retry_after


def storable(text: str) -> bool:
    """True where every engine can take the text: no NUL, no half of a character."""
    return "\x00" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)


def of_api(request: web.Request) -> bool:
    """True where the asker is a program: under /api/, or anything that does not ask for HTML."""
    return request.path.startswith("/api/") or "text/html" not in request.headers.get(hdrs.ACCEPT, "")


def client_address(request: web.Request) -> str:
    """Who asks, as :mod:`services.web.behind` finds it where a proxy ends TLS for us."""
    proxies, peer = request.app[CONTEXT].proxies, request.remote or ""
    return proxies.asker(peer, request.headers.getall("X-Forwarded-For", ())) if proxies else peer


def from_inside(request: web.Request) -> bool:
    """True for loopback and private addresses. Who came by a proxy that the settings know nothing of may be anybody."""
    if request.app[CONTEXT].proxies is None and any(name in request.headers for name in FORWARDED):
        return False
    try:
        return ipaddress.ip_address(client_address(request)).is_private
    except ValueError:
        return False


@web.middleware
async def faults(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn every error into an answer in the asker's format."""
    try:
        if not all(storable(text) for text in (request.path, *request.query.values())):
            raise web.HTTPBadRequest
        if request.headers.get(hdrs.CONTENT_ENCODING, "identity").strip().lower() != "identity":
            raise WebError(415, *_PACKED)
        return await handler(request)
    except WebError as fault:
        return refusal(request, fault)
    except web.HTTPException as answer:
        if answer.status < 400:
            raise
        code, message = WORDS.get(answer.status, ("error", answer.reason))
        response = refusal(request, WebError(answer.status, code, message))
        if isinstance(answer, web.HTTPMethodNotAllowed):
            response.headers[hdrs.ALLOW] = ", ".join(sorted(answer.allowed_methods))
        return response
    except Exception as error:  # noqa: BLE001 - the last net: the asker gets a sentence, the log the trace
        if _is_store_lost(error):
            _log.error("the store cannot be reached", path=_pattern(request), error=type(error).__name__)
            return refusal(request, WebError(503, *(("no_store", _LOST) if _of_desk(request) else WORDS[503])))
        _log.exception("request failed", method=request.method, path=_pattern(request))
        return refusal(request, WebError(500, *WORDS[500]))


def _is_store_lost(error: Exception) -> bool:
    """It is away, or its file is; a statement that fails by itself is a fault of ours."""
    if not isinstance(error, DBAPIError):
        return isinstance(error, PoolTimeout | ConnectionError)
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        return code & 0xFF in _LOST_FILE
    return error.connection_invalidated or isinstance(error, InterfaceError | OperationalError)


def _pattern(request: web.Request) -> str:
    """The address as it is mounted: one that holds a key is not written down."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None and "{token}" in resource.canonical else request.path


def refusal(request: web.Request, fault: WebError) -> web.Response:
    """The error as JSON or as a plain page."""
    if of_api(request):
        headers = (
            {} if fault.retry_after is None else {hdrs.RETRY_AFTER: str(int(fault.retry_after.total_seconds()) + 1)}
        )
        return web.json_response({"error": fault.code, "message": fault.message}, status=fault.status, headers=headers)
    return _in_frame(request, fault) or _plain(request, fault)


def _in_frame(request: web.Request, fault: WebError) -> web.Response | None:
    """As every page of residents looks, with their languages and ways on; None for the desk, and where that fails."""
    framed = None if _of_desk(request) else request.app.get(FRAMED)
    if framed is None:
        return None
    japanese, _, english = fault.message.partition(" / ")
    try:
        return framed(request, fault.status, japanese, english)
    except Exception:  # noqa: BLE001 - who asked gets the sentence all the same
        _log.exception("an error's page failed", path=_pattern(request))
        return None


def _of_desk(request: web.Request) -> bool:
    return request.path == "/ops" or request.path.startswith("/ops/")


def _plain(request: web.Request, fault: WebError) -> web.Response:
    text = _page(request, fault.message.partition(" / "))
    return web.Response(text=text, status=fault.status, content_type="text/html")


def _page(request: web.Request, message: tuple[str, str, str]) -> str:
    """A page that cannot fail: no template, no store. ``message`` is Japanese, the bar between, English."""
    context, language = request.app[CONTEXT], spoken()
    way = (("/", "トップページ", "Top page"), ("/ops", "状況図へ", "Operations map"))[_of_desk(request)]
    japanese, english = html.escape(message[0]), html.escape(message[2])
    styles = "".join(f'<link rel="stylesheet" href="{one}">' for one in request.app.get(STYLES, ()))
    city = html.escape(context.city_name if language == "ja" else context.city_name_en)
    if language == "ja":
        mark, told = "【訓練】", '<strong>訓練</strong> これは訓練です <span lang="en">EXERCISE</span>'
        said = f'<h1>{japanese}</h1><p class="en" lang="en">{english}</p>'
        link = f'<a href="{way[0]}">{way[1]} <span lang="en">{way[2]}</span></a>'
    else:
        mark, told = "[EXERCISE] ", "<strong>EXERCISE</strong> not a real event"
        said = f"<h1>{english}</h1>" if english else f'<h1 lang="ja">{japanese}</h1>'
        link = f'<a href="{way[0]}">{way[2]}</a>'
    title = f"{mark if context.exercise else ''}{japanese if language == 'ja' else english or japanese} – {city}"
    drill = f'<aside class="drill"><p>{told}</p></aside>' if context.exercise else ""
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{title}</title>{styles}'
        '<meta name="viewport" content="width=device-width, initial-scale=1"></head>'
        f'<body class="login">{drill}<main class="door">{said}<p>{link}</p></main></body></html>'
    )


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Put the headers on just before the first byte goes out, so that streams and files carry them too."""
    stricter = response.headers.get("Referrer-Policy") == "no-referrer"  # a page whose address is a key
    own = response.headers.get(POLICY)
    for name, value in HEADERS.items():
        response.headers[name] = value
    if own:
        response.headers[POLICY] = own
        if own.endswith("frame-ancestors *"):  # meant for the pages of others: /widget
            del response.headers["X-Frame-Options"]
    if stricter:
        response.headers["Referrer-Policy"] = "no-referrer"
    response.headers.setdefault(hdrs.CACHE_CONTROL, "no-store")
    if request.app[CONTEXT].https:
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
