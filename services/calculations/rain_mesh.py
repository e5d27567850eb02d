"""``rain_mesh``: hourly rain of gauges spread over the regional mesh, with its error."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import TypeAlias

import shapely

from feeds.japan import JAPAN
from geo.mesh import Cell, MeshError, cells_over
from geo.rain.gauges import GaugeMesh, RainGauge
from services.calculations import table
from services.calculations.table import InputError, Row

_MOST = 400_000  # cells: the whole country has 387,000 of 1 km
_Report: TypeAlias = tuple[int, str, datetime, str, float]  # line, time as written, time, station, mm


def rain_mesh(file: Path, settings: Mapping[str, str]) -> Iterator[Row]:
    """``time,station,lon,lat,rain_mm`` → ``time,mesh,rain_mm,error_mm``: a row per hour and cell.

    ``area=west,south,east,north`` in degrees, else the gauges' own box; ``level=3`` is 1 km, 4 500 m, 5 250 m. A gauge
    without a value is left out of its hour, and an hour in which none reported gives no rows.
    """
    table.only(settings, {"area", "level"})
    gauges, reports = _read(file)
    try:
        mesh = GaugeMesh(list(gauges.values()), _cells(settings, list(gauges.values())))
    except ValueError as error:
        raise InputError("--set area, level", str(error)) from None
    for _, group in groupby(reports, key=lambda report: report[2]):
        hour = list(group)
        rain = {station: mm for _, _, _, station, mm in hour if not math.isnan(mm)}
        if not rain:
            continue
        line, written, at, _, _ = hour[0]
        if len({station for _, _, _, station, _ in hour}) < len(hour):
            raise InputError(f"line {line}", f"a station has two rows of {written}")
        try:
            field = mesh.field(rain, at if at.tzinfo else at.replace(tzinfo=JAPAN))
        except ValueError as error:
            raise InputError(f"line {line}", str(error)) from None
        for code, mm, error_mm in zip(field.codes.tolist(), field.mm.tolist(), field.error_mm.tolist(), strict=True):
            yield {"time": written, "mesh": str(code), "rain_mm": repr(mm), "error_mm": repr(error_mm)}


def _read(file: Path) -> tuple[dict[str, RainGauge], list[_Report]]:
    gauges: dict[str, RainGauge] = {}
    reports: list[_Report] = []
    for line, row in table.read(file):
        at, station = table.time(row, line), table.cell(row, "station", line)
        gauge = RainGauge(station, *(_degrees(row, name, line) for name in ("lon", "lat")))
        if gauges.setdefault(station, gauge) != gauge:
            raise InputError(f"line {line}", f"station {station!r} has moved; give each place its own name")
        if reports and table.passed(reports[-1][2], at, line).total_seconds() < 0:
            raise InputError(f"line {line}", "the times fall: sort the file by time")
        reports.append((line, row["time"], at, station, table.value(row, "rain_mm", line)))
    if not gauges:
        raise InputError(str(file), "there are no rows")
    return gauges, reports


def _degrees(row: Row, name: str, line: int) -> float:
    found = table.value(row, name, line)
    if math.isnan(found):
        raise InputError(f"line {line}", f"{name} is empty: a gauge must have a place")
    return found


def _cells(settings: Mapping[str, str], gauges: list[RainGauge]) -> list[Cell]:
    text, level = settings.get("area", ""), table.number(settings.get("level", "3"), "level")
    if text:
        edges = [table.number(one, "area") for one in text.split(",")]
    else:
        edges = [f(getattr(gauge, axis) for gauge in gauges) for f in (min, max) for axis in ("lon", "lat")]
    if len(edges) != 4 or not (edges[0] <= edges[2] and edges[1] <= edges[3]):
        raise InputError("--set area", "write area=west,south,east,north in degrees")
    try:
        if not level.is_integer():
            raise MeshError(f"there is no mesh of level {level}")
        number = (edges[2] - edges[0]) * (edges[3] - edges[1]) * 960 * 640 / 4 ** (6 - level)
        if number > _MOST:
            raise MeshError(f"about {number:,.0f} cells are wanted, at most {_MOST:,} are made")
        return cells_over(_shape(edges), int(level))
    except MeshError as error:
        raise InputError("--set area, level", str(error)) from None


def _shape(edges: list[float]) -> shapely.Geometry:
    """The box; a single gauge has none, and stands in one cell."""
    if edges[:2] == edges[2:]:
        return shapely.Point(edges[:2])
    if edges[0] == edges[2] or edges[1] == edges[3]:
        return shapely.LineString([edges[:2], edges[2:]])
    return shapely.box(*edges)
