"""``shirase reporters``: look at how one sender can be reached, which is written down; seal all under a new key."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from services.clock import wall
from services.keyring import Keyring, KeyringError
from services.reporters.looking import By, LookError, Wanted, look
from services.reporters.purpose import Purpose
from services.settings import Settings, SettingsError, load
from services.store import quarantine_seal, reporters, users
from services.store.engine import Store, StoreError
from services.store.users import Role

_AT_ONCE = 200


def register(commands: Any) -> None:
    """Add ``reporters`` to the sub-parsers."""
    parser = commands.add_parser("reporters", help="contacts of senders of reports and requests")
    parser.add_argument("--settings", type=Path, action="append", default=[], help="a TOML file over the profile")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    verbs.add_parser("keys", help="under which keys they are sealed, and whether these are here")
    verbs.add_parser("rekey", help="seal all anew under the current key; the hub may run, and it may be broken off")
    looking = verbs.add_parser("look", help="show one; who looks, and for what, is written down")
    whose = looking.add_mutually_exclusive_group(required=True)
    whose.add_argument("--case", type=int, default=0, metavar="NUMBER", help="of the report")
    whose.add_argument("--request", type=int, default=0, metavar="NUMBER")
    looking.add_argument("--by", required=True, metavar="NAME", help="an account with the role operator")
    looking.add_argument("--purpose", required=True, choices=[one.value for one in Purpose])
    looking.add_argument("--note", default="")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """JSON lines. Exit 1: no settings, store or key, no such sender, or rows under a key that is not here."""
    try:
        return asyncio.run(_with_store(load(args.settings), args))
    except SettingsError as error:
        return refuse("bad_settings", str(error))
    except StoreError as error:
        return refuse("no_store", str(error))
    except LookError as error:
        return refuse(error.code, str(error))


async def _with_store(settings: Settings, args: argparse.Namespace) -> int:
    store = await (Store.look if args.verb == "keys" else Store.open)(settings.database_url)
    settings.reporters.seals(store)
    try:
        if args.verb == "keys":
            return await _keys(store)
        return await (_rekey(store) if args.verb == "rekey" else _look(store, args))
    finally:
        await store.close()


async def _keys(store: Store) -> int:
    ring = store.keyring
    async with store.read() as connection:
        held = await reporters.keys(connection)
        for key, many in (await quarantine_seal.keys(connection)).items():
            held[key] = held.get(key, 0) + many
    held.pop("", None)  # of an older version, in the clear: `shirase privacy verify` tells it
    ids = ring.ids if ring else frozenset()
    for key in sorted({*held, *ids}):
        current = ring is not None and key == ring.current
        tell({"key": key, "rows": held.get(key, 0), "here": key in ids, "current": current})
    return int(not held.keys() <= ids)


async def _rekey(store: Store) -> int:
    """Some at a time, each time in one transaction: broken off, it goes on where it was."""
    ring, done = store.keyring, 0
    if ring is None:
        return refuse("no_key", "[reporters] key is not set; `shirase secrets reporters FILE` makes one")
    lost: set[int] = set()
    while True:
        async with store.write() as connection:
            rows = await reporters.not_under(connection, ring.current, _AT_ONCE + len(lost))
            rows = [row for row in rows if row.id not in lost]
            for row in rows:
                try:
                    await reporters.reseal(connection, ring, row)
                    done += 1
                except KeyringError:
                    lost.add(row.id)
        if not rows:
            break
    more, unread = await _rekey_quarantine(store, ring)
    done, unread = done + more, unread + len(lost)
    await store.wash()
    tell({"key": ring.current, "resealed": done, "not_opened": unread})
    if unread:
        return refuse("no_key", f"{unread} rows are sealed under keys that are not here; `shirase reporters keys`")
    return 0


async def _rekey_quarantine(store: Store, ring: Keyring) -> tuple[int, int]:
    after = done = lost = 0
    while True:
        async with store.write() as connection:
            after, more, unread = await quarantine_seal.reseal(connection, ring, after, _AT_ONCE)
        if not after:
            return done, lost
        done, lost = done + more, lost + unread


async def _look(store: Store, args: argparse.Namespace) -> int:
    if not await may(store, args.by, Role.OPERATOR):
        return refuse("not_allowed", f"{args.by} は operator 以上の利用者ではありません")
    by = By(who=args.by, how="cli", purpose=Purpose(args.purpose), note=args.note, at=wall())
    for one in await look(store, Wanted(case=args.case, request=args.request), by):
        contact = {name: value for name, value in one.contact.told() if value}
        tell({"about": one.about, "part": one.part, **contact, "words": dict(one.words)})
    return 0


async def may(store: Store, name: str, role: Role) -> bool:
    """Whether this is somebody of the city with that role."""
    async with store.read() as connection:
        account = await users.find(connection, name)
    return account is not None and not account.revoked and account.role.covers(role)


def tell(told: Mapping[str, Any]) -> None:
    """One line on stdout."""
    print(json.dumps(told, ensure_ascii=False))


def refuse(code: str, message: str) -> int:
    """One line on stderr, and the exit code."""
    print(json.dumps({"error": code, "message": message}, ensure_ascii=False), file=sys.stderr)
    return 1
