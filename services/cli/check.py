"""``shirase check``: is everything in order for a start? Prints the effective values, secrets masked."""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from feeds.instant import iso_utc
from feeds.mapping import MappingError
from feeds.registry import by_name
from geo.model import Ground
from geo.rain.shaken_ground import Lowering
from services.clock import wall
from services.settings import Settings, SettingsError, load
from services.store.engine import StoreError, parse

if TYPE_CHECKING:
    from services.city import City


def register(commands: Any) -> None:
    parser = commands.add_parser("check", help="validate settings, rules, layers and channels")
    parser.add_argument("--settings", type=Path, action="append", default=[], help="a TOML file over the profile")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """A JSON line per part; exit 1 when a part would keep the hub from starting."""
    from services.city import StartError
    from services.cli.check_secrets import secret_finding

    try:
        settings = load(args.settings)
        findings = list(parts(settings))
    except (SettingsError, StartError, StoreError, MappingError) as error:
        print(
            json.dumps({"error": "not_ready", "message": str(error), "at": "settings"}, ensure_ascii=False),
            file=sys.stderr,
        )
        return 1
    told = [{"part": "settings", "ok": True, "values": _masked(settings)}, secret_finding(settings, args.settings)]
    for finding in [*told, *findings]:
        print(json.dumps(finding, ensure_ascii=False))
    return 0


def parts(settings: Settings) -> Iterator[dict[str, Any]]:
    """What the profile holds, a finding a part. Raises StartError, SettingsError, StoreError, MappingError."""
    from services.channels.registry import outlets
    from services.city import load_city
    from services.cli.check_broker import broker_finding
    from services.cli.check_muster import muster_finding
    from services.cli.check_orders import order_finding
    from services.cli.check_roster import roster_findings
    from services.mappings import load_feeds

    own = [feed.name for feed in load_feeds(settings.profile) if by_name(feed.name) is None]
    yield {"part": "mappings", "ok": True, "feeds": own}
    yield broker_finding(settings.broker, settings.database_url)
    city = load_city(settings)
    ground = city.ground
    yield {"part": "areas", "ok": True, "count": len(ground.areas)}
    yield {"part": "stations", "ok": True, "count": len(ground.stations)}
    yield {"part": "volcanoes", "ok": True, "codes": list(ground.volcanoes), "zones": _zones(ground)}
    yield {"part": "rain after earthquakes", "ok": True, **_lowering(ground.lowering)}
    yield _river_model(settings)
    yield _network(settings, ground)
    yield from _basemap(settings)
    yield _ledger(settings)
    yield order_finding(city, settings.plow, wall())
    yield muster_finding(settings, city.muster)
    for layer in ground.layers:
        yield {
            "part": f"layer {layer.name}",
            "ok": True,
            "kind": layer.kind,
            "zones": len(layer.zones),
            "crs": "JGD2011",
            "demonstration": layer.demonstration,
            "credit": layer.credit,
        }
    for rule in city.rules:
        meant = outlets(rule.channels, city.channels)
        silent = sorted(set(meant) - city.channels.keys())  # shown on the delivery board as refused
        yield {"part": f"rule {rule.id}", "ok": True, "channels": list(meant), "not_configured": silent}
    if city.signer:
        yield {
            "part": "signing",
            "ok": city.signer.valid_until > wall(),
            "certificate": city.signer.fingerprint,
            "valid_until": iso_utc(city.signer.valid_until),
        }
    yield _listening(settings, ground)
    yield _retention(settings)
    yield _accounts(settings)
    yield _readings(city)
    for name, channel in city.channels.items():
        yield {"part": f"channel {name}", "ok": True, "takes": sorted(channel.statuses)}
    yield from roster_findings(settings, city.rules, city.channels)
    asyncio.run(_close(city.channels.values()))


def _listening(settings: Settings, ground: Ground) -> dict[str, Any]:
    """What is listened for, and what X is asked, where it is; words that do not fit keep the hub from starting."""
    from services.listening.book import load_book, queries_of

    book = load_book(settings, ground)
    return {
        "part": "listening",
        "ok": True,
        "sources": list(settings.listening.sources),
        "hazards": {one.kind: len(one.words) for one in book.hazards},
        "places": len(book.spots),
        "alone": list(book.context),
        "queries": [{"characters": len(one), "query": one} for one in queries_of(settings, book)],
    }


def _retention(settings: Settings) -> dict[str, Any]:
    """How many days each rule keeps; null: for ever."""
    from services.retention.rules import RULES

    kept = {rule.name: rule.kept(settings) for rule in RULES}
    return {"part": "retention", "ok": True, "days": {name: span.days if span else None for name, span in kept.items()}}


