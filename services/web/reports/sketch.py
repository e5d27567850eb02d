"""Where a report is, as a small drawing in the page itself: districts by name, the point, and what may belong to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import cos, radians

import shapely

from geo.area import Area, Areas
from services.reports.board import Item

WIDTH, HEIGHT = 220, 150
_LEAST = 0.02  # degrees, about 2 km: what lies around a single point is recognised by its neighbours
_ZOOM = 15  # of the map of the situation
_NAMED = 300.0  # square units of the drawing that a district has to fill for its name


@dataclass(frozen=True, slots=True)
class Dot:
    """A point of the drawing; ``mark`` names its shape: own, merged, likely."""

    x: float
    y: float
    mark: str
    number: int


@dataclass(frozen=True, slots=True)
class Name:
    """Of a district, with its middle at a point of the drawing."""

    x: float
    y: float
    text: str


@dataclass(frozen=True, slots=True)
class Sketch:
    """``paths`` of districts as SVG, north up; ``dots`` in the order in which they are drawn."""

    paths: tuple[str, ...]
    names: tuple[Name, ...]
    dots: tuple[Dot, ...]
    place: str  # of the report, as the map's address has it: zoom/lat/lon


def sketch_of(item: Item, areas: Areas) -> Sketch | None:
    """None for a report without a point."""
    case = item.case
    if case.lon is None or case.lat is None:
        return None
    others = [(one, "merged") for one in item.merged] + [(one, "likely") for one, _ in item.likely]
    marked = [(one.lon, one.lat, mark, one.id) for one, mark in others if one.lon is not None and one.lat is not None]
    points = [*marked, (case.lon, case.lat, "own", case.id)]
    frame = Frame.over([(lon, lat) for lon, lat, _, _ in points])
    near = areas.touching(shapely.box(*frame.bounds), "district")
    return Sketch(
        tuple(path_of(one, frame) for one in near),
        tuple(name for one in near for name in names_in(one, frame)),
        tuple(Dot(*frame.at(lon, lat), mark, number) for lon, lat, mark, number in points),
        f"{_ZOOM}/{case.lat:.5f}/{case.lon:.5f}",
    )


@dataclass(frozen=True, slots=True)
class Frame:
    """The part of the map that a drawing shows."""

    lon: float
    lat: float
    degrees: float  # of latitude, over the height

    @classmethod
    def over(cls, points: Sequence[tuple[float, float]]) -> Frame:
        lons, lats = [lon for lon, _ in points], [lat for _, lat in points]
        middle = (min(lats) + max(lats)) / 2
        wide = (max(lons) - min(lons)) * cos(radians(middle)) * HEIGHT / WIDTH
        return cls((min(lons) + max(lons)) / 2, middle, max(_LEAST, max(lats) - min(lats), wide) * 1.4)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        high = self.degrees / 2
        wide = high * WIDTH / HEIGHT / cos(radians(self.lat))
        return self.lon - wide, self.lat - high, self.lon + wide, self.lat + high

    def at(self, lon: float, lat: float) -> tuple[float, float]:
        scale = HEIGHT / self.degrees
        x = WIDTH / 2 + (lon - self.lon) * cos(radians(self.lat)) * scale
        return round(x, 1), round(HEIGHT / 2 - (lat - self.lat) * scale, 1)


def path_of(area: Area, frame: Frame) -> str:
    """Its outline as SVG, as far as the drawing goes."""
    seen = shapely.intersection(area.geometry, shapely.box(*frame.bounds).buffer(frame.degrees))
    rings = [part.exterior for part in getattr(seen, "geoms", [seen]) if isinstance(part, shapely.Polygon)]
    return "".join(_ring(ring.simplify(frame.degrees / HEIGHT).coords, frame) for ring in rings)


def names_in(area: Area, frame: Frame) -> Iterator[Name]:
    """In the middle of what is seen of it, unless that is too little."""
    seen = shapely.intersection(area.geometry, shapely.box(*frame.bounds))
    if seen.area * cos(radians(frame.lat)) * (HEIGHT / frame.degrees) ** 2 >= _NAMED:
        middle = seen.representative_point()
        yield Name(*frame.at(middle.x, middle.y), area.name)


def _ring(coords: Iterable[tuple[float, ...]], frame: Frame) -> str:
    points = ["{} {}".format(*frame.at(one[0], one[1])) for one in coords]
    return f"M{'L'.join(points)}Z" if len(points) > 2 else ""
