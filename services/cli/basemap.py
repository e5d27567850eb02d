"""``shirase basemap``: the map under everything, made from files that somebody has downloaded. Needs no running hub."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from shapely.geometry.base import BaseGeometry

from geo.basemap.building import About, build
from geo.basemap.parts import PARTS
from geo.basemap.sorting import Piece
from geo.basemap.sources import Taken, Wanted, pieces_of
from geo.basemap.tiles import TilesError
from geo.crs import CrsError
from geo.geojson import ProfileError
from geo.layers.archive import SourceError
from services.basemap import BUILT, PLAIN, folder, make_plain, shown
from services.cli.city_outline import around, city_outline
from services.settings import Settings, SettingsError, load

_MARGIN_KM = 3.0
_CODES = {
    SettingsError: "bad_settings",
    ProfileError: "bad_profile",
    CrsError: "bad_crs",
    SourceError: "unreadable",
    TilesError: "bad_basemap",
}


def register(commands: Any) -> None:
    """Add the command to the argparse sub-parsers."""
    parser = commands.add_parser("basemap", help="the map under everything: make it, look at it")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    make = actions.add_parser("build", help="make the map from downloaded files; prints a report line")
    make.add_argument(
        "files",
        nargs="*",
        type=Path,
        metavar="FILE",
        help="OSM extracts, 基盤地図情報, 国土数値情報; none: the plain map",
    )
    make.add_argument(
        "--as", dest="own", action="append", default=[], type=_own, metavar="PART=FILE", help="a file of your own"
    )
    make.add_argument("--margin", type=_margin, default=_MARGIN_KM, metavar="KM", help="beyond the city; default: 3")
    make.add_argument("--crs", default="", help="of files that name none: EPSG:6668")
    make.add_argument("--credit", action="append", default=[], help="a credit to show beside those of the sources")
    make.add_argument("--out", type=Path, metavar="FILE", help="elsewhere than in the hub's data folder")
    make.set_defaults(run=_build)
    look = actions.add_parser("show", help="a line per base map: what it holds, from when, whom to credit")
    look.set_defaults(run=_show)
    for one in (make, look):
        one.add_argument("--settings", type=Path, action="append", default=[], help="a TOML file over the profile")


def _build(args: argparse.Namespace) -> int:
    try:
        settings = load(args.settings)
        if not (args.files or args.own):
            report: dict[str, Any] = make_plain(settings.profile, settings.data_dir, _now())
        else:
            report = _built(args, settings)
    except (SettingsError, ProfileError, CrsError, SourceError, TilesError) as error:
        return _refuse(_CODES[type(error)], error)
    except OSError as error:
        return _refuse("cannot_write", error)
    print(json.dumps(report, ensure_ascii=False))
    return 0


def _built(args: argparse.Namespace, settings: Settings) -> dict[str, Any]:
    land = around(city_outline(args.settings)[1], args.margin)
    wanted = [Wanted(file=file, land=land, crs=args.crs) for file in args.files]
    wanted += [Wanted(file=file, land=land, crs=args.crs, part=part) for part, file in args.own]
    target = args.out or folder(settings.data_dir) / BUILT
    taken: list[Taken] = []
    pieces = list(_pieces(wanted, taken))
    credits_ = tuple(dict.fromkeys([*(one.credit for one in pieces if one.credit), *args.credit]))
    if not credits_:
        raise SourceError("the files do not tell their source: say with --credit whom to name on the map")
    about = About(
        name=settings.city.name,
        built_at=_now(),
        credits=credits_,
        sources=tuple(one.source for one in taken),
    )
    return {"file": str(target), "sources": [asdict(one) for one in taken], **_made(pieces, about, target, land)}


def _pieces(wanted: list[Wanted], taken: list[Taken]) -> Iterator[Piece]:
    for one in wanted:
        taken.append(Taken(one.file.name))
        yield from pieces_of(one, taken[-1])


def _made(pieces: list[Piece], about: About, target: Path, land: BaseGeometry) -> dict[str, Any]:
    return build(pieces, about, target, land.bounds)


def _show(args: argparse.Namespace) -> int:
    try:
        found = basemap_findings(load(args.settings))
    except SettingsError as error:
        return _refuse("bad_settings", error)
    for one in found:
        print(json.dumps(one, ensure_ascii=False))
    return 0 if all(one["ok"] for one in found) else 1


def basemap_findings(settings: Settings) -> list[dict[str, Any]]:
    """A finding per base map that lies in the data folder; the first one that is ok is shown."""
    found: list[dict[str, Any]] = []
    for name in (BUILT, PLAIN):
        path = folder(settings.data_dir) / name
        if path.exists():
            found.append({"part": "basemap", "file": str(path), **_finding(path)})
    return found or [{"part": "basemap", "ok": True, "file": None, "plain": True, "note": "made at the first look"}]


def _finding(path: Path) -> dict[str, Any]:
    try:
        one = shown(path)
    except (TilesError, OSError) as error:
        return {"ok": False, "error": str(error)}
    try:
        told = {key: one.own.get(key) for key in ("plain", "built_at", "credits", "sources", "rows")}
        return {"ok": True, "tiles": len(one.tiles.entries), "bytes": one.tiles.size, **told}
    finally:
        one.tiles.close()


def _refuse(code: str, error: Exception) -> int:
    print(json.dumps({"error": code, "message": str(error)}, ensure_ascii=False), file=sys.stderr)
    return 1


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def _own(text: str) -> tuple[str, Path]:
    part, _, file = text.partition("=")
    if part not in PARTS or not file:
        raise argparse.ArgumentTypeError(f"{text!r} is not PART=FILE with a PART of {', '.join(PARTS)}")
    return part, Path(file)


def _margin(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 50:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of kilometres from 0 to 50")
    return value
