"""``shirase watch``: people who are watched over: register, consent, supporters, devices, who looked, and erasing."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from rules.watch.ward import Device, Fence, Purpose, Ward
from services.cli import watch_options
from services.clock import wall
from services.settings import Settings, SettingsError, load
from services.store import watch_log, watch_wards
from services.store.codec import to_json
from services.store.engine import Store, StoreError
from services.watch.permission import WatchError, give, require
from services.watch.register import By, Register
from services.watch.roster_csv import day_end, read
from services.watch.vault import Vault

Told = dict[str, Any] | list[dict[str, Any]]
Work = Callable[[Store, Register, argparse.Namespace], Awaitable[Told]]


def register(commands: Any) -> None:
    """Add the command to the argparse sub-parsers."""
    parser = commands.add_parser("watch", help="people who are watched over; one JSON object a line")
    watch_options.add(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Exit 0: done; 1: it could not be done, with the reason on stderr."""
    work: Mapping[str, Work] = {
        "staff": _staff,
        "import": _import,
        "list": _list,
        "show": _show,
        "consent": _consent,
        "withdraw": _withdraw,
        "supporter": _supporter,
        "device": _device,
        "expect": _expect,
        "pause": _pause,
        "fence": _fence,
        "end": _end,
        "due": _due,
        "log": _log,
        "export": _export,
        "remove": _remove,
        "reseal": _reseal,
    }
    try:
        told = asyncio.run(_with_store(load(args.settings), work[args.verb], args))
    except SettingsError as error:
        return _refuse("bad_settings", str(error))
    except StoreError as error:
        return _refuse("no_store", str(error))
    except WatchError as error:
        return _refuse(error.code, str(error))
    except (ValueError, OSError) as error:
        return _refuse("refused", str(error))
    lines = told if isinstance(told, list) else [told]
    for line in lines:
        print(json.dumps(line, ensure_ascii=False))
    return 1 if any("fault" in line for line in lines) else 0


async def _with_store(settings: Settings, work: Work, args: argparse.Namespace) -> Told:
    if settings.watch is None:
        raise WatchError("not_set_up", "設定に [watch] がありません（docs/watch-over.md）")
    args.remind_days, args.ways = settings.watch.remind_days, settings.watch.ways.keys()
    store = await Store.open(settings.database_url)
    try:
        return await work(store, Register(store, Vault(settings.watch.keyring())), args)
    finally:
        await store.close()


def _by(args: argparse.Namespace) -> By:
    return By(who=args.by, at=wall(), why=args.why)


async def _staff(store: Store, _: Register, args: argparse.Namespace) -> Told:
    now = wall()
    async with store.write() as connection:
        if args.what == "add":
            await give(connection, args.name, args.by, day_end(args.until), now)
        elif args.what == "remove":
            await give(connection, args.name, args.by, now, now)
        found = await watch_wards.granted(connection, now)
    return [{"name": name, "until": until.isoformat()} for name, until in sorted(found.items())]


async def _import(_: Store, register: Register, args: argparse.Namespace) -> Told:
    content = await asyncio.to_thread(Path(args.file).read_bytes)
    wards, faults = read(content, wall(), args.ways)
    if faults:
        return [{"fault": one.message, "line": one.line, "column": one.column} for one in faults]
    if args.check:
        return {"would_register": len(wards)}
    added = await register.add_all(wards, _by(args))
    return [{"ward": one.uid, "kind": one.kind.value} for one in added]


async def _list(_: Store, register: Register, args: argparse.Namespace) -> Told:
    return [_brief(one) for one in await register.everyone(_by(args))]


async def _show(_: Store, register: Register, args: argparse.Namespace) -> Told:
    shown: dict[str, Any] = to_json(await register.show(args.uid, _by(args)))
    return shown


async def _change(register: Register, args: argparse.Namespace, change: Callable[[Ward], Ward]) -> Told:
    return _brief(await register.change(args.uid, change, _by(args)))


async def _consent(_: Store, register: Register, args: argparse.Namespace) -> Told:
    new = watch_options.consent_of(args, wall())
    return await _change(register, args, lambda one: replace(one, consents=(*one.consents, new)))


async def _withdraw(_: Store, register: Register, args: argparse.Namespace) -> Told:
    now = wall()

    def withdrawn(one: Ward) -> Ward:
        wanted = Purpose(args.purpose) if args.purpose else None
        kept = [
            replace(each, withdrawn_at=now) if each.holds(now) and wanted in {None, *each.purposes} else each
            for each in one.consents
        ]
        # Of a consent for several purposes the others stay, as one of their own.
        rest = [
            replace(each, purposes=others, since=now)
            for each in one.consents
            if wanted and each.holds(now) and wanted in each.purposes
            if (others := tuple(purpose for purpose in each.purposes if purpose is not wanted))
        ]
        return replace(one, consents=(*kept, *rest))

    return await _change(register, args, withdrawn)


