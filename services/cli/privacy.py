"""``shirase privacy``: what is held of a person who asks, deleting it, whether what should be gone is, and copies."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from feeds.instant import instant, iso_utc
from services.cli.reporters import may, refuse, tell
from services.clock import wall
from services.keyring import Keyring, KeyringError
from services.reporters import asking, elsewhere, proving
from services.reporters.asking import Person
from services.reporters.looking import By
from services.reporters.purpose import Purpose
from services.residents.address import same_mailbox
from services.residents.seal import Seal
from services.settings import Settings, SettingsError, load
from services.store import backups, subscribers
from services.store.backups import Backup
from services.store.engine import Store, StoreError, parse
from services.store.users import Role

_KINDS = ("mail", "phone", "name", "line", "device", "account")


def register(commands: Any) -> None:
    """Add ``privacy`` to the sub-parsers."""
    parser = commands.add_parser("privacy", help="開示・消去の請求、確認、バックアップの台帳")
    parser.add_argument("--settings", type=Path, action="append", default=[], help="a TOML file over the profile")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    finding = verbs.add_parser("find", help="which rows are this person's; nothing is opened")
    exporting = verbs.add_parser("export", help="all that is held of this person, as JSON; written down as a look")
    erasing = verbs.add_parser("erase", help="delete it, with proof; what stays and which copies hold it is told")
    for one in (finding, exporting, erasing):
        for kind in _KINDS:
            one.add_argument(f"--{kind}", action="append", default=[], metavar="VALUE")
    for one in (exporting, erasing):
        one.add_argument("--by", required=True, metavar="NAME", help="an account with the role admin")
    erasing.add_argument("--words", action="store_true", help="forget text, place and photos of what they sent, too")
    verifying = verbs.add_parser("verify", help="is anything here that should be gone, covered or destroyed?")
    verifying.add_argument("--bytes", action="store_true", help="look through the bytes of SQLite's files, too")
    copies = verbs.add_parser("backups", help="copies of the store that people made, and by when each must go")
    acts = copies.add_subparsers(dest="act", required=True, metavar="ACT")
    acts.add_parser("list", help="those that nobody has destroyed")
    adding = acts.add_parser("add", help="a copy was made")
    adding.add_argument("place", help="where it lies: 金庫のディスク3, backup.example.jp:/…")
    adding.add_argument("--made-at", type=instant, metavar="TIME", help="with its offset; now where it is left out")
    gone = acts.add_parser("destroyed", help="it was destroyed")
    gone.add_argument("number", type=int)
    for one in (adding, gone):
        one.add_argument("--by", required=True, metavar="NAME")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """JSON lines. Exit 1: something is overdue, in the clear or cannot be opened; or no store, key or person."""
    try:
        return asyncio.run(_with_store(load(args.settings), args))
    except SettingsError as error:
        return refuse("bad_settings", str(error))
    except StoreError as error:
        return refuse("no_store", str(error))
    except KeyringError as error:
        return refuse("no_key", str(error))


async def _with_store(settings: Settings, args: argparse.Namespace) -> int:
    reading = args.verb in {"find", "verify"} or (args.verb == "backups" and args.act == "list")
    store = await (Store.look if reading else Store.open)(settings.database_url)
    settings.reporters.seals(store)
    try:
        if args.verb == "verify":
            return await _verify(store, settings, in_bytes=args.bytes)
        if args.verb == "backups":
            return await _backups(store, settings, args)
        if store.keyring is None:
            return refuse("no_key", "[reporters] key is not set: nothing can be found or opened without it")
        return await _ask(store, store.keyring, settings, args)
    finally:
        await store.close()


async def _ask(store: Store, ring: Keyring, settings: Settings, args: argparse.Namespace) -> int:
    person = Person([(kind, value) for kind in _KINDS for value in getattr(args, kind)])
    if not person.told:
        return refuse("nobody", f"name the person: {', '.join(f'--{kind}' for kind in _KINDS)}")
    if args.verb == "find":
        async with store.read() as connection:
            found = await asking.find(connection, ring, person)
        for row, kinds in found:
            tell({
                "about": row.about,
                "part": row.part,
                "status": row.status.value,
                "members": list(row.members),
                "found_by": list(kinds),
                "arrived_at": iso_utc(row.arrived_at),
            })  # fmt: skip
        for one in await _subscriptions(store, settings, args.mail):
            tell({"about": "subscription", **one})
        for register in await _elsewhere(store):
            tell({"about": "elsewhere", **register})
        return 0
    if not await may(store, args.by, Role.ADMIN):
        return refuse("not_allowed", f"{args.by} は admin の利用者ではありません")
    if args.verb == "export":
        by = By(who=args.by, how="export", purpose=Purpose.ASKED, at=wall())
        told = await asking.export(store, ring, person, by)
        left = await _subscriptions(store, settings, args.mail)
        tell({**told, "subscriptions": left, "elsewhere": await _elsewhere(store)})
        return 0
    gone = await asking.erase(store, ring, person, args.by, wall(), words=args.words)
    left = await _subscriptions(store, settings, args.mail)  # ended by the link in each mail
    tell({**gone, "subscriptions": left, "elsewhere": await _elsewhere(store), "washed": await store.wash()})
    return int(gone["left"] > 0)


async def _elsewhere(store: Store) -> list[dict[str, str | int]]:
    async with store.read() as connection:
        return await elsewhere.registers(connection)


async def _subscriptions(store: Store, settings: Settings, mails: Sequence[str]) -> list[dict[str, str]]:
    """What the addresses are subscribed to: kept under a key of its own, until they leave."""
    if settings.subscriptions is None:
        return []
    seal, found = Seal(settings.subscriptions.key), []
    async with store.read() as connection:
        for mail in mails:
            one = await subscribers.find(connection, "mail", seal.lookup(same_mailbox(mail.strip())))
            if one is not None:
                found.append({"channel": one.channel, "state": one.state.value, "since": iso_utc(one.changed_at)})
    return found


async def _verify(store: Store, settings: Settings, *, in_bytes: bool) -> int:
    async with store.read() as connection:
        found = await proving.faults(connection, settings, store.keyring, wall(), wall())
        if in_bytes and store.keyring is not None and not store.shared:
            file = Path(parse(settings.database_url).database or "")
            found += await proving.in_the_file(connection, store.keyring, file)
    for one in found:
        tell(asdict(one))
    tell({"ok": not found, "faults": len(found), "bytes": in_bytes and not store.shared})
    return int(bool(found))


async def _backups(store: Store, settings: Settings, args: argparse.Namespace) -> int:
    if args.act == "list":
        async with store.read() as connection:
            found = await backups.standing(connection)
        for one in found:
            tell(_backup(one, wall()))
        return 0
    async with store.write() as connection:
        if args.act == "destroyed":
            if await backups.destroyed(connection, args.number, args.by, wall()):
                return 0
            return refuse(
                "not_found", f"番号 {args.number} の、まだある控えはありません。`shirase privacy backups list`"
            )
        made = args.made_at or wall()
        until = made + timedelta(days=settings.reporters.backup_days)
        one = Backup(made_at=made, place=args.place, by=args.by, destroy_by=until)
        number = await backups.add(connection, one)
    tell({**_backup(one, wall()), "id": number})
    return 0


def _backup(one: Backup, now: datetime) -> dict[str, Any]:
    return {
        "id": one.id,
        "place": one.place,
        "made_at": iso_utc(one.made_at),
        "by": one.by,
        "destroy_by": iso_utc(one.destroy_by),
        "overdue": one.destroy_by < now,
    }
