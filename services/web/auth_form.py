"""The forms before anybody is logged in: tied to the browser that asked for them, limited in tries, told in words."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Any

from aiohttp import hdrs, web

from services.clock import wall
from services.web.auth import CSRF_FIELD, own_cookie, same_token, set_own_cookie
from services.web.auth_limit import LoginLimit
from services.web.body import Form
from services.web.security import client_address
from services.web.templating import page

LIMIT: web.AppKey[LoginLimit] = web.AppKey("login_limit", LoginLimit)
STALE = "画面が古くなっていました。もう一度入力してください。 / The form was out of date; please try again."
_VISIT = "shirase_visit"  # ties a form to the browser that asked for it


def form(request: web.Request, template: str, *, error: str = "", status: int = 200, **more: Any) -> web.Response:
    """The page with the form, and the cookie that it is tied to."""
    visit = own_cookie(request, _VISIT) or secrets.token_urlsafe(24)
    response = page(request, template, status=status, csrf=_token(visit), error=error, **more)
    set_own_cookie(request, response, _VISIT, visit)
    return response


def is_ours(request: web.Request, fields: Form) -> bool:
    """True where the form was asked for by the browser that sends it."""
    visit = own_cookie(request, _VISIT)
    return bool(visit) and same_token(str(fields.get(CSRF_FIELD, "")), _token(visit))


def too_many(request: web.Request, name: str) -> timedelta | None:
    """Count a try; how long to wait where there were too many."""
    return request.app[LIMIT].admit(name, client_address(request), wall())


def take_back(request: web.Request, name: str) -> None:
    """The try was good as far as it went, and clears nothing that stood before it."""
    request.app[LIMIT].take_back(name, client_address(request))


def forgive(request: web.Request, name: str) -> None:
    """The login went well."""
    request.app[LIMIT].forgive(name, client_address(request))


def locked(request: web.Request, template: str, wait: timedelta, **more: Any) -> web.Response:
    """The page, with how long to wait."""
    minutes = int(wait.total_seconds() // 60) + 1
    error = f"失敗が続いたため、{minutes}分後まで受け付けません。 / Too many failures; try again in {minutes} min."
    response = form(request, template, error=error, status=429, **more)
    response.headers[hdrs.RETRY_AFTER] = str(int(wait.total_seconds()) + 1)
    return response


def redirect(path: str) -> web.Response:
    return web.Response(status=303, headers={hdrs.LOCATION: path})


def _token(visit: str) -> str:
    return hashlib.sha256(f"login form of {visit}".encode()).hexdigest()
