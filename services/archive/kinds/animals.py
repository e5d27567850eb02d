"""Animals by day and square: numbers of sightings that are listed no more, as coarse as everywhere else."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from services.archive.kind import Form, Kind, Rows
from services.archive.known import Known
from services.archive.period import Period
from services.store.by_day import Reader
from services.web.api.answer import feature
from services.web.api.season import counted
from services.web.api.shapes import geojson

_DAY = timedelta(days=1)


async def _all(store: Reader, known: Known, now: datetime) -> dict[str, list[dict[str, Any]]]:
    """Day → what is told of it."""
    async with store.read() as connection:
        found = await counted(connection, known.ground, now)
    days: dict[str, list[dict[str, Any]]] = {}
    for (day, kind, code), (area, many) in sorted(found.items(), key=lambda pair: pair[0]):
        told = {"day": day, "kind": kind, "square": code, "place": area.name, "count": many}
        days.setdefault(day, []).append(feature(f"{day}/{kind}/{code}", geojson(area.geometry), told))
    return days


async def _animals(store: Reader, known: Known, day: Period) -> AsyncIterator[Rows]:
    """As it will be once nothing of that day is listed any more, which is when it is made."""
    yield (await _all(store, known, day.ends + _listed(known))).get(day.name, [])


def _listed(known: Known) -> timedelta:
    """How long a sighting is in the list before it becomes a number."""
    return max((one.listed for one in known.ground.tellings.values() if one.after == "squares"), default=_DAY) + _DAY


async def _moved(store: Reader, known: Known, now: datetime) -> Mapping[str, bytes]:
    """Every day anew: a sighting may be confirmed late, or its report erased, on any of them."""
    return {day: ANIMALS.lines(some) for day, some in (await _all(store, known, now)).items()}


ANIMALS = Kind(
    id="animals",
    title="動物の目撃（日・区画別）",
    title_en="Animals seen, by day and square",
    description="確認した目撃の件数。一覧から外れたあと（約2週間後）に作ります。",
    description_en="Numbers of confirmed sightings, made when they are listed no more, some two weeks later.",
    columns={
        "day": "in Japan",
        "kind": "bear, boar or deer",
        "square": "mesh- and the code of the square (JIS X 0410); the geometry is the square",
        "place": "what the square lies near",
        "count": "of confirmed sightings",
    },
    read=_animals,
    form=Form.FEATURES,
    late=_listed,
    moved=_moved,
)
