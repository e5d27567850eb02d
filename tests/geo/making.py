"""A small city to test on: four square districts around (141.10, 39.70), a flood zone over two of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

import shapely

from feeds.status import Status
from geo.area import Area, Areas
from geo.layers.layer import Layer, Layers, Zone
from geo.model import Ground, Inputs, Sample
from geo.shelter import Shelter
from geo.station import Station

NOW = datetime(2026, 8, 1, 9, 0, tzinfo=UTC)
CITY = shapely.box(141.00, 39.60, 141.20, 39.80)
SQUARES = {
    "sw": shapely.box(141.05, 39.65, 141.10, 39.70),
    "se": shapely.box(141.10, 39.65, 141.15, 39.70),
    "nw": shapely.box(141.05, 39.70, 141.10, 39.75),
    "ne": shapely.box(141.10, 39.70, 141.15, 39.75),
}


def flood_layer(zones: Sequence[tuple[int, shapely.Polygon]], name: str = "test") -> Layer:
    return Layer(name, "flood", [Zone(shape, {"depth_rank": rank}) for rank, shape in zones], "1", "credit")


# rank 2 in the south-west, rank 4 reaching a little into the south-east
FLOOD = flood_layer([(2, shapely.box(141.06, 39.66, 141.09, 39.69)), (4, shapely.box(141.08, 39.67, 141.11, 39.68))])


def ground(
    *stations: Station, layers: Iterable[Layer] = (FLOOD,), shelters: Sequence[Shelter] = (), plow: bool = False
) -> Ground:
    kinds = {"plow_section": SQUARES} if plow else {"district": SQUARES}
    areas = [Area(code="03201", name="試験市", kind="city", geometry=CITY)]
    areas += [
        Area(code=code, name=f"{code}地区", kind=kind, geometry=shape)
        for kind, shapes in kinds.items()
        for code, shape in shapes.items()
    ]
    return Ground(
        city="03201",
        areas=Areas(areas),
        layers=Layers(layers),
        stations={station.code: station for station in stations},
        shelters=tuple(shelters),
        forecast_areas=("0320100", "030011", "030010", "030000"),
    )


def gauge(code: str = "g1", **more: object) -> Station:
    fields: dict[str, object] = {
        "code": code,
        "name": "試験橋",
        "river": "試験川",
        "lon": 141.085,
        "lat": 39.675,
        "quantities": frozenset({"water_level"}),
        "thresholds": {"caution": 2.0, "judgement": 2.5, "danger": 2.8, "overflow": 4.0},
        "areas": ("sw", "se"),
    }
    return Station(**(fields | more))  # type: ignore[arg-type]


def series(values: Sequence[float], step: timedelta = timedelta(minutes=10), last: datetime = NOW) -> list[Sample]:
    """Values at even steps, the newest at ``last``."""
    first = last - step * (len(values) - 1)
    return [Sample(first + step * i, value, f"r{i}") for i, value in enumerate(values)]


def inputs(code: str, quantity: str, samples: Sequence[Sample], now: datetime = NOW) -> Inputs:
    return Inputs(now=now, status=Status.ACTUAL, series={(code, quantity): samples})
