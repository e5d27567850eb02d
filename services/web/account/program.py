"""A token that a person makes for a program: what the form asks, checked, and the token kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

from services.accounts import tokens as form
from services.accounts.scopes import GIVEN, TokenScope
from services.clock import wall
from services.store import tokens
from services.store.chronology import append
from services.store.tokens import MOST, Token
from services.store.users import Account
from services.web.auth_session import entry
from services.web.body import Form
from services.web.context import CONTEXT
from services.web.security import WebError


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """``label``: for which program, as its owner calls it."""

    label: str
    scopes: tuple[TokenScope, ...]
    days: int


def wanted_of(request: web.Request, fields: Form) -> Wanted:
    """What the form says. WebError 400 names the field."""
    label = " ".join(str(fields.get("label", "")).split())
    if not form.is_label(label):
        raise _bad("プログラムの名前を60文字までで書いてください。 / Name the program, in 60 characters at most.")
    chosen = {str(one) for one in fields.getall("scope", [])}
    scopes = tuple(one for one in GIVEN if one.value in chosen)
    if not scopes or len(scopes) != len(chosen):
        raise _bad("できることを一つ以上選んでください。 / Choose at least one scope.")
    days, longest = str(fields.get("days", "")), request.app[CONTEXT].accounts.token_days
    if not (days.isascii() and days.isdigit() and len(days) < 5 and 1 <= int(days) <= longest):
        raise _bad(f"期限は1～{longest}日です。 / It lasts for 1 to {longest} days.")
    return Wanted(label=label, scopes=scopes, days=int(days))


async def make(request: web.Request, connection: AsyncConnection, account: Account, wanted: Wanted) -> str:
    """The token, which nobody sees again. WebError 409 where the person has too many."""
    (name, secret), now = form.new_token(), wall()
    one = Token(
        id=name,
        user=account.name,
        label=wanted.label,
        scopes=tuple(one.value for one in wanted.scopes),
        made_at=now,
        expires=now + timedelta(days=wanted.days),
    )
    if not await tokens.add(connection, one, form.digest(secret), now):
        raise WebError(
            409, "too_many_tokens", f"トークンは一人{MOST}個までです。 / At most {MOST} tokens of one person."
        )
    what = f"プログラム用トークン {name}（{wanted.label}、{'、'.join(one.scopes)}、{wanted.days}日）を作った。"
    await append(connection, [entry(request, account.name, what)])
    return secret


def _bad(message: str) -> WebError:
    return WebError(400, "bad_token_form", message)
