"""``shirase tokens``: by what programs come in for a person. Made here without a browser, told, and taken away."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from feeds.instant import iso_utc
from feeds.status import Status
from services.accounts import tokens as form
from services.accounts.scopes import GIVEN
from services.clock import wall
from services.settings import Settings, SettingsError, load
from services.store import chronology, tokens, users
from services.store.chronology import Entry
from services.store.engine import Store, StoreError
from services.store.tokens import MOST, Token


def register(commands: Any) -> None:
    """Add the command to the argparse sub-parsers."""
    parser = commands.add_parser("tokens", help="add, list and revoke the tokens of programs")
    parser.add_argument("--settings", type=Path, action="append", default=[], help="a TOML file over the profile")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    adding = verbs.add_parser("add", help="make a token for a program of this person and print it once")
    adding.add_argument("name", metavar="NAME")
    adding.add_argument("--label", required=True, help="for which program")
    adding.add_argument("--scope", required=True, action="append", choices=[one.value for one in GIVEN])
    adding.add_argument("--days", type=int, default=90, help="how long it lasts (default: 90)")
    verbs.add_parser("list", help="show every token, without what opens the door")
    revoking = verbs.add_parser("revoke", help="end a token at once")
    revoking.add_argument("id", metavar="ID", help="the eight letters after shirase_")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Exit 0: done; 1: it could not be done, with the reason on stderr."""
    work: dict[str, Callable[[Store, Settings, argparse.Namespace], Awaitable[int]]] = {
        "add": _add,
        "list": _list,
        "revoke": _revoke,
    }
    try:
        settings = load(args.settings)
        return asyncio.run(_with_store(settings, work[args.verb], args))
    except SettingsError as error:
        return _refuse("bad_settings", str(error))
    except StoreError as error:
        return _refuse("no_store", str(error))


async def _with_store(
    settings: Settings,
    work: Callable[[Store, Settings, argparse.Namespace], Awaitable[int]],
    args: argparse.Namespace,
) -> int:
    store = await Store.open(settings.database_url)
    try:
        return await work(store, settings, args)
    finally:
        await store.close()


async def _add(store: Store, settings: Settings, args: argparse.Namespace) -> int:
    if not 1 <= args.days <= settings.accounts.token_days:
        return _refuse("bad_days", f"--days is 1 to {settings.accounts.token_days} ([accounts] token_days)")
    if not form.is_label(args.label):
        return _refuse("bad_label", f"--label has 1 to {form.LONGEST_LABEL} printable characters")
    (id_, secret), now = form.new_token(), wall()
    scopes = tuple(one.value for one in GIVEN if one.value in args.scope)
    one = Token(
        id=id_, user=args.name, label=args.label, scopes=scopes, made_at=now, expires=now + timedelta(days=args.days)
    )
    async with store.write() as connection:
        account = await users.find(connection, args.name)
        if account is None or account.revoked:
            return _refuse("not_found", f"there is no account {args.name!r} in use; `shirase users list` shows all")
        if not await tokens.add(connection, one, form.digest(secret), now):
            return _refuse("too_many", f"{args.name} has {MOST} tokens; revoke one first")
        what = f"{args.name} のプログラム用トークン {id_}（{args.label}、{'、'.join(scopes)}、{args.days}日）を作った。"
        await chronology.append(connection, [_entry(what)])
    _tell({**_told(one), "token": secret})
    return 0


async def _list(store: Store, _: Settings, __: argparse.Namespace) -> int:
    async with store.read() as connection:
        every, now = await tokens.everyone(connection), wall()
    for one in every:
        _tell({**_told(one), "state": "revoked" if one.revoked else ("active" if one.works(now) else "over")})
    return 0


async def _revoke(store: Store, _: Settings, args: argparse.Namespace) -> int:
    async with store.write() as connection:
        gone = await tokens.revoke(connection, args.id)
        if gone is None:
            return _refuse("not_found", f"no token {args.id!r} is in use; `shirase tokens list` shows all")
        what = f"{gone.user} のプログラム用トークン {gone.id}（{gone.label}）を取り消した。"
        await chronology.append(connection, [_entry(what)])
    _tell({**_told(gone), "state": "revoked"})
    return 0


def _told(one: Token) -> dict[str, Any]:
    return {
        "id": one.id,
        "user": one.user,
        "label": one.label,
        "scopes": list(one.scopes),
        "made_at": iso_utc(one.made_at),
        "expires": iso_utc(one.expires),
        "used_at": iso_utc(one.used_at) if one.used_at else None,
    }


def _entry(text: str) -> Entry:
    return Entry(at=wall(), status=Status.ACTUAL, kind="access", who="shirase tokens", text=text)


def _tell(line: dict[str, Any]) -> None:
    print(json.dumps(line, ensure_ascii=False))


def _refuse(code: str, message: str) -> int:
    print(json.dumps({"error": code, "message": message}, ensure_ascii=False), file=sys.stderr)
    return 1
