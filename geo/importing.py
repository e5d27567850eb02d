"""Bring a hazard map into the house: read, recognise, repair, explode, write as FlatGeobuf with a note beside it.

A file is imported once and served from memory afterwards. Nothing is dropped silently: every feature is written or
counted as refused with the reason.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from shapely.geometry.base import BaseGeometry

from geo.attributes import UnreadableError, text
from geo.crs import DEGREES, CrsError, Moved, to_jgd2011
from geo.recognise import recognise
from geo.repair import zones_of
from geo.schema import Facts, Fitted
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
    origin: Mapping[str, str] = field(default_factory=dict)  # where and when it was fetched, under which licence
    crs: str = ""  # of a file that names none, as somebody knows it: EPSG:4612


@dataclass(slots=True)
class _Tally:
    """What became of the features."""

    facts: list[Facts] = field(default_factory=list)
    zones: list[BaseGeometry] = field(default_factory=list)
    repaired: int = 0
    respelled: int = 0  # codes that had lost their leading zeros, or bore a check digit
    refused: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))


def import_layer(request: Request, folder: Path) -> dict[str, Any]:
    """Write ``folder/NAME.fgb`` and ``folder/NAME.json``, replacing a layer of that name; returns the report.

    Raises :class:`~geo.source.SourceError`, :class:`~geo.crs.CrsError` or :class:`~geo.recognise.SchemaError`; then
    nothing has changed.
    """
    name = request.name or re.sub(r"[^\w-]+", "_", request.file.name.partition(".")[0]).lower()
    if not _NAME.fullmatch(name):
        raise SourceError(f"{name!r} cannot be a layer's name; use letters, digits, _ and -, at most 64: --name NAME")
    with opened(request.file, request.member) as source:
        frame = read_frame(source)
        moved = _moved(frame, request.crs, source.label)
        columns = [column for column in frame.columns if column != frame.geometry.name]
        schema = recognise(request.kind, columns, request.mapping)
        tally = _sort_out(moved.geometries, frame[columns].to_dict("records"), schema)
    respelled = [f"{tally.respelled} codes in {schema.columns.get('code')} spelled anew, as the standard has them"]
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
        "written": len(tally.zones),
        "crs": {"from": moved.crs_from, "to": f"EPSG:{DEGREES}"},
        "findings": [*source.findings, *moved.findings, *(respelled if tally.respelled else [])],
    }
    if not tally.zones:
        shape = schema.kind.shape.value
        raise SourceError(f"{source.label}: no usable {shape} among {report['read']} features: {report['refused']}")
    _write(folder, name, tally, _about(request, name, schema, report))
    return report


def _moved(frame: Any, crs: str, label: str) -> Moved:
    if not crs:
        return to_jgd2011(frame.geometry.to_numpy(), frame.crs, label)
    if frame.crs is not None:
        raise CrsError(f"{label}: names its coordinate system itself ({frame.crs.name}); leave --crs out")
    moved = to_jgd2011(frame.geometry.to_numpy(), crs, label)
    return Moved(
        moved.geometries, moved.crs_from, (f"no coordinate system in the file; {crs} by --crs", *moved.findings)
    )


def _sort_out(geometries: Any, rows: list[dict[str, Any]], schema: Fitted) -> _Tally:
    """Each feature to its zones, or to the reason why not. Features are counted from 1, as people do."""
    tally = _Tally()
    for i, (geometry, row) in enumerate(zip(geometries, rows, strict=True), 1):
        try:
            facts = schema.facts(row)
            zones, repaired = zones_of(geometry, schema.kind.shape)
        except UnreadableError as error:
            tally.refused[str(error)].append(i)
            continue
        tally.repaired += repaired
        tally.respelled += "code" in facts and facts["code"] != text(row.get(schema.columns.get("code", "")))
        tally.zones += zones
        tally.facts += [facts] * len(zones)
    return tally


def _about(request: Request, name: str, schema: Fitted, report: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": name,
        "kind": request.kind,
        "source": request.file.name,
        "member": request.member,
        "sha256": sha256(request.file.read_bytes()).hexdigest(),
        "credit": request.credit or schema.kind.credit,
        "imported_at": request.imported_at.isoformat(),
        "origin": dict(request.origin),
        "report": dict(report),
    }


def _write(folder: Path, name: str, tally: _Tally, about: Mapping[str, Any]) -> None:
    """Both files aside first, so that a reader never meets half a layer."""
    import geopandas

    folder.mkdir(parents=True, exist_ok=True)
    frame = geopandas.GeoDataFrame(tally.facts, geometry=tally.zones, crs=DEGREES)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".importing-") as aside:
        layer, note = Path(aside, f"{name}.fgb"), Path(aside, f"{name}.json")
        frame.to_file(layer, driver="FlatGeobuf", engine="pyogrio")  # packed in Hilbert order by the format
        note.write_text(json.dumps(about, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        layer.replace(folder / layer.name)
        note.replace(folder / note.name)
