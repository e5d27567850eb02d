"""Who may look at the wall: whoever is logged in, and screens that somebody has set up.

A screen must not go dark because a shift is over, and nobody shall stay logged in on a machine that stands in a room
with open doors. So a screen has a key of its own: a cookie that browsers send to /wall alone and that opens nothing
else, without a person, a role or a write behind it. It holds as long as it is used, and ends when somebody ends it.
"""

from __future__ import annotations

import re
import secrets

from aiohttp import web

from services.clock import wall
from services.store import displays
from services.web.auth import person_of, token_hash
from services.web.context import CONTEXT
from services.web.security import WebError

PATH = "/wall"
COOKIE = "shirase_wall"
_KEPT = 400 * 86_400  # seconds; the longest that browsers allow, and begun anew at each load


async def may_look(request: web.Request) -> bool:
    """True for somebody who is logged in, and for a screen."""
    if person_of(request) is not None:
        return True
    token = request.cookies.get(COOKIE, "")
    if not re.fullmatch(r"[A-Za-z0-9_-]{20,100}", token):
        return False
    store, now = request.app[CONTEXT].store, wall()
    async with store.read() as connection:
        found = await displays.of_token(connection, token_hash(token), now)
    if found is None:
        return False
    if displays.is_due(found, now):
        async with store.write() as connection:
            await displays.seen(connection, found.id, now)
    return True


async def require(request: web.Request) -> None:
    """Raises WebError 401 for everybody else."""
    if not await may_look(request):
        raise WebError(
            401, "display_needed", "この画面は登録されていません。 / This screen is not set up, or was ended."
        )


def fresh() -> str:
    """A key that nobody guesses."""
    return secrets.token_urlsafe(32)


def keep(request: web.Request, response: web.StreamResponse, token: str) -> None:
    """Give the screen its key, for as long as a browser keeps anything."""
    secure = request.app[CONTEXT].https
    response.set_cookie(COOKIE, token, max_age=_KEPT, httponly=True, samesite="Strict", secure=secure, path=PATH)