async def _supporter(_: Store, register: Register, args: argparse.Namespace) -> Told:
    watch_options.known_way(args)

    def added(one: Ward) -> Ward:
        number = max((each.number for each in one.supporters), default=0) + 1
        return replace(one, supporters=(*one.supporters, watch_options.supporter_of(args, number, wall())))

    return await _change(register, args, added)


async def _device(_: Store, register: Register, args: argparse.Namespace) -> Told:
    gateway, _slash, name = args.device.partition("/")
    new = Device(
        gateway=gateway,
        device=name,
        what=args.what,
        since=wall(),
        until=day_end(args.until),
        every_minutes=args.every,
    )
    places = dict(watch_options.pair(one) for one in args.place)
    return await _change(
        register,
        args,
        lambda one: replace(one, devices=(*one.devices, new), places={**one.places, **places}),
    )


async def _expect(_: Store, register: Register, args: argparse.Namespace) -> Told:
    def added(one: Ward) -> Ward:
        number = max((each.number for each in one.expected), default=0) + 1
        return replace(one, expected=(*one.expected, watch_options.expected_of(args, number)))

    return await _change(register, args, added)


async def _pause(_: Store, register: Register, args: argparse.Namespace) -> Told:
    until = day_end(args.until) if args.until else None
    return await _change(register, args, lambda one: replace(one, paused_until=until))


async def _fence(_: Store, register: Register, args: argparse.Namespace) -> Told:
    if args.radius is not None and not (50 <= args.radius <= 50_000 and abs(args.lon) <= 180 and abs(args.lat) <= 90):
        raise ValueError("a fence has a middle in degrees and a radius of 50 to 50,000 metres")
    fence = None if args.radius is None else Fence(lon=args.lon, lat=args.lat, radius_m=args.radius)
    return await _change(register, args, lambda one: replace(one, fence=fence))


async def _end(_: Store, register: Register, args: argparse.Namespace) -> Told:
    """A supporter, a device or an expectation is no more: at once, and for good."""
    now = wall()

    def ended(one: Ward) -> Ward:
        supporters = tuple(
            replace(each, ended_at=now) if args.thing == f"supporter:{each.number}" else each for each in one.supporters
        )
        devices = tuple(
            replace(each, ended_at=each.ended_at or now)
            if args.thing == f"device:{each.gateway}/{each.device}"
            else each
            for each in one.devices
        )
        expected = tuple(each for each in one.expected if args.thing != f"expect:{each.number}")
        changed = replace(one, supporters=supporters, devices=devices, expected=expected)
        if changed == one:
            raise WatchError(
                "not_found", f"{args.thing} はありません（supporter:番号, device:GATEWAY/DEVICE, expect:番号）"
            )
        return changed

    return await _change(register, args, ended)


async def _due(store: Store, register: Register, args: argparse.Namespace) -> Told:
    async with store.read() as connection:
        await require(connection, args.by, wall())
    found = await register.ends(wall(), args.remind_days)
    return [{"ward": one.uid, "what": one.what, "until": one.at.isoformat()} for one in found]


async def _log(store: Store, _: Register, args: argparse.Namespace) -> Told:
    async with store.read() as connection:
        await require(connection, args.by, wall())
        broken = await watch_log.broken(connection)
        found = await (watch_log.of_ward(connection, args.uid) if args.uid else watch_log.newest(connection, 1000))
    lines = [to_json(one) for one in found]
    return [*lines, {"fault": f"the chain is broken at {broken}"}] if broken is not None else lines


async def _export(_: Store, register: Register, args: argparse.Namespace) -> Told:
    return await register.export(args.uid, _by(args))


async def _remove(_: Store, register: Register, args: argparse.Namespace) -> Told:
    if not args.yes:
        raise WatchError(
            "not_confirmed", "すべて消え、戻せません。--yes を付けてください（先に export で本人に渡せます）"
        )
    return await register.remove(args.uid, _by(args))


async def _reseal(_: Store, register: Register, args: argparse.Namespace) -> Told:
    return {"resealed": await register.reseal(_by(args))}


def _brief(one: Ward) -> dict[str, Any]:
    return {
        "ward": one.uid,
        "kind": one.kind.value,
        "name": one.name,
        "supporters": len([each for each in one.supporters if each.ended_at is None]),
        "devices": [f"{each.gateway}/{each.device}" for each in one.devices if each.ended_at is None],
    }


def _refuse(code: str, message: str) -> int:
    print(json.dumps({"error": code, "message": message}, ensure_ascii=False), file=sys.stderr)
    return 1
