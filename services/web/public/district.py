"""The district that somebody reads about: as the address has it, and found by what they typed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

from geo.area import Area
from geo.towns.spelling import spelled
from rules.wording.languages import spoken
from services.web.context import CONTEXT, WebContext
from services.web.security import storable

LONGEST = 60  # characters of a search
_MOST = 30  # places of one search
_NEXT = 0.0015  # degrees, some 150 m: a river between two districts does not make them strangers


@dataclass(frozen=True, slots=True)
class Mine:
    """A district, and the codes of those it borders on."""

    area: Area
    neighbours: frozenset[str]

    @property
    def middle(self) -> tuple[float, float]:
        """lon, lat of a point within it, from which distances are told."""
        point = self.area.geometry.representative_point()
        return point.x, point.y


def area_of(request: web.Request) -> str:
    """The code of the district of ``?area=``; empty where none is named, or nobody knows it."""
    area = request.app[CONTEXT].ground.areas.get(request.query.get("area", ""))
    return area.code if area is not None and area.kind == "district" else ""


def mine_of(request: web.Request) -> Mine | None:
    """The same with what lies around it; None where there is none."""
    areas = request.app[CONTEXT].ground.areas
    area = areas.get(area_of(request))
    if area is None:
        return None
    around = areas.touching(area.geometry.buffer(_NEXT), "district")
    return Mine(area, frozenset(one.code for one in around if one.code != area.code))


def name_in(area: Area, language: str) -> str:
    """Its name as the language's readers can read it; in plain Japanese with its reading."""
    if language == "ja-x-easy" and area.reading:
        return f"{area.name}（{area.reading}）"
    return area.name if spoken(language).kanji else area.name_en or area.name


def all_districts(context: WebContext) -> Sequence[Area]:
    """In the order of their readings."""
    return sorted(context.ground.areas.of_kind("district"), key=lambda one: (one.reading or one.name, one.code))


def districts_for(context: WebContext, words: str) -> Sequence[Area]:
    """The districts that the words may mean: by their own name, else where a place of this name or address lies."""
    wanted = spelled(words[:LONGEST], context.city_name) if storable(words) else ""
    if not wanted:
        return []
    districts = all_districts(context)
    names = {one.code: {spelled(name) for name in (one.name, one.name_en, one.reading) if name} for one in districts}
    if exact := [one for one in districts if wanted in names[one.code]]:
        return exact
    places = context.towns.find(words[:LONGEST], _MOST)
    codes = {area.code for one in places for area in context.ground.areas.at(one.lon, one.lat, "district")}
    codes |= {one.code for one in districts if any(name.startswith(wanted) for name in names[one.code])}
    return [one for one in districts if one.code in codes]
