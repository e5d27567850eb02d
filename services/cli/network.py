"""``shirase network``: the roads and sidewalks that are plowed: brought in, checked, shown. Needs no running hub."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from geo.area import Areas
from geo.crs import CrsError
from geo.geojson import ProfileError
from geo.ground import load_ground
from geo.layers.archive import SourceError
from geo.layers.importing import Request, import_layer
from geo.layers.recognise import SchemaError
from geo.plow.noding import near_misses
from geo.plow.placing import middle_of
from geo.plow.reading import KIND, kilometres, read_drawn
from geo.plow.segment import Segment
from services.settings import SettingsError, load

_NEARLY_M = 3.0  # ends this near another line are faults of the drawing more often than not
_SHOWN = 10


def register(commands: Any) -> None:
    """Add the command to the argparse sub-parsers."""
    parser = commands.add_parser("network", help="the roads and sidewalks that are plowed")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    add = actions.add_parser("import", help="read a road map and keep it as the network; prints a report line")
    add.add_argument("file", type=Path, metavar="FILE", help="N13, OpenStreetMap or a city's own; any format of layers")
    add.add_argument("--name", default="", help="default: the file's. An old one of it is replaced")
    add.add_argument("--map", action="append", default=[], type=_pair, metavar="FACT=COLUMN", help="name a column")
    add.add_argument("--member", default="", help="which data set of several")
    add.add_argument("--crs", default="", help="of a file that names none: EPSG:6668")
    add.add_argument("--credit", default="", help="the credit to show; default: that of the national data")
    show = actions.add_parser("show", help="what the network comes to: segments, kilometres, what looks wrong")
    for one, action in ((add, _import), (show, _show)):
        one.add_argument("--settings", type=Path, action="append", default=[], help="a TOML file over the profile")
        one.set_defaults(run=action)


def folder() -> Path:
    """Where imported networks are kept."""
    return Path(os.environ.get("SHIRASE_DATA_DIR") or "var") / "network"


def _import(args: argparse.Namespace) -> int:
    request = Request(
        file=args.file,
        kind=KIND,
        imported_at=datetime.now(UTC).replace(microsecond=0),
        name=args.name,
        mapping=dict(args.map),
        member=args.member,
        credit=args.credit,
        crs=args.crs,
    )
    try:
        report = import_layer(request, folder())
    except (SourceError, CrsError, SchemaError) as error:
        codes = {SourceError: "unreadable", CrsError: "bad_crs", SchemaError: "unknown_schema"}
        return _refuse(codes[type(error)], str(error), str(args.file))
    return _tell(args, report)


def _show(args: argparse.Namespace) -> int:
    return _tell(args, {})


def _tell(args: argparse.Namespace, report: dict[str, Any]) -> int:
    """A line: what was imported, if anything, and what the whole network comes to now."""
    try:
        profile = load(args.settings).profile
        areas = load_ground(profile, []).areas
        drawn = read_drawn(profile, folder(), areas)
    except (SettingsError, ProfileError, CrsError) as error:
        return _refuse("bad_network", str(error), str(folder()))
    layers = sorted(file.stem for file in folder().glob("*.fgb"))  # all of them together are the network
    told = {**report, "layers": layers, "demonstration": drawn.demonstration, **_summary(drawn.segments, areas)}
    print(json.dumps(told, ensure_ascii=False))
    return 0


def _summary(segments: Sequence[Segment], areas: Areas) -> dict[str, Any]:
    roads = [segment.geometry for segment in segments if not segment.sidewalk]
    missed = near_misses(roads, _NEARLY_M) if roads else []
    nowhere = [one for one in segments if not one.section]
    strange = sorted({one.section for one in segments if one.section and areas.get(one.section) is None})
    return {
        "segments": len(segments),
        "sidewalks": len(segments) - len(roads),
        "km": round(sum(segment.length_m for segment in segments) / 1000, 3),
        **{f"km_by_{fact}": kilometres(segments, fact) for fact in ("administrator", "road_class", "section")},
        "without_section": len(nowhere),
        "outside_the_city": sum(not areas.at(*middle_of(one), "city") for one in nowhere),
        "sections_not_in_the_profile": strange,
        "ends_that_nearly_meet": len(missed),
        "such_as": [[round(lon, 6), round(lat, 6)] for lon, lat in missed[:_SHOWN]],
    }


def _refuse(code: str, message: str, at: str) -> int:
    print(json.dumps({"error": code, "message": message, "at": at}, ensure_ascii=False), file=sys.stderr)
    return 1


def _pair(text: str) -> tuple[str, str]:
    fact, _, column = text.partition("=")
    if not fact or not column:
        raise argparse.ArgumentTypeError(f"{text!r} is not FACT=COLUMN, for example road_class=CLASS")
    return fact, column
