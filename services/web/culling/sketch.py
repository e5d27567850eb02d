"""The area of a plan as a small drawing: what the public is told, among the districts around."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import shapely

from geo.area import Area, Areas
from geo.sighted.cordon import outline_of
from services.web.reports.sketch import Frame, Name, names_in, path_of


@dataclass(frozen=True, slots=True)
class Drawing:
    """``paths`` of districts and the ``area`` as SVG, north up."""

    paths: tuple[str, ...]
    names: tuple[Name, ...]
    area: str


def drawing_of(codes: Sequence[str], areas: Areas) -> Drawing | None:
    """None where none of the codes is known any more."""
    shape = outline_of(codes, areas)
    if shape.is_empty:
        return None
    west, south, east, north = shape.bounds
    frame = Frame.over([(west, south), (east, north)])
    near = areas.touching(shapely.box(*frame.bounds), "district")
    whole = Area(code="", name="", kind="", geometry=shape)
    return Drawing(
        tuple(path_of(one, frame) for one in near),
        tuple(name for one in near for name in names_in(one, frame)),
        path_of(whole, frame),
    )
