"""What the public is told of reports, kind by kind: how exactly where and when, for how long, and what of people.

``tellings.toml`` beside this file holds what every city starts with, and bounds it: ``reports.toml`` of a profile may
tell a kind more coarsely or for a shorter time, never more finely or longer. Only animals may be told in finer squares.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError, with_config

from feeds.finding import ANIMALS
from feeds.japan import JAPAN, clock
from geo.geojson import ProfileError

Place: TypeAlias = Literal["square-125", "square-250", "square-500", "square-1000", "district", "city"]
Exact: TypeAlias = Literal["minute", "hour", "three_hours", "day"]
Person: TypeAlias = Literal["nothing", "suspect", "missing"]
PLACES: tuple[Place, ...] = get_args(Place)  # from fine to coarse
TIMES: tuple[Exact, ...] = get_args(Exact)
_SQUARES: Mapping[Place, int] = {"square-125": 6, "square-250": 5, "square-500": 4, "square-1000": 3}
_BAND: Mapping[Exact, int] = {"hour": 1, "three_hours": 3, "day": 24}  # hours


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """One kind. ``level`` 0 and ``alert_hours`` 0: it is no danger on the map."""

    words: str
    words_en: str
    level: int = Field(strict=True, ge=0, le=5)
    place: Place
    time: Exact
    alert_hours: int = Field(strict=True, ge=0)
    list_days: int = Field(strict=True, ge=0)
    after: Literal["nothing", "squares", "counts"]
    person: Person

    @property
    def mesh(self) -> int | None:
        """The level of the mesh of its squares; None where its places are areas of the city."""
        return _SQUARES.get(self.place)

    @property
    def lasts(self) -> timedelta:
        """How long one report is a danger."""
        return timedelta(hours=self.alert_hours)

    @property
    def listed(self) -> timedelta:
        """How long one report is in the public list."""
        return timedelta(days=self.list_days)


Tellings: TypeAlias = Mapping[str, Telling]
_ROW = TypeAdapter(Telling)


@cache
def standard() -> Tellings:
    """What every city starts with."""
    told = tomllib.loads((resources.files("geo.sighted") / "tellings.toml").read_text())
    return {kind: _ROW.validate_python(row) for kind, row in told.items()}


def read_tellings(file: Path) -> Tellings:
    """The standard with what ``reports.toml`` of a profile changes: tables by kind with some of their members.

    The file may be missing. Raises :class:`~geo.geojson.ProfileError` with file, kind and cure.
    """
    if not file.exists():
        return standard()
    try:
        changed = tomllib.loads(file.read_text())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ProfileError(f"{file}: not TOML: {error}") from None
    return {**standard(), **{kind: _changed(file, kind, row) for kind, row in changed.items()}}


def _changed(file: Path, kind: str, row: Any) -> Telling:
    base = standard().get(kind)
    where = f"{file}: [{kind}]"
    if base is None or not isinstance(row, dict):
        raise ProfileError(f"{where}: no table of a kind of report; use {', '.join(standard())}")
    try:
        found = _ROW.validate_python({name: getattr(base, name) for name in base.__slots__} | row)
    except ValidationError as error:
        first = error.errors()[0]
        raise ProfileError(f"{where}: {first['loc'][-1]}: {first['msg']}") from None
    finest: Place = "square-125" if kind in ANIMALS else base.place
    beyond = {
        "place": finest if not coarser(found.place, finest, PLACES) else None,
        "time": base.time if not coarser(found.time, base.time, TIMES) else None,
        "alert_hours": base.alert_hours if found.alert_hours > base.alert_hours else None,
        "list_days": base.list_days if found.list_days > base.list_days else None,
        "person": base.person if found.person not in {"nothing", base.person} else None,
        "after": base.after if found.after not in {"nothing", base.after} else None,
    }
    for name, bound in beyond.items():
        if bound is not None:
            told = getattr(found, name)
            raise ProfileError(f"{where}: {name} = {told!r} tells more than may be told; {bound!r} is the most")
    return found


def coarser(one: str, other: str, scale: tuple[str, ...]) -> bool:
    """Whether ``one`` tells as little as ``other`` or less, on a scale from fine to coarse."""
    return scale.index(one) >= scale.index(other)


def floored(at: datetime, exact: Exact) -> datetime:
    """The beginning of the minute, hour, band of three hours or day in Japan; the same moment, the same beginning."""
    local = at.astimezone(JAPAN).replace(second=0, microsecond=0)
    if exact == "minute":
        return local
    return local.replace(minute=0, hour=local.hour - local.hour % _BAND[exact])


def spoken(at: datetime, exact: Exact) -> str:
    """When, as it may be told: 17時40分ごろ; empty for a day."""
    local = floored(at, exact)
    if exact == "minute":
        return clock(local)
    return {"hour": f"{local.hour}時ごろ", "three_hours": f"{local.hour}〜{local.hour + 3}時"}.get(exact, "")
