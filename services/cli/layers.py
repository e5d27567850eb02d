"""``shirase layers``: bring hazard maps into the house and ask them. Needs no running hub; only ``fetch`` a network."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from shapely.geometry.base import BaseGeometry

from geo.crs import JAPAN, CrsError
from geo.geojson import ProfileError
from geo.layers.archive import SourceError
from geo.layers.importing import Request, import_layer
from geo.layers.kinds.registry import KINDS
from geo.layers.layer import read_layer
from geo.layers.recognise import SchemaError
from geo.layers.schema import Shape

_AROUND_KM = 5.0  # files cover a prefecture, or 80 km; what is farther from the city is left out


def register(commands: Any) -> None:
    """Add the command to the argparse sub-parsers."""
    parser = commands.add_parser("layers", help="import, list and ask hazard maps")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    add = actions.add_parser("import", help="read a hazard map and keep it; prints a report line")
    add.add_argument("file", type=Path, metavar="FILE", help="Shapefile, GeoJSON, GML, GeoPackage …, zipped or not")
    add.add_argument("--kind", required=True, choices=[*KINDS])
    add.add_argument("--name", default="", help="the layer's name; default: the file's. An old one of it is replaced")
    add.add_argument("--map", action="append", default=[], type=_pair, metavar="FACT=COLUMN", help="name a column")
    add.add_argument("--fact", action="append", default=[], type=_pair, metavar="FACT=VALUE", help="of all its zones")
    add.add_argument("--member", default="", help="which data set of several; a pattern takes all: 'A31a-20-*'")
    add.add_argument("--crs", default="", help="of a file that names none, where its documentation does: EPSG:4612")
    add.add_argument("--credit", default="", help="the credit to show; default: that of the national data")
    add.add_argument("--around", type=float, metavar="KM", help="keep only what is this near the city; default: all")
    add.add_argument("--settings", type=Path, action="append", default=[], help="a TOML file over the profile")
    add.set_defaults(run=_import)
    remove = actions.add_parser("remove", help="forget an imported layer; the hub does so at its next start")
    remove.add_argument("name", metavar="NAME")
    remove.set_defaults(run=_remove)
    actions.add_parser("list", help="a line per imported layer").set_defaults(run=_list)
    ask = actions.add_parser("at", help="a line per zone that holds the point; none means no data, not safety")
    ask.add_argument("lon", type=_degrees(JAPAN[0], JAPAN[2]), metavar="LON")
    ask.add_argument("lat", type=_degrees(JAPAN[1], JAPAN[3]), metavar="LAT")
    ask.add_argument("--within", type=float, default=0.0, metavar="M", help="and zones this near, with their distance")
    ask.set_defaults(run=_at)
    _add_exposed(actions)
    _add_fetch(actions)


def _add_exposed(actions: Any) -> None:
    parser = actions.add_parser("exposed", help="people, shelters, roads and districts inside the maps of a kind")
    areas = [name for name, kind in KINDS.items() if kind.shape is Shape.AREA]
    parser.add_argument("--kind", default="flood", choices=areas)
    parser.add_argument("--rank", type=int, default=1, metavar="N", help="from this depth rank on; default: all")
    parser.add_argument("--area", default="", metavar="CODE", help="only inside this district; default: everywhere")
    parser.add_argument("--edge", type=float, metavar="M", help="how exact edges are, in metres; default: 30")
    parser.add_argument("--settings", type=Path, action="append", default=[], help="a TOML file over the profile")
    parser.set_defaults(run=_later("services.cli.exposed", "run"))


def _add_fetch(actions: Any) -> None:
    for name, summary in (
        ("catalogue", "which official layers can be fetched, and from where"),
        ("fetch", "download official layers and import them"),
    ):
        parser = actions.add_parser(name, help=summary)
        if name == "fetch":
            parser.add_argument("names", nargs="+", metavar="NAME", help="of the catalogue")
            parser.add_argument("--around", type=float, default=_AROUND_KM, metavar="KM", help="keep what is this near")
        parser.add_argument("--catalogue", type=Path, action="append", default=[], help="a TOML file with more entries")
        parser.add_argument("--settings", type=Path, action="append", default=[], help="a TOML file over the profile")
        parser.set_defaults(run=_later("services.cli.fetched", name), data=folder().parent)


def _later(module: str, name: str) -> Callable[[argparse.Namespace], int]:
    """An action whose module is imported when it is wanted: `layers at` must not wait for the hub's settings."""
    return lambda args: int(getattr(importlib.import_module(module), name)(args))


