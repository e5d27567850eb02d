"""Zips as the ministries pack them: names in CP932, backslashes, one data set in several formats, or several."""

from __future__ import annotations

import shutil
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

# the same data set in several formats: the first of these is read
FORMATS = (".geojson", ".json", ".gpkg", ".fgb", ".parquet", ".geoparquet", ".shp", ".gml", ".kml", ".xml", ".csv")
_BESIDE = (".xml", ".csv")  # in a zip mostly metadata and lists beside the data
_LIMIT = 4 * 2**30  # bytes unpacked; the largest prefecture's zip is far smaller


class SourceError(ValueError):
    """The file cannot be opened, or holds nothing that can be used."""


def unpacked(file: Path, folder: Path) -> Mapping[str, Path]:
    """The data sets of a zip by name, unpacked under ``folder``. Raises :class:`SourceError`.

    A name is the file's stem; with its folder before it where two folders hold the same.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            found = _with_inner(_unpack(archive, folder, file.name), folder, file.name)
    except (zipfile.BadZipFile, zlib.error, RuntimeError, OSError, EOFError) as error:  # damaged, cut off, encrypted
        raise SourceError(f"{file.name}: cannot be unpacked: {error}") from None
    sets = _sets(found)
    if not sets:
        raise SourceError(f"{file.name}: holds none of {', '.join(FORMATS)}")
    return sets


def _with_inner(found: list[Path], folder: Path, label: str) -> list[Path]:
    """The files, and instead of each zip among them what is in it: prefectures pack one for each river or town."""
    inner = [path for path in found if path.suffix.lower() == ".zip"]
    plain = [path for path in found if path not in inner]
    for number, path in enumerate(inner):
        room = folder / path.stem
        room = folder / f"{path.stem}_{number}" if room.exists() else room
        room.mkdir()
        with zipfile.ZipFile(path) as archive:
            plain += _unpack(archive, room, f"{label}:{path.name}", _LIMIT - sum(one.stat().st_size for one in plain))
    return plain


def _unpack(archive: zipfile.ZipFile, folder: Path, label: str, limit: int = _LIMIT) -> list[Path]:
    """Every member under ``folder``, one directory deep, its name decoded; never outside it."""
    members = [info for info in archive.infolist() if not info.is_dir()]
    if sum(info.file_size for info in members) > limit:
        raise SourceError(f"{label}: unpacks to more than {_LIMIT >> 30} GiB; unpack it and give the one file")
    found = []
    for info in members:
        name = PurePosixPath(_member_name(info))
        if name.name.startswith(".") or not name.name or "__MACOSX" in name.parts:
            continue  # what a desktop leaves in a zip, or the name of no file
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


def _sets(files: list[Path]) -> dict[str, Path]:
    """Each data set once, in its best format. The ministry's twin folders UTF-8 and Shift-JIS hold the same."""
    data = [path for path in files if path.suffix.lower() in FORMATS and not path.stem.upper().startswith("KS-META")]
    data = [
        path for path in data if path.suffix.lower() not in _BESIDE
    ] or data  # GML and tables only for want of better
    if any("UTF-8" in path.parent.name.upper() for path in data):
        data = [path for path in data if "JIS" not in path.parent.name.upper()]
    folders = {stem: {path.parent.name for path in data if path.stem == stem} for stem in {p.stem for p in data}}
    sets: dict[str, Path] = {}
    for path in sorted(data, key=_preference):
        name = path.stem if len(folders[path.stem]) == 1 else f"{path.parent.name}/{path.stem}"
        sets.setdefault(name, path)
    return sets


def _preference(path: Path) -> tuple[int, str]:
    return FORMATS.index(path.suffix.lower()), str(path)
