"""The token of a program, in the header ``Authorization: Bearer``."""

from __future__ import annotations

from aiohttp import hdrs, web

from services.accounts import tokens as form
from services.clock import wall
from services.store import tokens
from services.store.tokens import Token
from services.web.context import CONTEXT
from services.web.last_used import USES


def shown(request: web.Request) -> str | None:
    """What the request shows as a token; None where it shows none at all."""
    scheme, _, value = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
    return value.strip() if scheme.lower() == "bearer" else None


async def current(request: web.Request) -> tuple[Token, str] | None:
    """The token as the store has it now, and the role of its owner; that it was used is written down."""
    told, store, now = shown(request) or "", request.app[CONTEXT].store, wall()
    if form.name_of(told) is None:
        return None
    async with store.read() as connection:
        found = await tokens.find(connection, form.digest(told), now)
    if found is None:
        return None
    uses, token = request.app[USES], found[0]
    if tokens.is_due(uses.latest(token.id, token.used_at), now):
        await uses.note(token.id, now, lambda connection: tokens.seen(connection, token, now))
    return found
