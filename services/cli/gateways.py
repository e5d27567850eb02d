"""``shirase gateways``: who may publish, and the files by which a city's broker knows them."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from feeds.registry import topic_filters
from feeds.status import Status
from feeds.topics import overlap
from services.broker import rights
from services.clock import wall
from services.configuration.gateways import Gateway as Configured
from services.settings import Settings, SettingsError, load
from services.store import chronology, gateways
from services.store.chronology import Entry
from services.store.engine import Store, StoreError
from services.store.gateways import GatewayError, Registered

Work = Callable[[Store, Settings, argparse.Namespace], Awaitable[dict[str, Any] | list[dict[str, Any]]]]


def register(commands: Any) -> None:
    """Add the command to the argparse sub-parsers."""
    parser = commands.add_parser("gateways", help="add, list, rotate and revoke gateways; write the broker's files")
    parser.add_argument("--settings", type=Path, action="append", default=[], help="a TOML file over the profile")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    adding = verbs.add_parser("add", help="register a gateway and print its password once")
    adding.add_argument("name", metavar="NAME")
    adding.add_argument("--status", choices=[status.value for status in Status], default=Status.ACTUAL.value)
    adding.add_argument("--telegram", action="store_true", help="it may relay official messages")
    adding.add_argument("--forecast", action="store_true", help="it may foretell snow")
    adding.add_argument("--watch", action="store_true", help="it may tell of people who are watched over")
    adding.add_argument("--also", action="append", default=[], metavar="FILTER", help="a topic filter beside its own")
    rotating = verbs.add_parser("rotate", help="give a gateway another password and print it once")
    rotating.add_argument("name", metavar="NAME")
    for verb in (adding, rotating):
        verb.add_argument("--password-file", type=Path, help="a password of your own; else one is made")
    verbs.add_parser("list", help="show every gateway")
    revoking = verbs.add_parser("revoke", help="close a gateway")
    revoking.add_argument("name", metavar="NAME")
    _register_export(verbs)
    parser.set_defaults(run=run)


def _register_export(verbs: Any) -> None:
    exporting = verbs.add_parser("export", help="write the files of the city's broker")
    exporting.add_argument("folder", metavar="DIR", type=Path)
    exporting.add_argument("--broker", required=True, choices=("mosquitto", "nats"))
    exporting.add_argument("--seen-as", type=Path, help="where the broker sees DIR, if elsewhere")
    exporting.add_argument("--state", type=Path, help="where the broker keeps messages (default: /var/lib/BROKER)")
    exporting.add_argument("--tls", type=Path, default=Path("/etc/shirase/tls"), help="ca.pem, server.pem, server.key")
    exporting.add_argument("--port", type=int, default=8883)
    exporting.add_argument("--certificates", action="store_true", help="client certificates instead of passwords")
    exporting.add_argument("--cluster", metavar="HOST,HOST,HOST", help="the nodes of a nats cluster, a file for each")
    exporting.add_argument("--reload", type=Path, metavar="PIDFILE", help="then tell the broker to read them again")


def run(args: argparse.Namespace) -> int:
    """Exit 0: done; 1: it could not be done, with the reason on stderr."""
    work: dict[str, Work] = {"add": _add, "rotate": _rotate, "list": _list, "revoke": _revoke, "export": _export}
    try:
        told = asyncio.run(_with_store(load(args.settings), work[args.verb], args))
    except SettingsError as error:
        return _refuse("bad_settings", error)
    except StoreError as error:
        return _refuse("no_store", error)
    except (GatewayError, ValueError) as error:
        return _refuse("refused", error)
    except OSError as error:
        return _refuse("not_written", error)
    for line in told if isinstance(told, list) else [told]:
        print(json.dumps(line, ensure_ascii=False))
    return 0


async def _with_store(settings: Settings, work: Work, args: argparse.Namespace) -> Any:
    store = await Store.open(settings.database_url)
    try:
        return await work(store, settings, args)
    finally:
        await store.close()


async def _add(store: Store, settings: Settings, args: argparse.Namespace) -> dict[str, Any]:
    from services import grants
    from services.broker.rights import Gateway, rights_of
    from services.broker.secret import hashed

    _not_of_the_settings(settings, args.name)
    rights_of(args.name, Gateway(password="", also=tuple(args.also)))
    password = _password(args.password_file)
    secret = hashed(password)
    one = Registered(
        name=args.name,
        status=Status(args.status),
        telegram=args.telegram,
        forecast=args.forecast,
        watch=args.watch,
        also=tuple(args.also),
        bcrypt=secret.bcrypt,
        pbkdf2=secret.pbkdf2,
        revoked=False,
        changed_at=wall(),
    )
    async with store.write() as connection:
        _not_anothers(one, grants.logins(await grants.read(connection, settings.gateways)))
        await gateways.add(connection, one)
        grant = "。公式電文の中継を許す" if one.telegram else ""
        grant += "。降雪の予報を許す" if one.forecast else ""
        grant += "。見守りの信号を許す" if one.watch else ""
        await chronology.append(connection, [_entry(f"ゲートウェイ {one.name} を登録した（{one.status}）{grant}。")])
    return {"gateway": one.name, "status": one.status, "telegram": one.telegram, "password": password}


async def _rotate(store: Store, settings: Settings, args: argparse.Namespace) -> dict[str, Any]:
    from services.broker.secret import hashed

    _not_of_the_settings(settings, args.name)
    password = _password(args.password_file)
    secret = hashed(password)
    async with store.write() as connection:
        if not await gateways.rotate(connection, args.name, secret.bcrypt, secret.pbkdf2, wall()):
            raise _unknown(args.name)
        await chronology.append(connection, [_entry(f"ゲートウェイ {args.name} のパスワードを替えた。")])
    return {"gateway": args.name, "password": password}


def _grants(one: Registered | Configured) -> dict[str, bool]:
    return {"telegram": one.telegram, "forecast": one.forecast, "watch": one.watch}


async def _list(store: Store, settings: Settings, _: argparse.Namespace) -> list[dict[str, Any]]:
    async with store.read() as connection:
        registered = await gateways.everyone(connection)
    lines = []
    for one in registered:
        state = "revoked" if one.revoked else "hidden by the settings" if one.name in settings.gateways else "active"
        changed = one.changed_at.isoformat().replace("+00:00", "Z")
        rights = {"status": one.status, **_grants(one), "also": list(one.also)}
        lines.append({"gateway": one.name, "state": state, **rights, "from": "store", "changed_at": changed})
    for name, known in sorted(settings.gateways.items()):
        rights = {"status": known.status, **_grants(known), "also": list(known.also)}
        lines.append({"gateway": name, "state": "active", **rights, "from": "settings"})
    return lines


async def _revoke(store: Store, settings: Settings, args: argparse.Namespace) -> dict[str, Any]:
    _not_of_the_settings(settings, args.name)
    async with store.write() as connection:
        if not await gateways.revoke(connection, args.name, wall()):
            raise _unknown(args.name)
        await chronology.append(connection, [_entry(f"ゲートウェイ {args.name} の登録を取り消した。")])
    return {"gateway": args.name, "state": "revoked"}


async def _export(store: Store, settings: Settings, args: argparse.Namespace) -> dict[str, Any]:
    from services import grants
    from services.broker import export
    from services.broker.cluster import checked
    from services.broker.rights import HUB_USER
    from services.broker.site import Site, Tls
    from services.mappings import load_feeds

    hub = settings.broker
    if hub is None or hub.username != HUB_USER or not (args.certificates or hub.password.get_secret_value()):
        raise ValueError(f"the hub could not log in: [broker] needs username = {HUB_USER!r} and a password")
    async with store.read() as connection:
        known = grants.logins(await grants.read(connection, settings.gateways))
    site = Site(
        folder=args.seen_as or args.folder.resolve(),
        state=args.state or Path("/var/lib") / args.broker,
        tls=Tls.under(args.tls),
        port=args.port,
        certificates=args.certificates,
    )
    heard = topic_filters(load_feeds(settings.profile))
    nodes = checked(args.cluster.split(",")) if args.cluster else []
    texts = export.files(args.broker, site, hub.password.get_secret_value(), known, heard, nodes)
    export.write(args.folder, texts)
    if args.reload:
        export.tell(args.broker, args.reload)
    return {"broker": args.broker, "files": sorted(texts), "gateways": sorted(known), "reloaded": bool(args.reload)}


def _not_of_the_settings(settings: Settings, name: str) -> None:
    if name in settings.gateways:
        raise GatewayError(f"{name} stands in the settings as [gateways.{name}]: change it there, or take it out first")


def _not_anothers(one: Registered, others: Mapping[str, rights.Gateway]) -> None:
    """A topic says whose message it is, and so whether it is a drill: it can belong to one gateway only."""
    for name, other in others.items():
        for taken in other.also:
            if any(overlap(mine, taken) for mine in one.also):
                raise GatewayError(
                    f"{name} has {taken!r}: the hub could not tell whose a message is; narrow one of them"
                )


def _unknown(name: str) -> GatewayError:
    return GatewayError(f"there is no gateway {name!r} in use; `shirase gateways list` shows all")


def _password(file: Path | None) -> str:
    from services.broker.secret import new_password

    return file.read_text(encoding="utf-8").strip() if file else new_password()


def _entry(text: str) -> Entry:
    return Entry(at=wall(), status=Status.ACTUAL, kind="access", who="shirase gateways", text=text)


def _refuse(code: str, error: Exception) -> int:
    print(json.dumps({"error": code, "message": str(error)}, ensure_ascii=False), file=sys.stderr)
    return 1
