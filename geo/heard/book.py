"""What is listened for in one city: hazards by their words, places by their names, and what makes a name ours.

``words.toml`` beside this file is what every city starts with; ``listening.toml`` of a profile adds to it. Nearly every
name of a district, a bridge or a river is also the name of another one far away, or of a person. So a name counts only
where the city is named as well, unless the profile says that it is nowhere else (``sure``).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from geo.geojson import ProfileError
from geo.heard.spelling import plain
from geo.heard.spots import Spot

FILE = "listening.toml"
MARKS = ("drill", "past", "ahead", "elsewhere", "news", "negated", "unsure")


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class HazardWords(_Data):
    """One kind of danger; ``report``: the kind of report that staff make of a hint."""

    kind: str = Field(pattern=r"^[a-z_]{2,32}$")
    ja: str = Field(min_length=1, max_length=40)
    en: str = Field(min_length=1, max_length=40)
    report: str
    words: tuple[str, ...] = Field(min_length=1)
    never: tuple[str, ...] = ()

    @cached_property
    def spelled(self) -> frozenset[str]:
        """Its words as they are found in posts."""
        return frozenset(plain(word) for word in self.words)


class _More(_Data):
    """Of a hazard that is known already: further words for it."""

    kind: str
    words: tuple[str, ...] = ()
    never: tuple[str, ...] = ()


class Marks(_Data):
    """Words that make a hint doubtful."""

    drill: tuple[str, ...] = ()
    past: tuple[str, ...] = ()
    ahead: tuple[str, ...] = ()
    news: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()


class _Catalogue(_Data):
    hazard: tuple[HazardWords, ...]
    marks: Marks


class _Alias(_Data):
    """What else people call a place; with ``lon`` and ``lat`` a place that no map of the profile has."""

    name: str = Field(min_length=1, max_length=60)
    words: tuple[str, ...] = ()
    lon: float | None = Field(default=None, ge=122, le=154)
    lat: float | None = Field(default=None, ge=20, le=46)


class Own(_Data):
    """``listening.toml``: what a city adds."""

    city: tuple[str, ...] = ()  # how people call it; else its name without 市, 町 or 村, and in Latin letters
    around: tuple[str, ...] = ()  # what also says that a name is ours: the prefecture, a line, a radio station
    sure: tuple[str, ...] = ()  # names that are nowhere else
    never: tuple[str, ...] = ()  # phrases in which a name is none of ours
    elsewhere: tuple[str, ...] = ()  # other towns, whose name makes a hint doubtful
    place: tuple[_Alias, ...] = ()
    more: tuple[_More, ...] = ()
    hazard: tuple[HazardWords, ...] = ()
    marks: Marks = Marks()


@dataclass(frozen=True)
class Book:
    """Everything that :func:`geo.heard.matching.match` looks for. ``whole`` is the city itself."""

    hazards: tuple[HazardWords, ...] = ()
    spots: tuple[Spot, ...] = ()
    whole: Spot = field(default_factory=lambda: Spot(name="", kind="city"))
    city: tuple[str, ...] = ()  # words that name the city
    around: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
    marks: Marks = field(default_factory=Marks)

    @property
    def context(self) -> tuple[str, ...]:
        """Words of which one stands in every post that is taken: what a search asks for. None holds another."""
        words = {*self.city, *self.around, *(word for spot in self.spots if spot.sure for word in spot.words)}
        return tuple(sorted(one for one in words if not any(other != one and other in one for other in words)))

    @cached_property
    def by_kind(self) -> Mapping[str, HazardWords]:
        return {one.kind: one for one in self.hazards}

    @cached_property
    def by_name(self) -> Mapping[str, Spot]:
        return {one.name: one for one in (*self.spots, self.whole)}


def city_words(name: str, name_en: str) -> tuple[str, ...]:
    """How people call a city of this name."""
    short = name[:-1] if len(name) > 2 and name[-1] in "市町村区" else name
    latin = name_en.partition(" ")[0]
    return tuple(one for one in (short, latin) if one)


def read_book(profile: Path, named: Sequence[Spot], city: str, city_en: str, report_kinds: Sequence[str]) -> Book:
    """The catalogue with the city's own over it. ``named``: places of the profile. Raises ProfileError."""
    text = resources.files("geo.heard").joinpath("words.toml").read_text(encoding="utf-8")
    catalogue = _read(_Catalogue, text, "geo/heard/words.toml")
    path = profile / FILE
    own = _read(Own, path.read_text(encoding="utf-8"), str(path)) if path.exists() else Own()
    hazards = _hazards(catalogue.hazard, own, str(path))
    if strange := [f"{one.kind}: {one.report}" for one in hazards if one.report not in report_kinds]:
        raise ProfileError(f"{path}: report of {strange[0]} is no kind of report; use {', '.join(report_kinds)}")
    words = tuple(plain(word) for word in own.city or city_words(city, city_en))
    return Book(
        hazards=hazards,
        spots=_spots(named, own, words, str(path)),
        whole=Spot(name=city, kind="city", words=words),
        city=words,
        around=tuple(plain(word) for word in own.around),
        never=own.never,
        elsewhere=own.elsewhere,
        marks=Marks(**{name: getattr(catalogue.marks, name) + getattr(own.marks, name) for name in Marks.model_fields}),
    )


def _hazards(known: Sequence[HazardWords], own: Own, where: str) -> tuple[HazardWords, ...]:
    found = {one.kind: one for one in (*known, *own.hazard)}  # a city's own table of a kind stands for the catalogue's
    for more in own.more:
        if more.kind not in found:
            raise ProfileError(f"{where}: more: {more.kind} is no hazard; use {', '.join(found)}")
        one = found[more.kind]
        changed = {"words": one.words + more.words, "never": one.never + more.never}
        found[more.kind] = one.model_copy(update=changed)
    return tuple(found.values())


def _spots(named: Sequence[Spot], own: Own, city: Sequence[str], where: str) -> tuple[Spot, ...]:
    found = {one.name: one for one in named}
    for alias in own.place:
        before = found.get(alias.name)
        if before is None and alias.lon is None:
            raise ProfileError(f"{where}: place {alias.name}: unknown, so it needs lon and lat")
        before = before or Spot(name=alias.name, kind="landmark", words=(alias.name,), lon=alias.lon, lat=alias.lat)
        found[alias.name] = before.with_words(alias.words)
    if strange := sorted(set(own.sure) - {word for spot in found.values() for word in spot.words}):
        raise ProfileError(f"{where}: sure: {strange[0]} is no name of a place of the profile")
    sure = {plain(one) for one in own.sure}
    settled = (one.spelled() for one in found.values())
    return tuple(
        one.made_sure(any(word in sure or any(name in word for name in city) for word in one.words)) for one in settled
    )


def _read(model: type[Any], text: str, where: str) -> Any:
    try:
        return model.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise ProfileError(f"{where}: {error}") from None
    except ValidationError as error:
        first = error.errors()[0]
        raise ProfileError(f"{where}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None
