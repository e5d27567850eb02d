"""``shirase users``: who may log in. Passwords are made here, shown once, and stored only as hashes."""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from feeds.status import Status
from services.cli.scopes import ScopeError, add_options, scope_of, told
from services.clock import wall
from services.settings import SettingsError, load
from services.store import chronology, identities, pending_logins, second_factors, users
from services.store.chronology import Entry
from services.store.engine import Store, StoreError
from services.store.users import Account, Role, Scope, UserError

_NAME = re.compile(r"[\w.@-]{1,64}")


def register(commands: Any) -> None:
    """Add the command to the argparse sub-parsers."""
    parser = commands.add_parser("users", help="add, list and revoke the people who may log in")
    parser.add_argument("--settings", type=Path, action="append", default=[], help="a TOML file over the profile")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    adding = verbs.add_parser("add", help="make an account and print its password once")
    adding.add_argument("name", metavar="NAME")
    adding.add_argument("--role", required=True, choices=[role.value for role in Role])
    adding.add_argument("--one-time", action="store_true", help="the password works for one login only")
    add_options(adding)
    scoping = verbs.add_parser("scope", help="say anew what an approver may approve")
    scoping.add_argument("name", metavar="NAME")
    scoping.add_argument("--of-role", action="store_true", help="what the role brings: no scope of their own")
    add_options(scoping)
    verbs.add_parser("list", help="show every account")
    revoking = verbs.add_parser("revoke", help="close an account and end its sessions")
    revoking.add_argument("name", metavar="NAME")
    linking = verbs.add_parser(
        "link", help="let the next login by the city's provider under this name have the account"
    )
    linking.add_argument("name", metavar="NAME")
    totp = verbs.add_parser("totp", help="second factors: the authenticator apps that people have registered")
    of_totp = totp.add_subparsers(dest="totp", required=True, metavar="VERB")
    resetting = of_totp.add_parser("reset", help="forget the phone of a person who has lost it, and end their sessions")
    resetting.add_argument("name", metavar="NAME")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Exit 0: done; 1: it could not be done, with the reason on stderr."""
    work: dict[str, Callable[[Store, argparse.Namespace], Awaitable[int]]] = {
        "add": _add,
        "scope": _scope,
        "list": _list,
        "revoke": _revoke,
        "totp": _totp_reset,
        "link": _link,
    }
    try:
        settings = load(args.settings)
        args.issuer = settings.accounts.oidc.issuer if settings.accounts.oidc else None
        args.scope = scope_of(args, settings) if args.verb in {"add", "scope"} else None
    except SettingsError as error:
        return _refuse("bad_settings", str(error))
    except ScopeError as error:
        return _refuse("bad_scope", str(error))
    try:
        return asyncio.run(_with_store(settings.database_url, work[args.verb], args))
    except StoreError as error:
        return _refuse("no_store", str(error))


async def _with_store(
    url: str, work: Callable[[Store, argparse.Namespace], Awaitable[int]], args: argparse.Namespace
) -> int:
    store = await Store.open(url)
    try:
        return await work(store, args)
    finally:
        await store.close()


async def _add(store: Store, args: argparse.Namespace) -> int:
    # The hasher takes a while to load, and listing must not wait for it.
    from services.web.auth_password import hash_password, new_password

    if not _NAME.fullmatch(args.name):
        return _refuse("bad_name", f"{args.name!r}: a name is 1 to 64 letters, digits, or . _ @ -")
    password = new_password()
    account = Account(
        name=args.name,
        role=Role(args.role),
        password=hash_password(password),
        one_time=args.one_time,
        revoked=False,
        created_at=wall(),
        scope=args.scope,
    )
    if args.scope and not account.role.covers(Role.APPROVER):
        return _refuse("bad_scope", f"a {args.role} approves nothing; give a scope to an approver or an admin")
    try:
        async with store.write() as connection:
            await users.add(connection, account)
            text = f"{args.name} に {args.role} の権限を与えた。{_said(args.scope)}"
            await chronology.append(connection, [_entry(text)])
    except UserError as error:
        return _refuse("in_use", str(error))
    _tell({"user": args.name, "role": args.role, "one_time": args.one_time, "password": password})
    return 0


async def _list(store: Store, _: argparse.Namespace) -> int:
    async with store.read() as connection:
        everyone, codes = await users.everyone(connection), await second_factors.codes_left(connection)
    for one in everyone:
        created = one.created_at.isoformat().replace("+00:00", "Z")
        state = "revoked" if one.revoked else ("active" if one.usable else "spent")
        line = {"user": one.name, "role": one.role.value, "state": state, "one_time": one.one_time}
        second = {"second_factor": one.name in codes, "recovery_codes": codes.get(one.name, 0)}
        _tell({**line, **second, "created_at": created, **told(one)})
    return 0


async def _scope(store: Store, args: argparse.Namespace) -> int:
    if args.of_role == (args.scope is not None):
        return _refuse("bad_scope", "say what the person may approve (--kinds, --areas, …), or --of-role; not both")
    async with store.write() as connection:
        account = await users.find(connection, args.name)
        if account is None or account.revoked:
            return _refuse("not_found", f"there is no account {args.name!r} in use; `shirase users list` shows all")
        if not account.role.covers(Role.APPROVER):
            return _refuse("bad_scope", f"a {account.role} approves nothing; give a scope to an approver or an admin")
        await users.set_scope(connection, args.name, args.scope)
        said = _said(args.scope) or "承認できる範囲は役割のとおり。"
        await chronology.append(connection, [_entry(f"{args.name} の承認の範囲を改めた。{said}")])
    _tell({"user": args.name, "role": account.role.value, **told(replace(account, scope=args.scope))})
    return 0


async def _revoke(store: Store, args: argparse.Namespace) -> int:
    async with store.write() as connection:
        if not await users.revoke(connection, args.name):
            return _refuse("not_found", f"there is no account {args.name!r}; `shirase users list` shows all")
        await chronology.append(connection, [_entry(f"{args.name} の権限を取り消した。")])
    _tell({"user": args.name, "state": "revoked"})
    return 0


async def _totp_reset(store: Store, args: argparse.Namespace) -> int:
    """At the next login the person registers another one, where their role demands it."""
    async with store.write() as connection:
        if not await second_factors.drop(connection, args.name):
            return _refuse("not_found", f"{args.name!r} has no authenticator; `shirase users list` shows who has one")
        await pending_logins.end_all(connection, args.name)
        ended = await users.end_sessions(connection, args.name)
        await chronology.append(connection, [_entry(f"{args.name} の認証アプリの登録を取り消し、ログインを切った。")])
    _tell({"user": args.name, "second_factor": False, "sessions_ended": ended})
    return 0


async def _link(store: Store, args: argparse.Namespace) -> int:
    if args.issuer is None:
        return _refuse("no_provider", "the settings name no [accounts.oidc]; there is nothing to link to")
    async with store.write() as connection:
        account = await users.find(connection, args.name)
        if account is None or account.revoked:
            return _refuse("not_found", f"there is no account {args.name!r} in use; `shirase users list` shows all")
        await identities.await_first(connection, args.name, args.issuer)
        await chronology.append(connection, [_entry(f"{args.name} を、市の共通ログインの同じ名前の人につなぐ。")])
    _tell({"user": args.name, "issuer": args.issuer, "waits_for_first_login": True})
    return 0


def _said(scope: Scope | None) -> str:
    """A scope as the chronology tells it."""
    if scope is None:
        return ""
    limits = (
        f"種別：{'、'.join(scope.kinds) or 'すべて'}",
        f"区域：{'、'.join(scope.areas) or 'すべて'}",
        f"レベル{scope.highest}まで",
        f"避難情報：{'可' if scope.evacuation else '不可'}",
        f"単独の緊急発表：{'可' if scope.break_glass else '不可'}",
    )
    return f"（承認の範囲　{'、'.join(limits)}）"


def _entry(text: str) -> Entry:
    return Entry(at=wall(), status=Status.ACTUAL, kind="access", who="shirase users", text=text)


def _tell(line: dict[str, Any]) -> None:
    print(json.dumps(line, ensure_ascii=False))


def _refuse(code: str, message: str) -> int:
    print(json.dumps({"error": code, "message": message}, ensure_ascii=False), file=sys.stderr)
    return 1