def folder() -> Path:
    """Where imported layers are kept."""
    return Path(os.environ.get("SHIRASE_DATA_DIR") or "var") / "layers"


def imported() -> list[Path]:
    """The imported layers' files, by name."""
    return sorted(folder().glob("*.fgb"))


def _import(args: argparse.Namespace) -> int:
    try:
        land = None if args.around is None else _land(args)
    except ProfileError as error:
        return _refuse("not_ready", error, args.file)
    request = Request(
        file=args.file,
        kind=args.kind,
        imported_at=datetime.now(UTC).replace(microsecond=0),
        name=args.name,
        mapping=dict(args.map),
        facts=dict(args.fact),
        member=args.member,
        credit=args.credit,
        crs=args.crs,
        within=land,
    )
    try:
        report = import_layer(request, folder())
    except SourceError as error:
        return _refuse("unreadable", error, args.file)
    except CrsError as error:
        return _refuse("bad_crs", error, args.file)
    except SchemaError as error:
        return _refuse("unknown_schema", error, args.file)
    print(json.dumps(report, ensure_ascii=False))
    return 0


def _land(args: argparse.Namespace) -> BaseGeometry:
    """What is near the city. Raises ProfileError, also for settings that cannot be read."""
    from services.cli.city_outline import around, city_outline
    from services.settings import SettingsError

    try:
        return around(city_outline(args.settings)[1], args.around)
    except SettingsError as error:
        raise ProfileError(str(error)) from None


def _remove(args: argparse.Namespace) -> int:
    path = next((one for one in imported() if one.stem == args.name), None)
    if path is None:
        names = ", ".join(one.stem for one in imported()) or "none"
        return _refuse("no_such_layer", ValueError(f"there is no layer {args.name!r}; imported: {names}"), folder())
    path.unlink()
    path.with_suffix(".json").unlink(missing_ok=True)
    print(json.dumps({"removed": args.name}, ensure_ascii=False))
    return 0


def _list(_args: argparse.Namespace) -> int:
    faults = 0
    for path in imported():
        try:
            about = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
            line = {"layer": about["name"], "zones": about["report"]["written"]}
            line |= {key: about[key] for key in ("kind", "source", "sha256", "credit", "imported_at")}
        except (OSError, ValueError, KeyError) as error:
            faults += _refuse("bad_layer", ValueError(f"{error!r}; import the layer again"), path)
            continue
        print(json.dumps(line, ensure_ascii=False))
    return min(faults, 1)


def _at(args: argparse.Namespace) -> int:
    faults = 0
    for path in imported():
        try:
            layer = read_layer(path, at=(args.lon, args.lat), around_m=args.within)
        except (ProfileError, CrsError) as error:
            faults += _refuse("bad_layer", error, path)
            continue
        for zone, metres in layer.near(args.lon, args.lat, args.within):
            told = {"layer": layer.name, "kind": layer.kind, "zone": dict(zone.facts)}
            apart = {"distance_m": round(metres, 1)} if args.within > 0 else {}
            print(json.dumps(told | apart, ensure_ascii=False))
    return min(faults, 1)


def _refuse(code: str, error: Exception, at: Path) -> int:
    print(json.dumps({"error": code, "message": str(error), "at": str(at)}, ensure_ascii=False), file=sys.stderr)
    return 1


def _pair(text: str) -> tuple[str, str]:
    fact, _, column = text.partition("=")
    if not fact or not column:
        raise argparse.ArgumentTypeError(f"{text!r} is not FACT=COLUMN or FACT=VALUE, such as depth_rank=A31_201")
    return fact, column


def _degrees(low: float, high: float) -> Any:
    def read(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text!r} is not a number of degrees") from None
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"{value} is outside {low:g} to {high:g}; give LON, then LAT")
        return value

    return read
