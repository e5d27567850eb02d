"""Bring a hazard map into the house: read, recognise, repair, explode, write as FlatGeobuf with a note beside it.

A file is imported once and served from memory afterwards. Nothing is dropped silently: every feature is written or
counted as refused with the reason.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.crs import DEGREES, CrsError, Moved, to_jgd2011
from geo.layers.archive import SourceError
from geo.layers.kinds.registry import KINDS
from geo.layers.recognise import recognise
from geo.layers.schema import Fitted
from geo.layers.source import Source, opened, read_frame
from geo.layers.tally import Tally

_NAME = re.compile(r"[\w-]{1,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is to be imported, and how."""

    file: Path
    kind: str
    imported_at: datetime
    name: str = ""  # empty: from the file's name
    mapping: Mapping[str, str] = field(default_factory=dict)  # fact → column
    facts: Mapping[str, str] = field(default_factory=dict)  # fact → value, of all features where the file is silent
    member: str = ""  # which data set of a zip; a pattern takes all that fit, such as A31a-20-*
    credit: str = ""  # empty: what the kind's usual source asks for
    origin: Mapping[str, str] = field(default_factory=dict)  # where and when it was fetched, under which licence
    within: BaseGeometry | None = None  # in degrees; what lies outside is left out and counted
    crs: str = ""  # of a file that names none, as somebody knows it: EPSG:4612


def import_layer(request: Request, folder: Path) -> dict[str, Any]:
    """Write ``folder/NAME.fgb`` and ``folder/NAME.json``, replacing a layer of that name; returns the report.

    Raises :class:`~geo.layers.archive.SourceError`, :class:`~geo.crs.CrsError` or
    :class:`~geo.layers.recognise.SchemaError`; then nothing has changed.
    """
    name = request.name or re.sub(r"[^\w-]+", "_", request.file.name.partition(".")[0]).lower()
    if not _NAME.fullmatch(name):
        raise SourceError(f"{name!r} cannot be a layer's name; use letters, digits, _ and -, at most 64: --name NAME")
    tally = Tally()
    with opened(request.file, request.member) as sources:
        for source in sources:
            _take(source, request, tally)
    schema = tally.schema
    if schema is not None and not (request.credit or schema.credit):
        tally.note(("the file does not tell its source: say with --credit whom to name",))
    report = {"layer": name, "kind": request.kind, **_told(tally)}
    if schema is None or not tally.zones:
        shape = KINDS[request.kind].shape.value
        raise SourceError(f"{request.file.name}: no usable {shape} among {tally.read} features: {report['refused']}")
    _write(folder, name, tally, _about(request, name, schema, report))
    return report


def _take(source: Source, request: Request, tally: Tally) -> None:
    """One data set more. Raises as :func:`import_layer`; of another schema than the ones before, SourceError."""
    frame, complaints = read_frame(source)
    moved = _moved(frame, request.crs, source.label)
    columns = [column for column in frame.columns if column != frame.geometry.name]
    schema = recognise(request.kind, columns, request.mapping, request.facts)
    if tally.schema is not None and tally.schema.name != schema.name:
        raise SourceError(
            f"{source.label} is {schema.name}, others {tally.schema.name}: two questions do not go into one layer"
        )
    tally.schema = schema
    tally.note(source.findings, complaints, moved.findings, filter(None, (schema.caution,)))
    tally.crs += [] if moved.crs_from in tally.crs else [moved.crs_from]
    near = _near(moved.geometries, request.within)
    tally.outside += int((~near).sum())
    tally.sort_out(moved.geometries, frame[columns].to_dict("records"), near)


def _near(geometries: NDArray[Any], within: BaseGeometry | None) -> NDArray[np.bool_]:
    """Which features' boxes touch the land that is wanted; those without a geometry are looked at later."""
    if within is None:
        return np.ones(len(geometries), dtype=bool)
    boxes = shapely.box(*shapely.bounds(geometries).T)
    shapely.prepare(within)
    return np.asarray(shapely.is_missing(boxes) | shapely.is_empty(geometries) | shapely.intersects(within, boxes))


def _told(tally: Tally) -> dict[str, Any]:
    schema = tally.schema
    code = schema.columns.get("code", "") if schema else ""
    respelled = [f"{tally.respelled} codes in {code} spelled anew, as the standard has them"] if tally.respelled else []
    return {
        "schema": schema.name if schema else None,
        "columns": dict(schema.columns) if schema else {},
        "sets": tally.sets,
        "read": tally.read,
        "outside": tally.outside,
        "repaired": tally.repaired,
        "refused": [
            {"reason": reason, "count": len(rows), "features": rows[:10]} for reason, rows in tally.refused.items()
        ],
        "written": len(tally.zones),
        "crs": {"from": ", ".join(tally.crs), "to": f"EPSG:{DEGREES}"},
        "findings": [*tally.findings, *respelled],
    }


def _moved(frame: Any, crs: str, label: str) -> Moved:
    if not crs:
        return to_jgd2011(frame.geometry.to_numpy(), frame.crs, label)
    if frame.crs is not None:
        raise CrsError(f"{label}: names its coordinate system itself ({frame.crs.name}); leave --crs out")
    moved = to_jgd2011(frame.geometry.to_numpy(), crs, label)
    finding = f"no coordinate system in the file; {crs} by --crs"
    return Moved(moved.geometries, moved.crs_from, (finding, *moved.findings))


def _about(request: Request, name: str, schema: Fitted, report: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": name,
        "kind": request.kind,
        "source": request.file.name,
        "member": request.member,
        "told": dict(request.facts),
        "sha256": sha256(request.file.read_bytes()).hexdigest(),
        "credit": request.credit or schema.credit,
        "imported_at": request.imported_at.isoformat(),
        "origin": dict(request.origin),
        "report": dict(report),
    }


def _write(folder: Path, name: str, tally: Tally, about: Mapping[str, Any]) -> None:
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
