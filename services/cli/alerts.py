"""``shirase alerts``: what is in force and what waits, one alert whole, and the draft of a cancellation.

For the hour in which no page can be reached. Nothing leaves by it: what it writes is a draft, to be approved like any.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import RowMapping, or_, select

from rules.alert import Act, State
from rules.redraft import Said
from services.city import StartError, load_city
from services.clock import wall
from services.desks.review import ReviewError
from services.desks.writing import Ask, newest_in_force, write
from services.settings import Settings, SettingsError, load
from services.store import users
from services.store.engine import Store, StoreError
from services.store.tables import alerts, outbox
from services.store.users import Role


def register(commands: Any) -> None:
    """Add the command to the argparse sub-parsers."""
    parser = commands.add_parser("alerts", help="list and show alerts, draft a cancellation; one JSON object a line")
    parser.add_argument("--settings", type=Path, action="append", default=[], help="a TOML file over the profile")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    verbs.add_parser("list", help="what is in force and what waits")
    showing = verbs.add_parser("show", help="every revision of a series, and what became of it on each channel")
    showing.add_argument("series", metavar="SERIES")
    cancelling = verbs.add_parser("cancel", help="draft: it should never have been sent")
    cancelling.add_argument("series", metavar="SERIES")
    cancelling.add_argument("--by", required=True, metavar="NAME", help="whose draft it is: an account of an operator")
    cancelling.add_argument("--reason", default="", help="in Japanese; it stands in the text")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Exit 0: done; 1: it could not be done, with the reason on stderr."""
    try:
        settings = load(args.settings)
        return asyncio.run(_with_store(settings, args))
    except (SettingsError, StartError) as error:
        return _refuse("bad_settings", str(error))
    except StoreError as error:
        return _refuse("no_store", str(error))
    except ReviewError as error:
        return _refuse(error.code, str(error))


async def _with_store(settings: Settings, args: argparse.Namespace) -> int:
    store = await (Store.open if args.verb == "cancel" else Store.look)(settings.database_url)
    try:
        if args.verb == "cancel":
            return await _cancel(store, settings, args)
        return await (_list(store) if args.verb == "list" else _show(store, args.series))
    finally:
        await store.close()


async def _list(store: Store) -> int:
    held = or_(alerts.c.state == State.DRAFT.value, alerts.c.state == State.ISSUED.value)
    statement = select(alerts).where(held, alerts.c.expires > wall()).order_by(alerts.c.sent.desc())
    async with store.read() as connection:
        for row in (await connection.execute(statement)).mappings():
            _tell(_brief(row))
    return 0


async def _show(store: Store, series: str) -> int:
    mine = select(alerts).where(alerts.c.series == series).order_by(alerts.c.revision)
    sent = select(outbox).where(outbox.c.series == series).order_by(outbox.c.created_at, outbox.c.id)
    async with store.read() as connection:
        rows = (await connection.execute(mine)).mappings().all()
        deliveries = (await connection.execute(sent)).mappings().all()
    for row in rows:
        told = {one["channel"]: one["state"] for one in deliveries if one["revision"] == row["revision"]}
        body = {name: row["body"].get(name) for name in ("texts", "references", "evidence", "author", "act")}
        _tell({**_brief(row), **body, "digest": row["digest"], "deliveries": told})
    return 0 if rows else _refuse("not_found", f"{series} はありません。`shirase alerts list` が一覧を出します")


async def _cancel(store: Store, settings: Settings, args: argparse.Namespace) -> int:
    async with store.read() as connection:
        account = await users.find(connection, args.by)
        revision = await newest_in_force(connection, args.series, wall())
    if account is None or account.revoked or not account.role.covers(Role.OPERATOR):
        return _refuse("not_permitted", f"{args.by} は案を書けません（operator 以上の利用者の名前が要ります）")
    city = load_city(settings)
    try:
        said = Said(reason={"ja": args.reason} if args.reason else {})
        ask = Ask(person=args.by, now=wall(), act=Act.CANCEL, series=args.series, revision=revision, said=said)
        draft = await write(store, city, ask)
    finally:
        for channel in city.channels.values():
            await channel.close()
    alert = draft.alert
    told = {"series": alert.series, "revision": alert.revision, "digest": draft.digest}
    _tell({**told, "approval": alert.approval.value, "channels": list(alert.channels)})
    return 0


def _brief(row: RowMapping) -> dict[str, Any]:
    body = row["body"]
    return {
        "series": row["series"],
        "revision": row["revision"],
        "state": row["state"],
        "status": row["status"],
        "msg_type": body["msg_type"],
        "level": row["level"],
        "headline": body["texts"]["ja"]["headline"],
        "places": [place["name"] for place in body["places"]],
        "sent": body["sent"],
        "expires": body["expires"],
    }


def _tell(told: Mapping[str, Any]) -> None:
    print(json.dumps(told, ensure_ascii=False))


def _refuse(code: str, message: str) -> int:
    print(json.dumps({"error": code, "message": message}, ensure_ascii=False), file=sys.stderr)
    return 1
