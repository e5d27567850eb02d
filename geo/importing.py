"""Bring a hazard map into the house: read, recognise, repair, explode, write as FlatGeobuf with a note beside it.

A file is imported once and served from memory afterwards. Nothing is dropped silently: every feature is written or
counted as refused with the reason.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from geo.crs import DEGREES, to_jgd2011
from geo.ksj import CREDITS, Facts, Schema, UnreadableError, recognise
from geo.source import SourceError, opened, read_frame

_NAME = re.compile(r"[\w-]{1,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is to be imported, and how."""

    file: Path
    kind: str
    imported_at: datetime
    name: str = ""  # empty: from the file's name
    mapping: Mapping[str, str] = field(default_factory=dict)  # fact → column
    member: str = ""  # which data set of a zip
    credit: str = ""  # empty: what the kind's usual source asks for


@dataclass(slots=True)
class _Tally:
    """What became of the features."""

    facts: list[Facts] = field(default_factory=list)
    polygons: list[BaseGeometry] = field(default_factory=list)
    repaired: int = 0
    refused: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))


def import_layer(request: Request, folder: Path) -> dict[str, Any]:
    """Write ``folder/NAME.fgb`` and ``folder/NAME.json``, replacing a layer of that name; returns the report.

    Raises :class:`~geo.source.SourceError`, :class:`~geo.crs.CrsError` or :class:`~geo.ksj.SchemaError`; then nothing
    has changed.
    """
    name = request.name or re.sub(r"[^\w-]+", "_", request.file.name.partition(".")[0]).lower()
    if not _NAME.fullmatch(name):
        raise SourceError(f"{name!r} cannot be a layer's name; use letters, digits, _ and -, at most 64: --name NAME")
    with opened(request.file, request.member) as source:
        frame = read_frame(source)
        moved = to_jgd2011(frame.geometry.to_numpy(), frame.crs, source.label)
        columns = [column for column in frame.columns if column != frame.geometry.name]
        schema = recognise(request.kind, columns, request.mapping)
        tally = _sort_out(moved.geometries, frame[columns].to_dict("records"), schema)
    report = {
        "layer": name,
        "kind": request.kind,
        "schema": schema.name,
        "columns": dict(schema.columns),
        "read": len(moved.geometries),
        "repaired": tally.repaired,
        "refused": [
            {"reason": reason, "count": len(rows), "features": rows[:10]} for reason, rows in tally.refused.items()
        ],
        "written": len(tally.polygons),
        "crs": {"from": moved.crs_from, "to": f"EPSG:{DEGREES}"},
        "findings": [*source.findings, *moved.findings],
    }
    if not tally.polygons:
        raise SourceError(f"{source.label}: no usable polygon among {report['read']} features: {report['refused']}")
    _write(folder, name, tally, _about(request, name, report))
    return report


def _sort_out(geometries: Any, rows: list[dict[str, Any]], schema: Schema) -> _Tally:
    """Each feature to its polygons, or to the reason why not. Features are counted from 1, as people do."""
    tally = _Tally()
    for i, (geometry, row) in enumerate(zip(geometries, rows, strict=True), 1):
        try:
            facts = schema.facts(row)
            polygons, repaired = _polygons(geometry)
        except UnreadableError as error:
            tally.refused[str(error)].append(i)
            continue
        tally.repaired += repaired
        tally.polygons += polygons
        tally.facts += [facts] * len(polygons)
    return tally


def _polygons(geometry: BaseGeometry | None) -> tuple[list[BaseGeometry], bool]:
    """The single polygons of a geometry, made valid; and whether that needed repair."""
    if geometry is None or geometry.is_empty:
        raise UnreadableError("no geometry, or one that cannot be read")
    if geometry.geom_type not in {"Polygon", "MultiPolygon", "GeometryCollection"}:
        raise UnreadableError(f"a {geometry.geom_type} is no area")
    flat = shapely.force_2d(geometry)
    try:
        valid = flat if shapely.is_valid(flat) else shapely.make_valid(flat, method="structure", keep_collapsed=False)
    except shapely.errors.GEOSException as error:
        raise UnreadableError(f"polygon beyond repair: {error}") from None
    single = [part for part in _parts(valid) if part.geom_type == "Polygon" and part.area > 0]
    if not single:
        raise UnreadableError("no area is left after repair")
    return single, valid is not flat


def _parts(geometry: BaseGeometry) -> Iterator[BaseGeometry]:
    for part in shapely.get_parts(geometry):
        if part.geom_type in {"MultiPolygon", "GeometryCollection"}:
            yield from _parts(part)
        else:
            yield part


def _about(request: Request, name: str, report: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": name,
        "kind": request.kind,
        "source": request.file.name,
        "member": request.member,
        "sha256": sha256(request.file.read_bytes()).hexdigest(),
        "credit": request.credit or CREDITS[request.kind],
        "imported_at": request.imported_at.isoformat(),
        "report": dict(report),
    }


def _write(folder: Path, name: str, tally: _Tally, about: Mapping[str, Any]) -> None:
    """Both files aside first, so that a reader never meets half a layer."""
    import geopandas

    folder.mkdir(parents=True, exist_ok=True)
    frame = geopandas.GeoDataFrame(tally.facts, geometry=tally.polygons, crs=DEGREES)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".importing-") as aside:
        layer, note = Path(aside, f"{name}.fgb"), Path(aside, f"{name}.json")
        frame.to_file(layer, driver="FlatGeobuf", engine="pyogrio")  # packed in Hilbert order by the format
        note.write_text(json.dumps(about, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        layer.replace(folder / layer.name)
        note.replace(folder / note.name)
