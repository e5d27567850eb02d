"""``shirase staff``: the directory that musters ask. A table is taken in whole or not at all; no address is shown."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from feeds.instant import iso_utc
from rules.muster.rules import MusterRules, load_muster_rules
from rules.source import RuleError
from services.clock import wall
from services.keyring import KeyringError
from services.muster import answers, csv_file, directory
from services.muster.directory import Person
from services.muster.seal import Seal
from services.settings import Settings, SettingsError, load
from services.store import muster_people, muster_sends, staff
from services.store.codec import to_json
from services.store.engine import Store, StoreError

_SHOWN_FAULTS = 100


def register(commands: Any) -> None:
    """Add the command to the argparse sub-parsers."""
    parser = commands.add_parser("staff", help="the staff directory for musters")
    parser.add_argument("--settings", type=Path, action="append", default=[], help="a TOML file over the profile")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    importing = verbs.add_parser("import", help="take in a table (CSV, UTF-8 or CP932): all of it, or nothing")
    importing.add_argument("file", type=Path, metavar="FILE.csv")
    importing.add_argument("--dry-run", action="store_true", help="say what would change, and change nothing")
    importing.add_argument("--whole", action="store_true", help="the table is everybody: who is not in it is removed")
    verbs.add_parser("list", help="everybody, with how many addresses each has, and never which")
    removing = verbs.add_parser("remove", help="forget somebody, with everything that was asked and answered")
    removing.add_argument("code", metavar="CODE")
    exporting = verbs.add_parser("export", help="everything that is kept about one person, in clear")
    exporting.add_argument("code", metavar="CODE")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Exit 0: done; 1: it could not be done, with the reasons on stderr."""
    work: dict[str, Callable[[_Desk, argparse.Namespace], Awaitable[int]]] = {
        "import": _import,
        "list": _list,
        "remove": _remove,
        "export": _export,
    }
    try:
        settings = load(args.settings)
        if settings.muster is None:
            return _refuse("not_set_up", "write [muster] with its key: `shirase secrets muster FILE`, docs/muster.md")
        rules = _rules(settings)
        return asyncio.run(_with_store(settings, rules, work[args.verb], args))
    except (SettingsError, RuleError) as error:
        return _refuse("bad_settings", str(error))
    except (StoreError, KeyringError) as error:
        return _refuse("no_store", str(error))
    except OSError as error:
        return _refuse("no_file", f"{error.filename}: {error.strerror}")


class _Desk:
    """What every verb stands on."""

    def __init__(self, store: Store, seal: Seal, rules: MusterRules) -> None:
        self.store, self.seal, self.rules = store, seal, rules


async def _with_store(
    settings: Settings,
    rules: MusterRules,
    work: Callable[[_Desk, argparse.Namespace], Awaitable[int]],
    args: argparse.Namespace,
) -> int:
    assert settings.muster is not None
    store = await Store.open(settings.database_url)
    try:
        return await work(_Desk(store, settings.muster.seal(), rules), args)
    finally:
        await store.close()


async def _import(desk: _Desk, args: argparse.Namespace) -> int:
    found = csv_file.read(args.file.read_bytes(), [one.code for one in desk.rules.categories])
    if found.faults:
        for fault in found.faults[:_SHOWN_FAULTS]:
            at = f"line {fault.line}" + (f", {fault.column}" if fault.column else "")
            print(
                json.dumps({"error": "bad_row", "message": fault.message, "at": at}, ensure_ascii=False),
                file=sys.stderr,
            )
        return _refuse("not_imported", f"{len(found.faults)} faults; nothing of the file was taken")
    async with desk.store.write() as connection:
        members = await staff.everyone(connection)
        before = [directory.opened(one, desk.seal) for one in members]
        fresh, changed = directory.changed(before, found.people)
        gone = {one.code for one in before} - {one.code for one in found.people} if args.whole else set()
        if not args.dry_run:
            await staff.put(connection, [directory.sealed(one, desk.seal, wall()) for one in found.people])
            await staff.remove(connection, gone)
    told: dict[str, Any] = {"people": len(found.people), "new": fresh, "changed": changed, "removed": len(gone)}
    nowhere = [one.code for one in found.people if not one.addresses]
    _tell({**told, "without_address": len(nowhere), "dry_run": args.dry_run})
    return 0


async def _list(desk: _Desk, _: argparse.Namespace) -> int:
    async with desk.store.read() as connection:
        members = await staff.everyone(connection)
    for member in members:
        one = directory.opened(member, desk.seal)
        ways = [directory.way_of(address).value for address in one.addresses]
        told = {"code": one.code, "name": one.name, "bureau": one.bureau, "section": one.section, "role": one.role}
        _tell({**told, "category": one.category, "place": one.place, "drills": one.drills, "ways": ways})
    return 0


async def _remove(desk: _Desk, args: argparse.Namespace) -> int:
    async with desk.store.write() as connection:
        gone = await staff.remove(connection, [args.code])
    if not gone:
        return _refuse("not_found", f"the directory has nobody with the code {args.code!r}")
    _tell({"removed": gone})
    return 0


async def _export(desk: _Desk, args: argparse.Namespace) -> int:
    """For the person's own request: with addresses, answers and what was sent when."""
    async with desk.store.read() as connection:
        member = await staff.find(connection, args.code)
        places = await muster_people.of_person(connection, args.code)
        sends = await muster_sends.of_person(connection, args.code)
    if member is None:
        return _refuse("not_found", f"the directory has nobody with the code {args.code!r}")
    asked = [
        {
            "muster": one.muster,
            "want": one.want.value,
            "asked_at": iso_utc(one.asked_at),
            "answer": to_json(answers.opened(one.sealed, one.muster, one.person, desk.seal)) if one.sealed else None,
        }
        for one in places
    ]
    sent = [
        {
            "muster": one.muster,
            "round": one.round,
            "kind": one.kind.value,
            "state": one.state.value,
            "at": iso_utc(one.due_at),
        }
        for one in sends
    ]
    _tell({"person": _whole(directory.opened(member, desk.seal)), "asked": asked, "messages": sent})
    return 0


def _whole(one: Person) -> dict[str, Any]:
    found: dict[str, Any] = to_json(one)
    return found


def _rules(settings: Settings) -> MusterRules:
    file = settings.profile / "muster.toml"
    return load_muster_rules(file) if file.is_file() else MusterRules()


def _tell(line: dict[str, Any]) -> None:
    print(json.dumps(line, ensure_ascii=False))


def _refuse(code: str, message: str) -> int:
    print(json.dumps({"error": code, "message": message}, ensure_ascii=False), file=sys.stderr)
    return 1
