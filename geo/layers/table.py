"""Tables of places (.csv): longitude and latitude in columns, or codes of the regional mesh."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from geo.crs import DEGREES
from geo.mesh import MeshError, cell_of

_LON = ("経度", "lon", "lng", "longitude")
_LAT = ("緯度", "lat", "latitude")
_MESH = ("mesh_id", "mesh3", "mesh", "meshcode", "mesh_code", "key_code", "メッシュコード", "地域メッシュコード")


def read_table(path: Path) -> Any:
    """The table as a GeoDataFrame in JGD2011 degrees, every value as text; UTF-8 or CP932.

    A row whose place cannot be read has no geometry. Raises ValueError for a file that is no table or has no column
    of places, with the columns found.
    """
    import geopandas

    try:
        content = _text(path)
        rows = list(csv.DictReader(io.StringIO(content), strict=True, delimiter=_delimiter(content)))
    except csv.Error as error:
        raise ValueError(f"no table: {error}") from None
    if not rows:
        raise ValueError("the table holds no rows")
    columns = [column for column in rows[0] if column]
    lon, lat, mesh = (_column(columns, names) for names in (_LON, _LAT, _MESH))
    if lon and lat:
        places = [_point(row, lon, lat) for row in rows]
    elif mesh:
        places = [_square(row, mesh) for row in rows]
    else:
        raise ValueError(
            f"the table holds no places: it needs {' or '.join(_LON)} with {' or '.join(_LAT)}, "
            f"or mesh codes in {' or '.join(_MESH)}; columns found: {', '.join(columns)}"
        )
    values = [{column: row.get(column) for column in columns} for row in rows]
    return geopandas.GeoDataFrame(values, geometry=places, crs=DEGREES)


def _text(path: Path) -> str:
    content = path.read_bytes()
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue  # the next one, or none
    raise ValueError("the text is neither UTF-8 nor CP932")


def _delimiter(content: str) -> str:
    """What parts the columns: a comma, or what a spreadsheet takes where the first line has none."""
    head = content.partition("\n")[0]
    return next((mark for mark in (",", "\t", ";") if mark in head), ",")


def _column(columns: list[str], names: tuple[str, ...]) -> str | None:
    return next((column for name in names for column in columns if column.strip().lower() == name), None)


def _point(row: Mapping[str, str | None], lon: str, lat: str) -> BaseGeometry | None:
    try:
        return shapely.Point(float(row[lon] or ""), float(row[lat] or ""))
    except ValueError:
        return None


def _square(row: Mapping[str, str | None], mesh: str) -> BaseGeometry | None:
    try:
        return cell_of(row[mesh] or "").polygon
    except MeshError:
        return None
