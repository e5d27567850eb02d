"""From a downloaded file to pieces of the base map: opened, recognised, cut to the city, sorted into parts.

Only what lies near the city is ever held: the readers look at the rest of a prefecture's file row by row.
"""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.basemap.parts import PARTS
from geo.basemap.schemes import OSM, Rule, Scheme, scheme_of
from geo.basemap.sorting import Piece, sorted_pieces
from geo.crs import DEGREES, CrsError, to_jgd2011
from geo.layers.archive import SourceError
from geo.layers.jpgis import is_jpgis
from geo.layers.osm import OSM as OSM_FILES
from geo.layers.source import Source, opened, read_frame

_OSM_TAGS = Path(__file__).parent / "osmconf.ini"
_NAMES = ("name", "名称", "名前", "NAME")


@dataclass(slots=True)
class Taken:
    """What came of a file, for the report: rows near the city, rows taken by part, what was complained of."""

    source: str
    read: int = 0
    parts: dict[str, int] = field(default_factory=dict)
    findings: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A file, and what its reader must be told. ``part``: all of it is that, by the columns otherwise."""

    file: Path
    land: BaseGeometry  # in degrees
    part: str = ""
    crs: str = ""
    credit: str = ""


def pieces_of(wanted: Wanted, taken: Taken) -> Iterator[Piece]:
    """All usable pieces of the file. ``taken`` is filled on the way.

    Raises :class:`~geo.layers.archive.SourceError` for a file that cannot be read, is of no known source, or holds
    nothing near the city, and :class:`~geo.crs.CrsError` for its coordinate system.
    """
    known, label = False, wanted.file.name
    for frame, scheme in _tables(wanted, taken):
        known = True
        taken.read += len(frame)
        for piece in sorted_pieces(frame, scheme, wanted.land, wanted.credit):
            taken.parts[piece.part] = taken.parts.get(piece.part, 0) + len(piece.frame)
            yield piece
    if not known:
        raise SourceError(
            f"{label}: is neither OpenStreetMap, Geofabrik, 基盤地図情報 nor 国土数値情報 as this knows them; "
            f"say what it is: --as PART, one of {', '.join(PARTS)}"
        )
    if not taken.parts:
        raise SourceError(
            f"{label}: holds nothing for the map in or near the city; is it the extract of the right region?"
        )


def _tables(wanted: Wanted, taken: Taken) -> Iterator[tuple[Any, Scheme]]:
    """Every table of the file that a scheme knows, near the city, in degrees."""
    if wanted.file.suffix.lower() in OSM_FILES:
        yield from _open_street_map(wanted, taken)
        return
    for source in _sources(wanted):
        layer = source.layer or source.path.stem
        columns, crs = _look(source)
        scheme = _own(wanted, columns) if wanted.part else scheme_of(_plain(layer, source.path), columns)
        if scheme is None:
            taken.findings.append(f"{source.label}: {layer} is not a table that this knows; left out")
            continue
        frame = _read(source, scheme, wanted, wanted.crs or crs, taken)
        yield frame, scheme


def _sources(wanted: Wanted) -> Iterator[Source]:
    """Each data set of the file, each layer of a data set that has several."""
    import pyogrio

    several = wanted.file.suffix.lower() in {".gpkg", ".gdb", ".sqlite"}
    if several and wanted.file.exists():
        try:
            layers = [str(name) for name, shape in pyogrio.list_layers(wanted.file) if shape is not None]
        except pyogrio.errors.DataSourceError as error:
            raise SourceError(f"{wanted.file.name}: cannot be read: {error}") from None
        for layer in layers:
            yield Source(wanted.file, f"{wanted.file.name}:{layer}", layer=layer)
        return
    with opened(wanted.file, "*" if zipfile.is_zipfile(wanted.file) else "") as found:
        yield from found


def _plain(layer: str, path: Path) -> str:
    """The table's name: of 基盤地図情報 the feature's, ``WA`` of ``FG-GML-594111-WA-20240101-0001``."""
    parts = path.stem.split("-")
    return parts[3] if layer == path.stem and layer.startswith("FG-GML-") and len(parts) > 3 else layer


def _own(wanted: Wanted, columns: Sequence[str]) -> Scheme:
    """A file of which somebody has said what it is."""
    names = tuple(name for name in _NAMES if name in columns)
    return Scheme(
        "own", "", (Rule(wanted.part),), frozenset(), names=names, readings=("reading",), english=("name_en",)
    )


def _look(source: Source) -> tuple[list[str], str]:
    """Columns and coordinate system, without reading a row."""
    import pyogrio

    suffix = source.path.suffix.lower()
    if suffix in {".parquet", ".geoparquet", ".csv"} or (suffix in {".gml", ".xml"} and is_jpgis(source.path)):
        frame, _ = read_frame(source)
        return [str(name) for name in frame.columns], str(frame.crs or "")
    try:
        found = pyogrio.read_info(source.path, layer=source.layer, encoding=source.encoding)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError, OSError) as error:
        raise SourceError(f"{source.label}: cannot be read: {error}") from None
    return [str(name) for name in found["fields"]], str(found["crs"] or "")


def _read(source: Source, scheme: Scheme, wanted: Wanted, crs: str, taken: Taken) -> Any:
    """The rows near the city, moved to degrees. The box is asked of the reader only where it is in degrees, too."""
    import pyogrio

    suffix = source.path.suffix.lower()
    if suffix in {".parquet", ".geoparquet", ".csv"} or (suffix in {".gml", ".xml"} and is_jpgis(source.path)):
        frame, complaints = read_frame(source)
        taken.findings += complaints
        return _near(frame, wanted, crs, source.label, taken)
    columns = [name for name in scheme.columns if name in _look(source)[0]]
    asked = {"layer": source.layer, "columns": columns, "on_invalid": "ignore", "encoding": source.encoding}
    try:
        with warnings.catch_warnings(record=True) as complaints_:
            warnings.simplefilter("always")
            frame = pyogrio.read_dataframe(source.path, datetime_as_string=True, bbox=_box(wanted.land, crs), **asked)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError, OSError) as error:
        raise SourceError(f"{source.label}: cannot be read: {error}") from None
    taken.findings += dict.fromkeys(str(one.message) for one in complaints_)
    return _near(frame, wanted, crs, source.label, taken)


def _open_street_map(wanted: Wanted, taken: Taken) -> Iterator[tuple[Any, Scheme]]:
    """Points, lines and areas, each in one pass; only what a rule may want is built up by the driver."""
    import pyogrio

    if not wanted.file.is_file():
        raise SourceError(f"{wanted.file}: there is no such file")
    for scheme in OSM:
        (layer,) = scheme.layers
        filled = " OR ".join(f'"{column}" IS NOT NULL' for column in dict.fromkeys(r.column for r in scheme.rules))
        try:
            frame = pyogrio.read_dataframe(
                wanted.file,
                sql=f"SELECT * FROM {layer} WHERE {filled}",  # noqa: S608 - of our own table
                bbox=wanted.land.bounds,
                on_invalid="ignore",
                CONFIG_FILE=str(_OSM_TAGS),
            )
        except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError, OSError) as error:
            raise SourceError(f"{wanted.file.name}: cannot be read as OpenStreetMap: {error}") from None
        yield _near(frame, wanted, f"EPSG:{DEGREES}", wanted.file.name, taken), scheme


def _box(land: BaseGeometry, crs: str) -> tuple[float, float, float, float] | None:
    """The land's box for a file in degrees; of another system the whole file is read and cut afterwards."""
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        degrees = bool(crs) and CRS.from_user_input(crs).is_geographic
    except CRSError:
        return None  # told by who moves it
    west, south, east, north = land.bounds
    return (west, south, east, north) if degrees else None


def _near(frame: Any, wanted: Wanted, crs: str, label: str, taken: Taken) -> Any:
    """Rows that touch the land. A box around Japan that holds nothing may still be a wrong system: that is said."""
    if not hasattr(frame, "geometry"):
        raise SourceError(f"{label}: holds no geometries")
    shapes = np.asarray(frame.geometry.values)
    if not crs:
        raise CrsError(f"{label}: no coordinate system; say the one of the data's documentation: --crs EPSG:6668")
    moved = to_jgd2011(shapes, crs, label)
    taken.findings += [one for one in moved.findings if one not in taken.findings]
    land = wanted.land
    shapely.prepare(land)
    near = ~shapely.is_missing(moved.geometries) & shapely.intersects(moved.geometries, land)
    return frame[near].set_geometry(moved.geometries[near], crs=DEGREES)
