"""``shirase users``: who may log in. Passwords are made here, shown once, and stored only as hashes."""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from feeds.status import Status
from services.clock import wall
from services.settings import SettingsError, load
from services.store import chronology, users
from services.store.chronology import Entry
from services.store.engine import Store, StoreError
from services.store.users import Account, Role, UserError

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
    verbs.add_parser("list", help="show every account")
    revoking = verbs.add_parser("revoke", help="close an account and end its sessions")
    revoking.add_argument("name", metavar="NAME")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Exit 0: done; 1: it could not be done, with the reason on stderr."""
    work: dict[str, Callable[[Store, argparse.Namespace], Awaitable[int]]] = {
        "add": _add,
        "list": _list,
        "revoke": _revoke,
    }
    try:
        url = load(args.settings).database_url
    except SettingsError as error:
        return _refuse("bad_settings", str(error))
    try:
        return asyncio.run(_with_store(url, work[args.verb], args))
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
    )
    try:
        async with store.write() as connection:
            await users.add(connection, account)
            await chronology.append(connection, [_entry(f"{args.name} に {args.role} の権限を与えた。")])
    except UserError as error:
        return _refuse("in_use", str(error))
    _tell({"user": args.name, "role": args.role, "one_time": args.one_time, "password": password})
    return 0


async def _list(store: Store, _: argparse.Namespace) -> int:
    async with store.read() as connection:
        everyone = await users.everyone(connection)
    for one in everyone:
        created = one.created_at.isoformat().replace("+00:00", "Z")
        state = "revoked" if one.revoked else ("active" if one.usable else "spent")
        line = {"user": one.name, "role": one.role.value, "state": state, "one_time": one.one_time}
        _tell({**line, "created_at": created})
    return 0


async def _revoke(store: Store, args: argparse.Namespace) -> int:
    async with store.write() as connection:
        if not await users.revoke(connection, args.name):
            return _refuse("not_found", f"there is no account {args.name!r}; `shirase users list` shows all")
        await chronology.append(connection, [_entry(f"{args.name} の権限を取り消した。")])
    _tell({"user": args.name, "state": "revoked"})
    return 0


def _entry(text: str) -> Entry:
    return Entry(at=wall(), status=Status.ACTUAL, kind="access", who="shirase users", text=text)


def _tell(line: dict[str, Any]) -> None:
    print(json.dumps(line, ensure_ascii=False))


def _refuse(code: str, message: str) -> int:
    print(json.dumps({"error": code, "message": message}, ensure_ascii=False), file=sys.stderr)
    return 1
