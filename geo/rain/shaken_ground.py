"""By how much rain criteria are lowered after a strong earthquake: shaken ground slides with less rain.

The agency and the prefecture announce it by municipality, for the time being (発表基準の暫定的な引き下げ): usually 80 %
of the soil water index after 5強 and 70 % from 6弱 on. ``criteria/shaken.toml`` of the profile says what is taken until
they do, for how long, and what they announced, up to the end of it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, model_validator

from feeds.japan import JAPAN
from geo.geojson import ProfileError
from geo.seismic import CLASSES

_FACTORS = {"5+": 0.8, "6-": 0.7, "6+": 0.7, "7": 0.7}
WORDS = {"5-": "5弱", "5+": "5強", "6-": "6弱", "6+": "6強"}
Factor = Annotated[float, Field(gt=0, le=1)]


@dataclass(frozen=True, slots=True)
class Shaking:
    """An earthquake as it was felt in the city; ``ref`` is the telegram's key."""

    at: datetime
    felt: str  # one of geo.seismic.CLASSES
    ref: str


@dataclass(frozen=True, slots=True)
class Announced:
    """What the agency announced: from ``since`` on it counts alone, but for earthquakes that came later."""

    since: datetime
    factor: float  # 1: back to normal
    source: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Lowered:
    """Criteria that are lowered now. ``ref`` names the telegram, or the file that holds the announcement."""

    factor: float
    since: datetime
    until: datetime | None  # None: for the time being
    why: str
    ref: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lowering:
    """The city's configuration."""

    factors: Mapping[str, float] = field(default_factory=lambda: _FACTORS)
    lasts: timedelta = timedelta(days=90)
    source: str = ""
    announced: Sequence[Announced] = ()

    def factor(self, felt: str) -> float:
        """What a shaking asks for until an announcement; 1: nothing."""
        return self.factors.get(felt, 1.0)

    def lowered(self, shakings: Iterable[Shaking], now: datetime) -> Lowered | None:
        """The strongest lowering in force; None where the criteria are the usual ones."""
        said = max((one for one in self.announced if one.since <= now), key=lambda one: one.since, default=None)
        found = [_by_announcement(said)] if said and (said.until is None or said.until > now) else []
        for one in shakings:
            newer = said is None or said.since < one.at
            if newer and one.at <= now < one.at + self.lasts:
                found.append(self._by_shaking(one))
        lowest = min(found, key=lambda one: (one.factor, -one.since.timestamp()), default=None)
        return lowest if lowest and lowest.factor < 1 else None

    def _by_shaking(self, one: Shaking) -> Lowered:
        factor, until = self.factor(one.felt), one.at + self.lasts
        felt, end = WORDS.get(one.felt, one.felt), until.astimezone(JAPAN)
        why = f"{_day(one.at)}の震度{felt}のため、雨の基準を{100 * factor:.0f}％に下げて見る"
        why += f"（気象台の発表を設定するまで、最長{end.year}年{end.month}月{end.day}日まで）"
        return Lowered(factor, one.at, until, why, one.ref)


def _by_announcement(said: Announced) -> Lowered:
    why = f"{_day(said.since)}から、雨の基準を{100 * said.factor:.0f}％に下げて見る（{said.source}）"
    return Lowered(said.factor, said.since, said.until, why, "layer:shaken.toml")


def _day(moment: datetime) -> str:
    local = moment.astimezone(JAPAN)
    return f"{local.year}年{local.month}月{local.day}日"


class _Announcement(BaseModel):
    model_config = ConfigDict(extra="forbid")

    since: AwareDatetime
    until: AwareDatetime | None = None
    factor: Factor
    source: Annotated[str, Field(min_length=1)]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.until is not None and self.until <= self.since:
            raise ValueError("until must be after since")
        return self


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    factors: dict[str, Factor] = _FACTORS
    lasts_days: Annotated[int, Field(ge=0, le=365)] = 90
    source: str = ""
    announced: list[_Announcement] = []

    @model_validator(mode="after")
    def _classes(self) -> Self:
        unknown = sorted(set(self.factors) - set(CLASSES))
        if unknown:
            raise ValueError(f"factors.{unknown[0]}: no 震度; use of {', '.join(CLASSES[4:])}")
        return self


def read_lowering(path: Path) -> Lowering:
    """The configuration in a file; the usual one where there is no file. Raises ProfileError with place and cure."""
    if not path.exists():
        return Lowering()
    try:
        found = _File.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ProfileError(f"{path}: {error}") from None
    except ValidationError as error:
        faults = (f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors(include_url=False))
        raise ProfileError(f"{path}: {'; '.join(faults)}") from None
    announced = tuple(Announced(one.since, one.factor, one.source, one.until) for one in found.announced)
    lasts = timedelta(days=found.lasts_days)
    return Lowering(factors=found.factors, lasts=lasts, source=found.source, announced=announced)
