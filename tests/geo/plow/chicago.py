"""Chicago's plows of December 2015 and 2016: real traces, and a street network made of where other plows drove.

``python -m tests.geo.plow.chicago`` prints the tables of docs/snow-removal.md.
"""

from __future__ import annotations

import csv
import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import shapely

from geo.plow.cleaning import Cleaned, clean
from geo.plow.local_time import local_seconds, placed
from geo.plow.network import Network, length_m
from geo.plow.segment import Segment
from geo.plow.track import Track, track
from geo.plow.work import Rules, work

FOLDER = Path(os.environ.get("SHIRASE_REAL_DATA", "")) / "snow"
_ZONE = ZoneInfo("America/Chicago")
_CELL = 3e-4  # degrees, some 30 m: places this near are one corner of the derived streets
_LONGEST_M = 400.0  # a longer step between two untimed points says nothing about the street between


def feed() -> dict[str, Track]:
    """What the poll feed listed on 2 December 2015, by vehicle, repeats included."""
    found: dict[str, list[tuple[float, float, float]]] = {}
    with (FOLDER / "plow_feed_chicago_20151202.ndjson").open(encoding="utf-8") as file:
        for line in file:
            for one in json.loads(line)["TrackingDataResponse"]["locationList"]:
                at = datetime.fromisoformat(one["postingTime"]).timestamp()
                found.setdefault(one["assetName"], []).append((at, one["longitude"], one["latitude"]))
    return {name: track(*np.array(points).T) for name, points in found.items()}


def traces() -> dict[str, Track]:
    """The traces of 17 December 2016 that another matcher could not place, by trace."""
    found: dict[str, list[tuple[float, float, float]]] = {}
    with (FOLDER / "plow_traces_chicago_201612.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            local = local_seconds(datetime.fromisoformat(row["timestamp_local"]))
            found.setdefault(row["trace_id"], []).append((local, float(row["lon"]), float(row["lat"])))
    tables = {name: np.array(points).T for name, points in found.items()}
    return {name: track(placed(local, _ZONE).at, lon, lat) for name, (local, lon, lat) in tables.items()}


def _paths() -> Iterator[list[tuple[float, float]]]:
    found: dict[tuple[str, str], list[tuple[float, float]]] = {}
    with (FOLDER / "plow_paths_chicago_201612.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            found.setdefault((row["asset_id"], row["end_epoch"]), []).append((float(row["lon"]), float(row["lat"])))
    yield from found.values()


def streets() -> Network:
    """A network of where the untimed paths went: their points drawn together to corners, their steps as segments."""
    edges: set[tuple[tuple[int, int], tuple[int, int]]] = set()
    for path in _paths():
        corners = [(round(lon / _CELL), round(lat / _CELL)) for lon, lat in path]
        edges |= {(min(one, other), max(one, other)) for one, other in pairwise(corners) if one != other}
    lines = [shapely.LineString([(x * _CELL, y * _CELL) for x, y in edge]) for edge in sorted(edges)]
    drawn = [(line, length_m(line)) for line in lines]
    return Network(
        [
            Segment(id=f"c{number}", geometry=line, length_m=metres, administrator="city")
            for number, (line, metres) in enumerate(drawn)
            if metres <= _LONGEST_M
        ]
    )


def dropped(raw: Mapping[str, Track]) -> tuple[Counter[str], list[Cleaned]]:
    """Points by what became of them, and the cleaned traces."""
    cleaned = [clean(one) for one in raw.values()]
    count = Counter({"in": sum(map(len, raw.values())), "kept": sum(one.kept for one in cleaned)})
    for one in cleaned:
        count.update({str(why): many for why, many in one.dropped.items()})
    return count, cleaned


def _tell(name: str, raw: Mapping[str, Track], network: Network) -> None:
    count, cleaned = dropped(raw)
    pieces = [piece for one in cleaned for piece in one.pieces]
    found = [work(one, network, Rules()) for one in raw.values()]
    passes = [one for each in found for one in each.passes]
    print(name, dict(count), f"{len(raw)} traces, {len(pieces)} pieces, {sum(len(p) < 2 for p in pieces)} of one point")
    print("  fastest", round(max(piece.steps_kmh.max(initial=0) for piece in pieces), 1), "km/h")
    print(f"  {len(passes)} passes, {sum(one.share >= 0.8 for one in passes)} whole, of {len(network)} segments")


if __name__ == "__main__":
    derived = streets()
    _tell("feed 2015", feed(), derived)
    _tell("traces 2016", traces(), derived)
