"""Open a hazard map however it was delivered: bare or zipped, CP932 or UTF-8, one data set or several."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from geo.jpgis import is_jpgis, read_jpgis
from geo.table import read_table

# the same data set in several formats: the first of these is read
FORMATS = (".geojson", ".json", ".gpkg", ".fgb", ".parquet", ".geoparquet", ".shp", ".gml", ".xml", ".csv")
_BESIDE = (".xml", ".csv")  # in a zip mostly metadata and lists beside the data
_LIMIT = 4 * 2**30  # bytes unpacked; the largest prefecture's zip is far smaller


class SourceError(ValueError):
    """The file cannot be opened, or holds nothing that can be used."""


@dataclass(frozen=True, slots=True)
class Source:
    """One data set, ready to be read."""

    path: Path
    label: str  # how errors call it
    findings: tuple[str, ...] = ()
    encoding: str | None = None


@contextmanager
def opened(file: Path, member: str = "") -> Iterator[Source]:
    """The data set in ``file``; of a zip with several, the one named ``member``. Raises :class:`SourceError`."""
    if not file.is_file():
        raise SourceError(f"{file}: there is no such file")
    if not zipfile.is_zipfile(file):
        yield _source(file, file.name)
        return
    with tempfile.TemporaryDirectory() as folder:
        try:
            found = _unpack(file, Path(folder))
        except (
            zipfile.BadZipFile,
            RuntimeError,
            OSError,
            EOFError,
            zlib.error,
        ) as error:  # encrypted, cut off, damaged
            raise SourceError(f"{file.name}: cannot be unpacked: {error}") from None
        chosen = _choose(found, member, file.name)
        yield _source(chosen, f"{file.name}:{chosen.name}")


def read_frame(source: Source) -> Any:
    """The data set as a GeoDataFrame; broken geometries come as None, dates as text. Raises :class:`SourceError`."""
    import geopandas
    import pyogrio

    suffix = source.path.suffix.lower()
    pyogrio.set_gdal_config_options({"OGR_GEOJSON_MAX_OBJ_SIZE": 0})  # the Tone alone is over the default 200 MB
    try:
        if suffix in {".parquet", ".geoparquet"}:
            frame = geopandas.read_parquet(source.path)
        elif suffix == ".csv":
            frame = read_table(source.path)
        elif suffix in {".gml", ".xml"} and is_jpgis(source.path):
            frame = read_jpgis(source.path)
        else:
            frame = pyogrio.read_dataframe(
                source.path, on_invalid="ignore", datetime_as_string=True, encoding=source.encoding
            )
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError, IndexError, OSError) as error:
        raise SourceError(f"{source.label}: cannot be read as {', '.join(FORMATS)}: {error}") from None
    if not isinstance(frame, geopandas.GeoDataFrame):
        raise SourceError(f"{source.label}: holds no geometries")
    return frame


def _source(path: Path, label: str) -> Source:
    if path.suffix.lower() == ".csv":
        return Source(path, label, ("a table names no coordinate system; its places are read as JGD2011",))
    if path.suffix.lower() != ".shp":
        return Source(path, label)
    if path.with_suffix(".cpg").exists() or path.with_suffix(".CPG").exists():
        return Source(path, label)
    encoding = _dbf_encoding(path.with_suffix(".dbf"))
    return Source(path, label, (f"no .cpg beside the Shapefile; its texts read as {encoding}",), encoding)


def _dbf_encoding(path: Path) -> str:
    """UTF-8 where all records are, else CP932, which the national data use."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise SourceError(f"{path.name} is missing beside the Shapefile; deliver all of its files") from None
    header = int.from_bytes(content[8:10], "little")
    try:
        content[header:].decode("utf-8")
    except UnicodeDecodeError:
        return "CP932"
    return "UTF-8"


def _unpack(file: Path, folder: Path) -> list[Path]:
    """Every member under ``folder``, one directory deep, its name decoded; never outside it."""
    found = []
    with zipfile.ZipFile(file) as archive:
        members = [info for info in archive.infolist() if not info.is_dir()]
        if sum(info.file_size for info in members) > _LIMIT:
            raise SourceError(f"{file.name}: unpacks to more than {_LIMIT >> 30} GiB; unpack it and give the one file")
        for info in members:
            name = PurePosixPath(_member_name(info))
            if name.name in {"", ".", ".."}:
                continue  # names no file
            target = folder / str(name.parent).replace("/", "_").replace(".", "_") / name.name
            target.parent.mkdir(exist_ok=True)
            with archive.open(info) as packed, target.open("wb") as plain:
                shutil.copyfileobj(packed, plain)
            found.append(target)
    return found


def _member_name(info: zipfile.ZipInfo) -> str:
    """The member's name with slashes; without the UTF-8 flag the national zips mean CP932."""
    name = info.filename
    if not info.flag_bits & 0x800:
        try:
            name = name.encode("cp437").decode("cp932")
        except UnicodeError:
            name = info.filename
    return name.replace("\\", "/").lstrip("/")


def _choose(files: list[Path], member: str, label: str) -> Path:
    """One data set, never two: several kinds must not end in one layer."""
    by_stem: dict[str, Path] = {}
    for path in sorted(files, key=_preference):
        if path.suffix.lower() in FORMATS and not path.stem.upper().startswith("KS-META"):
            by_stem.setdefault(path.stem, path)
    # Only where nothing else is there may .xml be the data (GML).
    data = {stem: path for stem, path in by_stem.items() if path.suffix.lower() not in _BESIDE}
    by_stem = data or by_stem
    if member:
        if member not in by_stem:
            raise SourceError(f"{label}: holds no {member!r}; choose --member from {', '.join(sorted(by_stem))}")
        return by_stem[member]
    if len(by_stem) == 1:
        return next(iter(by_stem.values()))
    if not by_stem:
        raise SourceError(f"{label}: holds none of {', '.join(FORMATS)}")
    raise SourceError(
        f"{label}: holds several data sets; import them one by one: --member {' | '.join(sorted(by_stem))}"
    )


def _preference(path: Path) -> tuple[int, str]:
    suffix = path.suffix.lower()
    return (FORMATS.index(suffix) if suffix in FORMATS else len(FORMATS), str(path))
