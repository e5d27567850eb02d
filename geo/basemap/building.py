"""Pieces to one file: each part is cut into tiles by GDAL, and the tiles of all parts are laid one behind the other.

A vector tile is a list of layers, so that two tiles joined are the tile of both (Mapbox Vector Tile 2.1, section 4.1).
"""

from __future__ import annotations

import gzip
import heapq
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from pmtiles.tile import Compression, TileType
from pmtiles.writer import Writer

from geo.basemap.parts import HIGHEST, LOWEST, PARTS, SCHEMA, Part
from geo.basemap.sorting import Piece
from geo.basemap.tiles import Tiles, TilesError, unpacked
from geo.layers.archive import SourceError

_TILE_BYTES = 1_000_000  # of one part; what is more is drawn coarser
_SIMPLER = 4.0  # units of 1/4096 of a tile, below the highest zoom


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What the file says of itself."""

    name: str
    built_at: datetime
    credits: tuple[str, ...]  # every one of them must stand on the map
    sources: tuple[str, ...] = ()
    plain: bool = False  # made from the profile alone
    digest: str = ""  # of what the plain one was made from


def build(pieces: Iterable[Piece], about: About, target: Path, bounds: Sequence[float]) -> dict[str, Any]:
    """Write ``target``, replacing an older one in one step; returns the report: tiles, bytes, rows by part.

    ``bounds``: west, south, east, north in degrees. Raises :class:`~geo.layers.archive.SourceError` where there is
    nothing to draw, OSError where nothing can be written; an older file then stays.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".basemap-") as room, ExitStack() as open_files:
        rows, files = _cut(pieces, Path(room), open_files)
        if not files:
            raise SourceError("there is nothing to draw")
        part = Path(room) / "all.pmtiles"
        tiles = _join(files, _metadata(about, rows), bounds, part)
        part.replace(target)
    return {"tiles": tiles, "bytes": target.stat().st_size, "parts": rows}


def _cut(pieces: Iterable[Piece], room: Path, open_files: ExitStack) -> tuple[dict[str, int], list[Tiles]]:
    """The tiles of each part in a file of its own."""
    import pandas

    together: dict[str, list[Any]] = {}
    for piece in pieces:
        together.setdefault(piece.part, []).append(piece.frame)
    rows, files = {}, []
    for name in [name for name in PARTS if name in together]:  # in the order of drawing
        frames = together.pop(name)
        frame = frames[0] if len(frames) == 1 else pandas.concat(frames, ignore_index=True)
        rows[name] = len(frame)
        found = Tiles.open(_tiled(frame, PARTS[name], room))
        open_files.callback(found.close)
        files.append(found)
    return rows, files


def _tiled(frame: Any, part: Part, room: Path) -> Path:
    import pyogrio

    path = room / f"{part.name}.pmtiles"
    options = {"NAME": part.name, "MINZOOM": part.low, "MAXZOOM": HIGHEST, "MAX_SIZE": _TILE_BYTES}
    columns = [column for column in part.fields if frame[column].notna().any()]
    try:
        pyogrio.write_dataframe(
            frame[[*columns, "geometry"]],
            path,
            driver="PMTiles",
            layer=part.name,
            dataset_options={**options, "SIMPLIFICATION": _SIMPLER, "SIMPLIFICATION_MAX_ZOOM": 0},
        )
    except (pyogrio.errors.DataSourceError, pyogrio.errors.GeometryError, RuntimeError) as error:
        raise SourceError(f"{part.name}: cannot be cut into tiles: {error}") from None
    return path


def _join(files: Sequence[Tiles], metadata: Mapping[str, Any], bounds: Sequence[float], path: Path) -> int:
    """All layers of a tile as one tile; returns how many there are."""
    count = 0
    with path.open("wb") as out:
        writer: Any = Writer(out)  # type: ignore[no-untyped-call]
        for number, packed in _side_by_side(files):
            writer.write_tile(number, gzip.compress(b"".join(unpacked(one) for one in packed), 6, mtime=0))
            count += 1
        writer.finalize(_header(bounds), dict(metadata))
        out.flush()
        os.fsync(out.fileno())
    return count


def _side_by_side(files: Sequence[Tiles]) -> Iterator[tuple[int, list[bytes]]]:
    """The tiles of all files by number, those of one number in the order of the files."""
    numbered = [((number, at, packed) for number, packed in file.all()) for at, file in enumerate(files)]
    for number, group in groupby(heapq.merge(*numbered, key=itemgetter(0, 1)), key=itemgetter(0)):
        yield number, [packed for _, _, packed in group]


def _header(bounds: Sequence[float]) -> dict[str, Any]:
    west, south, east, north = (round(value * 10_000_000) for value in bounds)
    return {
        "tile_type": TileType.MVT,
        "tile_compression": Compression.GZIP,
        "min_lon_e7": west,
        "min_lat_e7": south,
        "max_lon_e7": east,
        "max_lat_e7": north,
        "center_zoom": LOWEST + 3,
        "center_lon_e7": (west + east) // 2,
        "center_lat_e7": (south + north) // 2,
    }


def _metadata(about: About, rows: Mapping[str, int]) -> dict[str, Any]:
    """As the specification names it; what is ours lies under ``shirase``."""
    layers = [_layer(PARTS[name]) for name in rows]
    own = {
        "schema": SCHEMA,
        "built_at": about.built_at.isoformat(),
        "credits": list(about.credits),
        "sources": list(about.sources),
        "plain": about.plain,
        "digest": about.digest,
        "rows": dict(rows),
    }
    told = {"name": about.name, "type": "baselayer", "format": "pbf", "attribution": " / ".join(about.credits)}
    return {**told, "vector_layers": layers, "shirase": own}


def _layer(part: Part) -> dict[str, Any]:
    return {"id": part.name, "minzoom": part.low, "maxzoom": HIGHEST, "fields": dict.fromkeys(part.fields, "String")}


def own_of(tiles: Tiles, label: str) -> Mapping[str, Any]:
    """What the file says of its making. Raises TilesError for a map that another program made."""
    own = tiles.about.get("shirase")
    if not isinstance(own, dict) or own.get("schema") != SCHEMA or not isinstance(own.get("credits"), list):
        raise TilesError(f"{label}: its layers are not ours; build it with `shirase basemap build`")
    return own
