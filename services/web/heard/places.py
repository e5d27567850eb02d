"""Places that typed words may mean, to choose from: houses and landmarks, roads, and roads of a town."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.web.context import WebContext
from services.web.roads.finding import LONGEST, find

_MOST = 8


@dataclass(frozen=True, slots=True)
class Spot:
    """A place by its name; degrees."""

    name: str
    lon: float
    lat: float

    @property
    def value(self) -> str:
        """As the form sends it."""
        return f"{self.lon:.6f},{self.lat:.6f}"


def spots(context: WebContext, words: str) -> Sequence[Spot]:
    """What the words may mean, the plainest first; empty where nothing of this name is known."""
    found = find(context, words[:LONGEST], context.own)
    exact = [Spot(one.name, one.lon, one.lat) for one in found.places if one.exact]
    roads = [Spot(one.segment.name, *one.middle) for one in found.roads]
    towns = [one for one in found.places if not one.exact][:1]
    near = [
        Spot(f"{town.name}：{one.segment.name}", *one.middle)
        for town in towns
        for one in context.answers.near(town.lon, town.lat, context.own, _MOST)
    ]
    return [*exact[:_MOST], *roads[:_MOST], *near]


def only(context: WebContext, words: str) -> Spot | None:
    """The one place that they mean; None where there is none, or more than one."""
    found = find(context, words[:LONGEST], context.own)
    exact = [Spot(one.name, one.lon, one.lat) for one in found.places if one.exact]
    roads = [Spot(one.segment.name, *one.middle) for one in found.roads]
    whole = [*exact, *roads]
    return whole[0] if len(whole) == 1 and not [one for one in found.places if not one.exact] else None
