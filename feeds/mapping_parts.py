"""Parts of a mapping file that say what one record tells: where a vehicle was, or how much snow is foreseen."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

_Word = Annotated[str, Field(min_length=1, max_length=64)]
PathText = Annotated[str, Field(min_length=1, max_length=400)]


class Strict(BaseModel):
    """Refuses keys that it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Position(Strict):
    """Where a vehicle was: paths to its longitude and latitude, or to both as one, and to what else is told."""

    lon: PathText | None = None
    lat: PathText | None = None
    point: PathText | None = None  # [24.94, 60.17] or text such as (24.94 60.17), longitude first
    accuracy_m: PathText | None = None
    speed: PathText | None = None
    speed_unit: Literal["km/h", "m/s", "knots"] = "km/h"
    heading_deg: PathText | None = None
    activity: PathText | None = None  # a word, or a list of words: feeds/activities.py knows what they mean
    words: dict[_Word, Literal["plow", "deice", "sweep", "none", "other"]] = {}  # what this provider's own words mean
    spread_g_m2: PathText | None = None  # de-icer: how a spreader is set, with its width …
    spread_width_m: PathText | None = None
    spread_kg: PathText | None = None  # … or its counter

    @model_validator(mode="after")
    def _one_place(self) -> Position:
        if (self.point is None) == (self.lon is None) or (self.lon is None) != (self.lat is None):
            raise ValueError("say where the place stands: either lon and lat, or point")
        return self

    @property
    def paths(self) -> dict[str, str]:
        """The paths that are there, by what they lead to."""
        return {name: path for name, path in self if name not in {"speed_unit", "words"} and path is not None}


class Foretold(Strict):
    """Snow that is foreseen: paths to when it falls and how much. Where the amount is a list, its members follow each
    other in time."""

    start: PathText | None = Field(default=None, alias="from")
    until: PathText | None = None
    hours: float | None = Field(default=None, gt=0, le=96)  # how long each amount is for, where no path tells
    snow: PathText | None = None
    low: PathText | None = None  # a range, instead of ``snow``
    high: PathText | None = None
    unit: Literal["cm", "mm", "m"] = "cm"
    lon: PathText | None = None  # of a point; else the station is the code of an area
    lat: PathText | None = None
    source: str = Field(default="", max_length=60)  # whose forecast, as people call them

    @model_validator(mode="after")
    def _whole(self) -> Foretold:
        if sum(one is not None for one in (self.start, self.until, self.hours)) != 2:
            raise ValueError("say when it falls: two of from, until and hours")
        if (self.snow is None) != (self.low is not None and self.high is not None) or (self.low is None) != (
            self.high is None
        ):
            raise ValueError("say how much: snow, or low and high")
        if (self.lon is None) != (self.lat is None):
            raise ValueError("lon and lat stand together")
        return self

    @property
    def paths(self) -> dict[str, str]:
        """The paths that are there, by what they lead to."""
        names = ("start", "until", "snow", "low", "high", "lon", "lat")
        return {name: path for name in names if (path := getattr(self, name)) is not None}
