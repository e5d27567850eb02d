"""The season archive of animals: which kind was seen on which day in which square, and how often. Nothing finer."""

from __future__ import annotations

from dataclasses import dataclass

from feeds.japan import JAPAN
from feeds.records import Report
from feeds.status import Status
from geo.area import Area, Areas
from geo.mesh import MeshError, cell_at
from geo.sighted.squares import mesh_cell, mesh_place, square
from geo.sighted.telling import Tellings, standard
from geo.sighted.told import stands


@dataclass(frozen=True, slots=True, order=True)
class SeenOn:
    """A day in Japan (2026-10-23), a kind, and the square of 500 m as the place of a hazard is written."""

    day: str
    kind: str
    square: str


def season_of(report: Report) -> SeenOn | None:
    """Where a report is counted for good; None for what is not confirmed, not real, no animal or without a point."""
    telling = standard().get(report.kind)
    mesh = telling.mesh if telling is not None and telling.after == "squares" else None
    placed = report.lon is not None and report.lat is not None
    if mesh is None or not placed or not report.confirmed or report.status is not Status.ACTUAL or not stands(report):
        return None
    try:
        cell = cell_at(report.lon, report.lat, mesh)  # type: ignore[arg-type] # both are there: placed
    except MeshError:
        return None  # far from Japan
    return SeenOn(report.measured_at.astimezone(JAPAN).date().isoformat(), report.kind, mesh_place(cell))


def told_square(one: SeenOn, tellings: Tellings, areas: Areas) -> Area | None:
    """The square as the city tells it; None outside the city, and where it tells this kind of none."""
    telling, cell = tellings.get(one.kind), mesh_cell(one.square)
    if telling is None or cell is None or telling.mesh is None or telling.after != "squares":
        return None
    return square(cell.parent(min(cell.level, telling.mesh)), areas)
