"""Places that flood by themselves, from the city's profile: underpasses, and small streams that have no gauge."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from shapely.geometry.base import BaseGeometry

from geo.area import Areas
from geo.geojson import Feature, ProfileError, read_geojson


@dataclass(frozen=True, slots=True, kw_only=True)
class Underpass:
    """A road under a railway or a road. Depths in cm of water on the road, rain in mm; None: the city does not know."""

    code: str
    name: str
    geometry: BaseGeometry  # point or line, degrees
    name_en: str = ""
    sensor: str = ""  # station that measures inundation_depth in it
    caution_cm: float | None = None
    closed_cm: float | None = None  # the road is closed from this depth on
    rain_10min_mm: float | None = None  # rain from which it has flooded before
    rain_60min_mm: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """A small stream by its catchment. Limits are of our proxy of its runoff, in mm of rain an hour, no water level."""

    code: str
    name: str
    geometry: BaseGeometry  # the catchment, degrees
    areas: tuple[str, ...]  # districts along it
    travel_minutes: float  # from the middle of the catchment to the districts
    caution_mm_h: float
    danger_mm_h: float
    name_en: str = ""


class _Place(BaseModel):
    model_config = ConfigDict(extra="allow")  # a city's own notes stay where they are

    code: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
    name: Annotated[str, Field(min_length=1)]
    name_en: str = ""


class _Underpass(_Place):
    sensor: str = ""
    caution_cm: Annotated[float, Field(gt=0, le=1000)] | None = None
    closed_cm: Annotated[float, Field(gt=0, le=1000)] | None = None
    rain_10min_mm: Annotated[float, Field(gt=0, le=80)] | None = None
    rain_60min_mm: Annotated[float, Field(gt=0, le=250)] | None = None

    @model_validator(mode="after")
    def _says_something(self) -> _Underpass:
        if self.sensor and self.closed_cm is None:
            raise ValueError("an underpass with a sensor needs closed_cm, the depth at which the road is closed")
        if not self.sensor and self.rain_10min_mm is None and self.rain_60min_mm is None:
            raise ValueError("needs a sensor, rain_10min_mm or rain_60min_mm; without one nothing can be told of it")
        if self.caution_cm is not None and self.closed_cm is not None and self.caution_cm > self.closed_cm:
            raise ValueError("caution_cm must not be above closed_cm")
        return self


class _Stream(_Place):
    areas: Annotated[list[str], Field(min_length=1)]
    travel_minutes: Annotated[float, Field(ge=0, le=360)]
    caution_mm_h: Annotated[float, Field(gt=0, le=100)]
    danger_mm_h: Annotated[float, Field(gt=0, le=100)]

    @model_validator(mode="after")
    def _rises(self) -> _Stream:
        if self.caution_mm_h > self.danger_mm_h:
            raise ValueError("caution_mm_h must not be above danger_mm_h")
        return self


def read_underpasses(path: Path) -> tuple[Underpass, ...]:
    """The underpasses of ``underpasses.geojson``, none where there is no such file. Raises ProfileError."""
    return tuple(
        Underpass(geometry=feature.geometry, **_known(told, Underpass))
        for feature, told in _read(path, ("Point", "LineString"), _Underpass)
    )


def read_streams(path: Path, areas: Areas) -> tuple[Stream, ...]:
    """The streams of ``small_streams.geojson``, none where there is no such file. Raises ProfileError."""
    found = []
    for feature, told in _read(path, ("Polygon", "MultiPolygon"), _Stream):
        stream = Stream(geometry=feature.geometry, **_known(told, Stream) | {"areas": tuple(told["areas"])})
        for code in stream.areas:
            if areas.get(code) is None:
                raise ProfileError(f"{feature.where}: areas: there is no area {code!r}; see districts.geojson")
        found.append(stream)
    return tuple(found)


def _read(path: Path, shapes: tuple[str, ...], of: type[_Place]) -> list[tuple[Feature, dict[str, Any]]]:
    if not path.exists():
        return []
    found: dict[str, tuple[Feature, dict[str, Any]]] = {}
    for feature in read_geojson(path, shapes).features:
        try:
            told = of.model_validate(dict(feature.properties))
        except ValidationError as error:
            faults = "; ".join(f"{'.'.join(map(str, e['loc']))} {e['msg']}".strip() for e in error.errors())
            raise ProfileError(f"{feature.where}: {faults}") from None
        if told.code in found:
            raise ProfileError(f"{feature.where}: the code {told.code!r} is taken; give each place its own")
        found[told.code] = feature, told.model_dump()
    return list(found.values())


def _known(told: dict[str, Any], of: type[Underpass] | type[Stream]) -> dict[str, Any]:
    return {key: value for key, value in told.items() if key in of.__dataclass_fields__}
