"""Open a hazard map however it was delivered: bare or zipped, CP932 or UTF-8, one data set or several."""

from __future__ import annotations

import fnmatch
import re
import tempfile
import warnings
import zipfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import shapely

from geo.layers.archive import SourceError, unpacked
from geo.layers.dbf import named_encoding, text_encoding
from geo.layers.jpgis import is_jpgis, read_jpgis
from geo.layers.osm import OSM, with_tags
from geo.layers.table import read_table

_CONTAINERS = (".gpkg", ".gml", ".kml", *OSM)  # may hold several layers
_PEEK = 1 << 16  # bytes
_NAMED = re.compile(rb'"crs"\s*:\s*\{[^{}]*"properties"\s*:\s*\{\s*"name"\s*:\s*"([^"]*)"')
_CODED = re.compile(r"(EPSG|ESRI|crs)(:|/).*[0-9]{4,6}$|CRS84", re.IGNORECASE)
_TABLE = "a table names no coordinate system; its places are read as JGD2011"


@dataclass(frozen=True, slots=True)
class Source:
    """One data set, ready to be read."""

    path: Path
    label: str  # how errors call it
    findings: tuple[str, ...] = ()
    encoding: str | None = None
    layer: str | None = None  # of a file that holds several


@contextmanager
def opened(file: Path, member: str = "") -> Iterator[list[Source]]:
    """The data set in ``file``; of a zip or a GeoPackage with several, the one named ``member``.

    One data set, unless ``member`` is a pattern (``A31a-20-*``): several kinds must not end in one layer, and the
    rivers of one kind should not need forty imports. Raises :class:`SourceError`.
    """
    if not file.is_file():
        raise SourceError(f"{file}: there is no such file")
    if not zipfile.is_zipfile(file):
        yield [_source(file, file.name, member)]
        return
    with tempfile.TemporaryDirectory() as folder:
        sets = unpacked(file, Path(folder))
        if len(sets) == 1 and not fnmatch.filter(sets, member):  # then it may be a layer's name
            (only,) = sets.values()
            yield [_source(only, f"{file.name}:{only.name}", member)]
            return
        names = sorted(fnmatch.filter(sets, member)) or [_choice(sets, member, file.name)]
        yield [_source(sets[name], f"{file.name}:{sets[name].name}", "") for name in names]


def read_frame(source: Source) -> tuple[Any, tuple[str, ...]]:
    """The data set as a GeoDataFrame, and what its reader complains of.

    Broken geometries come as None, dates as text. Raises :class:`SourceError`.
    """
    import geopandas
    import pyogrio

    pyogrio.set_gdal_config_options({"OGR_GEOJSON_MAX_OBJ_SIZE": 0})  # the Tone alone is over the default 200 MB
    unreadable = (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError, IndexError, OSError)
    damaged = (shapely.errors.GEOSException, UnboundLocalError)  # the last: pyogrio over a .prj that is none
    try:
        with warnings.catch_warnings(record=True) as complaints:
            warnings.simplefilter("always")
            frame = _read(source)
    except (*unreadable, *damaged) as error:
        reason = "it holds no layer" if isinstance(error, IndexError) else error
        reason = f"{error}; save it as UTF-8" if isinstance(error, UnicodeDecodeError) else reason
        raise SourceError(f"{source.label}: cannot be read: {reason}") from None
    if not isinstance(frame, geopandas.GeoDataFrame):
        raise SourceError(f"{source.label}: holds no geometries")
    return frame, tuple(dict.fromkeys(str(one.message) for one in complaints))


def _read(source: Source) -> Any:
    import geopandas
    import pyogrio

    suffix = source.path.suffix.lower()
    if suffix in {".geojson", ".json"}:
        _check_named_crs(source.path)
    if suffix in {".parquet", ".geoparquet"}:
        return geopandas.read_parquet(source.path)
    if suffix == ".csv":
        return read_table(source.path)
    if suffix in {".gml", ".xml"} and is_jpgis(source.path):
        return read_jpgis(source.path)
    frame = pyogrio.read_dataframe(
        source.path, layer=source.layer, on_invalid="ignore", datetime_as_string=True, encoding=source.encoding
    )
    return with_tags(frame) if suffix in OSM else frame


def _check_named_crs(path: Path) -> None:
    """A GeoJSON may name its system, at its head or at its end. One that nobody knows would be read as WGS 84.

    Raises ValueError for such a name, and for UTF-16.
    """
    with path.open("rb") as file:
        ends = file.read(_PEEK)
        file.seek(max(0, path.stat().st_size - _PEEK))
        ends += file.read()
    if ends.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ValueError("its texts are UTF-16; save it as UTF-8")
    for found in _NAMED.finditer(ends):
        name = found[1].decode("utf-8", errors="replace")
        if not _CODED.search(name):  # the reader knows codes alone; of Tokyo it would not say a word
            raise ValueError(f"its coordinate system {name[:60]!r} is not known; name it by its EPSG code")


def _source(path: Path, label: str, layer: str) -> Source:
    suffix = path.suffix.lower()
    plain = Source(path, label, (_TABLE,) if suffix == ".csv" else ())
    found = _shapefile(path, label) if suffix == ".shp" else plain
    layers = _layers(path) if suffix in _CONTAINERS else []
    if len(layers) > 1:
        return replace(found, layer=_choice(layers, layer, label))
    if layer and layer not in {path.stem, *layers}:
        raise SourceError(f"{label}: holds no {layer!r}; it holds one data set, and needs no --member")
    return found


def _choice(names: Collection[str], member: str, label: str) -> str:
    if member in names:
        return member
    listed = " | ".join(sorted(names))
    if member:
        raise SourceError(f"{label}: holds no {member!r}; choose --member {listed}")
    if len(names) == 1:
        return next(iter(names))
    raise SourceError(f"{label}: holds several data sets; import them one by one: --member {listed}")


def _layers(path: Path) -> list[str]:
    """The layers with geometries; none where the file cannot be read, which its reader then tells."""
    import pyogrio

    try:
        return [str(name) for name, geometry in pyogrio.list_layers(path) if geometry is not None]
    except pyogrio.errors.DataSourceError:
        return []


def _shapefile(path: Path, label: str) -> Source:
    """All of its files must be there; upper-case names are as good. Texts without a .cpg are looked at."""
    siblings = {one.suffix.lower(): one for one in path.parent.iterdir() if one.stem == path.stem}
    missing = [suffix for suffix in (".shx", ".dbf") if suffix not in siblings]
    if missing:
        raise SourceError(f"{path.stem}{missing[0]} is missing beside {label}; deliver all files of the Shapefile")
    told = siblings[".cpg"].read_text(encoding="utf-8-sig", errors="replace").strip() if ".cpg" in siblings else ""
    encoding = text_encoding(siblings[".dbf"].read_bytes(), told)
    if encoding is None:
        return Source(path, label)
    if not told:
        return Source(path, label, (f"no .cpg beside the Shapefile; its texts read as {encoding}",), encoding)
    other = named_encoding(told) != encoding
    finding = (f"the .cpg says {told}, the texts are {encoding} and were read as that",) if other else ()
    return Source(path, label, finding, encoding)