def _accounts(settings: Settings) -> dict[str, Any]:
    """Who has to show a second factor; nobody, as long as there is no key to keep one under."""
    keyed = settings.accounts.keyring() is not None
    oidc = settings.accounts.oidc
    provider = {"provider": oidc.issuer, "roles": dict(oidc.roles)} if oidc else {}
    return {
        "part": "accounts",
        "ok": True,
        **provider,
        "key": keyed,
        "second_factor": settings.accounts.second_factor if keyed else [],
    }


def _readings(city: City) -> dict[str, Any]:
    """Names whose reading nobody has written down: a machine that speaks them guesses."""
    ground = city.ground
    names = {area.name for area in ground.areas} | {station.name for station in ground.stations.values()}
    names |= {station.river for station in ground.stations.values() if station.river}
    unread = sorted(name for name in names if city.readings.unread(name))
    return {"part": "readings", "ok": True, "names": len(names), "without_reading": unread}


def _ledger(settings: Settings) -> dict[str, Any]:
    """Machines and contracts, by which hours are counted."""
    from services.ledger.start import load_book

    book = load_book(settings)
    return {"part": "ledger", "ok": True, "machines": len(book.machines), "contracts": len(book.contracts)}


def _basemap(settings: Settings) -> Iterator[dict[str, Any]]:
    """What lies under everything on the maps. A broken one keeps no hub from starting: the plain one is shown then."""
    from services.cli.basemap import basemap_findings

    for one in basemap_findings(settings):
        yield {key: one[key] for key in one if key not in {"rows", "sources"}}


def _network(settings: Settings, ground: Ground) -> dict[str, Any]:
    """The roads that plows are matched to; real ones never to a network that was drawn for drills."""
    from services.dumps.sites import sites_of
    from services.roads import load_roads

    roads = load_roads(settings, ground.areas)
    dumps = sites_of(roads, settings.plow)
    if roads is None:
        return {"part": "network", "ok": True, "segments": 0}
    return {
        "part": "network",
        "ok": True,
        "segments": len(roads.carriageways),
        "sidewalks": len(roads.sidewalks) if roads.sidewalks else 0,
        "fences": len(roads.rules.fences.fences),
        "dumps": [one.code for one in dumps.every],
        "statuses": sorted(roads.statuses),
    }


def _zones(ground: Ground) -> dict[str, list[str]]:
    """Volcano and level → the areas that are closed or left then."""
    return {f"{code}/{level}": [area.code for area in areas] for (code, level), areas in ground.volcano_zones.items()}


def _lowering(lowering: Lowering) -> dict[str, Any]:
    return {
        "factors": dict(lowering.factors),
        "lasts_days": lowering.lasts.days,
        "announced": [
            {"since": iso_utc(one.since), "factor": one.factor, "source": one.source} for one in lowering.announced
        ],
    }


def _river_model(settings: Settings) -> dict[str, Any]:
    """A file that cannot be used keeps nothing from starting: rivers are extrapolated then."""
    from geo.river.model_file import ModelFileError
    from services.river_model import in_use

    try:
        model = in_use(settings)
    except ModelFileError as error:
        return {"part": "river model", "ok": False, "message": str(error)}
    known = model.provenance if model else None
    return {"part": "river model", "ok": True, "in_use": model is not None, "until": known and iso_utc(known.until)}


async def _close(channels: Any) -> None:
    for channel in channels:
        await channel.close()


def _masked(settings: Settings) -> dict[str, Any]:
    """Effective values. Channel options are free-form: what could be a secret there shows only that it is set.

    Of an address only the host is shown: those of chats and of partners hold their secret in the path or the query.
    """
    values: dict[str, Any] = _hosts_alone(settings.model_dump(mode="json"))
    values["database"] = parse(settings.database_url).render_as_string()  # without its password
    values["web"]["base_url"] = settings.web.base_url  # is told to everybody
    open_keys = {"url", "base_url", "statuses"}
    for options in values["channels"].values():
        for key in options.keys() - open_keys:
            options[key] = "**********"
    return values


def _hosts_alone(value: Any) -> Any:
    """The value with every address in it cut behind its host."""
    match value:
        case dict():
            return {key: _hosts_alone(one) for key, one in value.items()}
        case list():
            return [_hosts_alone(one) for one in value]
        case str() if "://" in value:
            scheme, _, rest = value.partition("://")
            authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
            return f"{scheme}://{authority.rpartition('@')[2]}" + ("/…" if authority != rest.rstrip("/") else "")
        case _:
            return value
