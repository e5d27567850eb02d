"""How much of each plow section was done on a day: the figure that residents see. No vehicle, no road."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from geo.plow.coverage import coverage
from geo.plow.segment import Segment
from services.archive.kind import HOURS, Kind, Rows
from services.archive.known import Known
from services.archive.period import Period
from services.store import plowed
from services.store.by_day import Reader
from services.web.open.cells import Cell

Network = Mapping[str, Sequence[Segment]]  # by section


async def _plowing(store: Reader, known: Known, day: Period) -> AsyncIterator[Rows]:
    """A section at a time, for a day of storm has a hundred thousand passes."""
    for area in sorted(known.ground.areas.of_kind("plow_section"), key=lambda one: one.code):
        async with store.read() as connection:
            roads = await _share(connection, known.carriageways.get(area.code, ()), day)
            walks = await _share(connection, known.sidewalks.get(area.code, ()), day)
        row: Sequence[Cell] = (day.name, area.code, area.name, area.name_en, roads, walks)
        yield [row]


async def _share(connection: AsyncConnection, mine: Sequence[Segment], day: Period) -> float | None:
    """Of the length, by passes that ended on the day; None where there is nothing to be done."""
    whole = sum(one.length_m for one in mine)
    if not whole:
        return None
    names = [one.id for one in mine]
    passes = await plowed.passes_within(connection, Status.ACTUAL, names, day.begins, day.ends)
    found = coverage(one for one in passes if one.ended < day.ends.timestamp())
    done = {name for name, one in found.items() if one.done_at is not None}
    return round(sum(one.length_m for one in mine if one.id in done) / whole, 3)


PLOWING = Kind(
    id="plowing",
    title="除雪の実施割合（日・工区別）",
    title_en="Plowing by day and section",
    description="その日に除雪した市道と歩道の長さの割合。車両の位置や道路ごとの時刻は含みません。",
    description_en="Share of the city's own roads and sidewalks done on each day, by section; no vehicle, no street.",
    columns={
        "日": "the day in Japan",
        "工区コード": "code of the section",
        "工区名": "its name",
        "工区名_英字": "in English",
        "実施割合": "0 to 1, of the city's own carriageways by length; empty: none is known",
        "歩道の実施割合": "the same of its sidewalks",
    },
    read=_plowing,
    outlasts="work",
    late=lambda known: HOURS + known.plow_delay,
    offered=lambda known: bool(known.carriageways),
)
