"""A city far larger than ours on one map: ten thousand sensors, seven hundred plows, three thousand areas in danger."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import shapely

from feeds.records import Fix, Reading
from feeds.status import Status
from geo.area import Area, Areas
from geo.hazard import Hazard
from geo.layers.layer import Layers
from geo.model import Ground
from geo.station import Station
from services.store import records
from services.store.engine import Store
from services.store.hazards import current, replace_picture

CITY = "03201"
_WEST, _SOUTH, _EAST, _NORTH = 141.0, 39.55, 141.35, 39.85
_KINDS = (("snow_depth", "cm"), ("water_level", "m"), ("precipitation", "mm"), ("air_temperature", "Cel"))
_CORNERS = 24  # of each area: about what a 町丁目 has after simplifying


@dataclass(frozen=True, slots=True)
class Crowd:
    """How much there is."""

    sensors: int
    areas: int
    vehicles: int

    def ground(self) -> Ground:
        whole = Area(code=CITY, name="盛岡市", kind="city", geometry=shapely.box(_WEST, _SOUTH, _EAST, _NORTH))
        areas = [
            Area(code=_area(number), name=f"第{number}町内", kind="district", geometry=_ring(lon, lat, self.areas))
            for number, (lon, lat) in enumerate(_grid(self.areas))
        ]
        stations = [_station(number, lon, lat) for number, (lon, lat) in enumerate(_grid(self.sensors))]
        return Ground(
            city=CITY, areas=Areas([whole, *areas]), layers=Layers([]), stations={one.code: one for one in stations}
        )

    def readings(self, at: datetime, every: int = 1) -> list[Reading]:
        """A value of every so many-th sensor."""
        found = []
        for number in range(0, self.sensors, every):
            quantity, unit = _KINDS[number % len(_KINDS)]
            value = 1.0 + (number + at.minute) % 7
            found.append(
                Reading(gateway="gw", station=_code(number), quantity=quantity, value=value, unit=unit, measured_at=at)
            )
        return found

    def fixes(self, at: datetime) -> list[Fix]:
        """Where every vehicle is then: each drives around its place."""
        turn = at.timestamp() / 60
        return [
            Fix(
                gateway="gw",
                vehicle=f"p{number}",
                measured_at=at,
                lon=lon + 0.002 * math.cos(turn),
                lat=lat + 0.002 * math.sin(turn),
            )
            for number, (lon, lat) in enumerate(_grid(self.vehicles))
        ]

    def hazards(self, now: datetime, worse: int = 0) -> list[Hazard]:
        """A danger of every area; every ``worse``-th is a level higher."""
        return [
            Hazard(
                kind="flood",
                area=_area(number),
                area_name=f"第{number}町内",
                level=2 + number % 2 + int(bool(worse) and number % worse == 0),
                alert_level=True,
                model="bench@1",
                status=Status.ACTUAL,
                observed=True,
                since=now,
                valid_until=now + timedelta(hours=6),
                headline="水位が高い",
            )
            for number in range(self.areas)
        ]


async def fill(store: Store, crowd: Crowd, at: datetime) -> None:
    """Everything as it stands at first."""
    for some in (crowd.readings(at), crowd.fixes(at)):
        for begin in range(0, len(some), 1000):
            async with store.write() as connection:
                await records.save(connection, some[begin : begin + 1000], at)
    await move(store, crowd, at, 0)


async def move(store: Store, crowd: Crowd, at: datetime, worse: int) -> None:
    """What one busy minute changes: a tenth of the sensors, every vehicle, some of the dangers."""
    async with store.write() as connection:
        before = await current(connection, Status.ACTUAL)
        since = {one.area: one.since for one in before.values()}
        after = [replace(one, since=since.get(one.area, at)) for one in crowd.hazards(at, worse)]
        await replace_picture(connection, before, after, at)
        if worse:
            await records.save(connection, [*crowd.readings(at, 10), *crowd.fixes(at)], at)


def _grid(many: int) -> Iterator[tuple[float, float]]:
    """So many places over the city, in rows."""
    side = math.ceil(math.sqrt(many))
    for number in range(many):
        row, column = divmod(number, side)
        yield _WEST + (column + 0.5) * (_EAST - _WEST) / side, _SOUTH + (row + 0.5) * (_NORTH - _SOUTH) / side


def _code(number: int) -> str:
    return f"s{number:05d}"


def _area(number: int) -> str:
    return f"{CITY}{number:06d}"


def _ring(lon: float, lat: float, many: int) -> shapely.Polygon:
    side = math.ceil(math.sqrt(many))
    wide, high = 0.48 * (_EAST - _WEST) / side, 0.48 * (_NORTH - _SOUTH) / side
    turns = [2 * math.pi * corner / _CORNERS for corner in range(_CORNERS)]
    return shapely.Polygon([(lon + wide * math.cos(one), lat + high * math.sin(one)) for one in turns])


def _station(number: int, lon: float, lat: float) -> Station:
    quantity, unit = _KINDS[number % len(_KINDS)]
    return Station(
        code=_code(number),
        name=f"観測点{number}",
        lon=lon,
        lat=lat,
        unit=unit,
        quantities=frozenset({quantity}),
        thresholds={"danger": 5.0} if quantity == "water_level" else {},
        areas=(),
    )
