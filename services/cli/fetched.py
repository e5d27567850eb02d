"""``shirase layers fetch``: official layers by name, downloaded and imported; ``layers catalogue`` tells the names."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from shapely.geometry.base import BaseGeometry

from geo.crs import CrsError
from geo.geojson import ProfileError
from geo.layers.archive import SourceError
from geo.layers.catalogue import CATALOGUE, Catalogue, CatalogueError, Published
from geo.layers.importing import Request, import_layer
from geo.layers.recognise import SchemaError
from services.cli.city_outline import around, city_outline
from services.download import Downloaded, Downloader, DownloadError
from services.settings import SettingsError


def catalogue(args: argparse.Namespace) -> int:
    """A line per file; exit 1 where an entry has no address for this city, with the page to look at."""
    faults = 0
    try:
        known = _load(args)
    except (SettingsError, ProfileError, CatalogueError) as error:
        return _refuse("not_ready", error, "catalogue")
    for name in known.names():
        try:
            for one in known.files(name):
                told = {"name": name, "layer": one.name, "kind": one.kind, "title": one.title, "url": one.url}
                print(json.dumps(told | {"page": one.page, "licence": one.licence}, ensure_ascii=False))
        except CatalogueError as error:
            faults += _refuse("no_address", error, name)
    return min(faults, 1)


def fetch(args: argparse.Namespace) -> int:
    """Two lines per file, of the download and of the import; exit 1 when one failed, and the others are done."""
    try:
        known = _load(args)
        files = [one for name in args.names for one in known.files(name)]
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
        facts=one.facts,
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
