"""Where somebody's street is, by what they typed: a road by its name, a town or house by its address.

Nobody outside is asked. A house number is not known, so a town leads to its roads, and to the map.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from feeds.status import Status
from geo.plow.placing import Placed
from geo.towns.gazetteer import Place
from services.web.api.answer import collection, feature
from services.web.api.endpoint import Endpoint, Parameter
from services.web.api.shapes import point
from services.web.api.viewer import viewer_of
from services.web.context import CONTEXT, WebContext
from services.web.roads.shown import shown_status

MOST, LONGEST = 30, 60  # found of each kind; characters of a search


@dataclass(frozen=True, slots=True)
class Found:
    """Roads of that name, and places of that address."""

    roads: Sequence[Placed]
    places: Sequence[Place]


def find(context: WebContext, words: str, status: Status) -> Found:
    """Everything that the words may mean, in the city."""
    some = [one for one in context.towns.find(words, MOST) if context.ground.areas.at(one.lon, one.lat, "city")]
    return Found(context.answers.named(words, status, MOST), some)


async def show(request: web.Request) -> web.Response:
    context, words = request.app[CONTEXT], request.query.get("q", "").strip()[:LONGEST]
    found = find(context, words, shown_status(context, viewer_of(request)))
    roads = (
        _told(one.segment.id, one.middle, {"kind": "road", "name": one.segment.name, "section": one.segment.section})
        for one in found.roads
    )
    places = (
        _told(f"place-{number}", (one.lon, one.lat), {"kind": _kind(one), "name": one.name, "name_en": one.name_en})
        for number, one in enumerate(found.places, 1)
    )
    return collection(request, [*roads, *places], None)


def _kind(one: Place) -> str:
    return "house" if one.exact else "town"


def _told(name: str, where: tuple[float, float], properties: Mapping[str, str]) -> dict[str, Any]:
    empty = {"kind": "", "name": "", "name_en": "", "section": ""}
    return feature(name, point(*where), empty | dict(properties))


ENDPOINTS: Sequence[Endpoint] = (
    Endpoint(
        path="/snow/places",
        handler=show,
        summary="Roads by name, and towns, shelters and landmarks by address; to ask /snow/street about.",
        parameters=(Parameter("q", "name of a road or an address, at most 60 characters"),),
        properties={
            "kind": "road; house, whose place is exact; town, of which only the middle is known: choose a road near it",
            "name": "its name",
            "name_en": "the same in English, or empty",
            "section": "plow section of a road, or empty",
        },
    ),
)
