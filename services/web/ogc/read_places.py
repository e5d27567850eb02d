"""What stays where it is: places of refuge with their state, sensors, areas, and the zones of hazard maps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from feeds.status import Status
from geo.area import Area
from geo.layers.layer import Layer
from geo.shelter import Shelter
from services.web.api import sensors, shelters
from services.web.api.as_of import Seen
from services.web.api.shapes import Shapes, point
from services.web.context import WebContext
from services.web.ogc.collection import Read
from services.web.ogc.item import Item

_NOBODY_SAID: dict[str, Any] = dict.fromkeys(
    ("opening", "since", "crowding", "capacity", "people", "households", "checked", "fresh", "issued")
)


async def places_of_refuge(context: WebContext, _: Shapes) -> Sequence[Item]:
    """The city's list, each with what the city has issued of it, and what it has opened beside the list."""
    async with context.store.read() as connection:
        issued = await shelters.issued(connection, context, Seen(context.now()))
    items = [_opened(one) for one in issued]
    told = {item.id for item in items}
    return items + [_listed(one) for one in context.ground.shelters if one.code and one.code not in told]


def _opened(told: Mapping[str, Any]) -> Item:
    """Known by the same name whether open or not; what a drill opened is another thing than the place itself."""
    status, _, identity = str(told["id"]).partition("/")
    drill = "" if status == Status.ACTUAL.value else f".{status}"
    return Item(identity + drill, told["geometry"], told["properties"])


def _listed(one: Shelter) -> Item:
    own = {"code": one.code, "name": one.name, "address": one.address, "limits": one.note}
    words = {"type": "", "opening_ja": "", "crowding_ja": "", "note": "", "status": Status.ACTUAL.value}
    return Item(one.code, point(one.lon, one.lat), _NOBODY_SAID | words | own | {"hazards": sorted(one.hazards)})


async def sensors_of_the_city(context: WebContext, _: Shapes) -> Sequence[Item]:
    """What stands only in the exercise is no sensor of the city's, unless everybody sees the exercise."""
    known = [one for one in context.ground.stations.values() if not one.for_staff]
    known = [one for one in known if context.public_exercise or not one.demonstration]
    return [Item(one.code, point(one.lon, one.lat), sensors.sensor_properties(one)) for one in known]


def areas(*kinds: str) -> Read:
    """The areas of these kinds; of every kind where none is named."""

    async def read(context: WebContext, _: Shapes) -> Sequence[Item]:
        return [_area(one) for one in context.ground.areas if not kinds or one.kind in kinds]

    return read


def _area(one: Area) -> Item:
    names = {"name": one.name, "name_en": one.name_en, "reading": one.reading}
    return Item(one.code, one.geometry, {"code": one.code, "kind": one.kind, **names})


def zones(layer: Layer) -> Read:
    """The zones of one hazard map. Outside of them nothing is drawn, which never means safe."""

    async def read(_: WebContext, __: Shapes) -> Sequence[Item]:
        return [Item(f"{number:07d}", one.geometry, _plain(one.facts)) for number, one in enumerate(layer.zones)]

    return read


def _plain(facts: Mapping[str, object]) -> dict[str, object]:
    """What JSON can hold; anything else as it is written."""
    plain = (str, int, float, bool, type(None), list, tuple)
    return {name: value if isinstance(value, plain) else str(value) for name, value in facts.items()}
