"""``shirase layers fetch``: official layers by name, downloaded and imported; ``layers catalogue`` tells the names."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from shapely.geometry.base import BaseGeometry

from geo.archive import SourceError
from geo.catalogue import CATALOGUE, Catalogue, CatalogueError, Published
from geo.crs import CrsError
from geo.geojson import ProfileError
from geo.importing import Request, import_layer
from geo.recognise import SchemaError
from services.cli.city_outline import around, city_outline
from services.download import Downloaded, Downloader, DownloadError
from services.settings import SettingsError

_AROUND_KM = 5.0  # files cover a prefecture, or 80 km; what is farther from the city is left out


def add(actions: Any, data: Path) -> None:
    """Add the actions to those of ``shirase layers``; ``data`` is the hub's data folder."""
    for name, run, summary in (
        ("catalogue", _catalogue, "which official layers can be fetched, and from where"),
        ("fetch", _fetch, "download official layers and import them"),
    ):
        parser = actions.add_parser(name, help=summary)
        parser.add_argument("--catalogue", type=Path, action="append", default=[], help="a TOML file with more entries")
        parser.add_argument("--settings", type=Path, action="append", default=[], help="a TOML file over the profile")
        parser.set_defaults(run=run, data=data)
        if name == "fetch":
            parser.add_argument("names", nargs="+", metavar="NAME", help="of the catalogue")
            parser.add_argument("--around", type=float, default=_AROUND_KM, metavar="KM", help="keep what is this near")


def _catalogue(args: argparse.Namespace) -> int:
    """A line per file; exit 1 where an entry has no address for this city, with the page to look at."""
    faults = 0
    try:
        catalogue = _load(args)
    except (SettingsError, ProfileError, CatalogueError) as error:
        return _refuse("not_ready", error, "catalogue")
    for name in catalogue.names():
        try:
            for one in catalogue.files(name):
                told = {"name": name, "layer": one.name, "kind": one.kind, "title": one.title, "url": one.url}
                print(json.dumps(told | {"page": one.page, "licence": one.licence}, ensure_ascii=False))
        except CatalogueError as error:
            faults += _refuse("no_address", error, name)
    return min(faults, 1)


def _fetch(args: argparse.Namespace) -> int:
    """Two lines per file, of the download and of the import; exit 1 when one failed, and the others are done."""
    try:
        catalogue = _load(args)
        files = [one for name in args.names for one in catalogue.files(name)]
    except (SettingsError, ProfileError, CatalogueError) as error:
        return _refuse("not_ready", error, "catalogue")
    downloader = Downloader(args.data / "downloads")
    land = around(city_outline(args.settings)[1], args.around)
    return min(sum(_one(downloader, one, args.data / "layers", land) for one in files), 1)


def _one(downloader: Downloader, one: Published, folder: Path, land: BaseGeometry) -> int:
    now = datetime.now(UTC).replace(microsecond=0)
    try:
        got = asyncio.run(downloader.get(one.url, now, one.sha256))
    except DownloadError as error:
        return _refuse("not_fetched", DownloadError(f"{error}; the current address stands at {one.page}"), one.name)
    note = got.note
    told = {
        "fetched": one.name,
        "url": note.url,
        "bytes": note.bytes,
        "sha256": note.sha256,
        "unchanged": got.unchanged,
    }
    print(json.dumps(told, ensure_ascii=False))
    if got.unchanged and _imported(folder / f"{one.name}.json", note.sha256):
        return 0
    try:
        print(json.dumps(import_layer(_request(one, got, now, land), folder), ensure_ascii=False))
    except (SourceError, CrsError, SchemaError) as error:
        return _refuse("not_imported", error, one.name)
    return 0


def _request(one: Published, got: Downloaded, now: datetime, land: BaseGeometry) -> Request:
    origin = {"url": got.note.url, "fetched_at": got.note.fetched_at, "licence": one.licence, "title": one.title}
    return Request(
        file=got.path,
        kind=one.kind,
        imported_at=now,
        name=one.name,
        mapping=one.mapping,
        member=one.member,
        crs=one.crs,
        origin=origin,
        within=land,
    )


def _imported(about: Path, sha256: str) -> bool:
    try:
        return bool(json.loads(about.read_text(encoding="utf-8"))["sha256"] == sha256)
    except (OSError, ValueError, KeyError):
        return False


def _load(args: argparse.Namespace) -> Catalogue:
    code, outline = city_outline(args.settings)
    return Catalogue([CATALOGUE, *args.catalogue], code, outline)


def _refuse(code: str, error: Exception, at: str) -> int:
    print(json.dumps({"error": code, "message": str(error), "at": at}, ensure_ascii=False), file=sys.stderr)
    return 1
