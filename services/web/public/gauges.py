"""Rivers and snow as tables: every sensor, silent ones too, the most threatening first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from geo.station import Station
from rules.wording.languages import spoken
from services.store import distrusts
from services.store.latest import newest_of
from services.store.tables import records
from services.web.api.viewer import Viewer
from services.web.context import WebContext
from services.web.public.district import Mine

SHOWN = 4  # rows before the rest is folded away; whatever has reached a threshold is never folded
_SILENT = timedelta(minutes=90)  # a sensor that said nothing for longer has no value now
_AHEAD = timedelta(minutes=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gauge:
    """A sensor as a row of a table. ``value`` None: it is silent, which never means safe."""

    station: Station
    value: float | None
    unit: str
    at: datetime | None
    status: Status
    threshold: str = ""  # the highest one reached

    def name(self, language: str) -> str:
        """As the language's readers can read it."""
        return self.station.name if spoken(language).kanji else self.station.name_en or self.station.name


@dataclass(frozen=True, slots=True)
class Table:
    """Rows that are shown at once, and those behind a fold."""

    first: Sequence[Gauge]
    rest: Sequence[Gauge]


async def gauges(connection: AsyncConnection, context: WebContext, quantity: str, mine: Mine | None) -> Table:
    """Every sensor of the quantity; those of the district first among equals."""
    viewer, now = Viewer.everyone(context), context.now()
    stations = [one for one in context.ground.stations.values() if quantity in one.quantities and not one.for_staff]
    subjects = [f"{one.code}/{quantity}" for one in stations]
    newest: dict[str, Mapping[Any, Any]] = {}
    for status in sorted(viewer.statuses):  # a drill's value never hides the real one
        believed = await distrusts.believed(connection, status, now)
        of = (records.c.status == status, records.c.trusted, records.c.measured_at <= now + _AHEAD, *believed)
        rows = await newest_of(connection, "reading", subjects, *of)
        newest = {row["subject"]: row for row in rows} | newest
    found = [_gauge(one, newest.get(f"{one.code}/{quantity}"), now) for one in stations]
    found.sort(key=lambda gauge: (-_rank(gauge), not _near(gauge, mine), gauge.value is None, *_named(gauge)))
    reached = sum(bool(one.threshold) for one in found)
    return Table(found[: max(SHOWN, reached)], found[max(SHOWN, reached) :])


def _gauge(station: Station, row: Mapping[Any, Any] | None, now: datetime) -> Gauge:
    fresh = row if row is not None and row["value"] is not None and now - row["measured_at"] <= _SILENT else None
    value = fresh["value"] if fresh else None
    reached = [] if value is None else [(limit, name) for name, limit in station.thresholds.items() if value >= limit]
    return Gauge(
        station=station,
        value=value,
        unit=row["body"]["unit"] if row else station.unit,
        at=row["measured_at"] if row else None,
        status=Status(row["status"]) if row else Status.ACTUAL,
        threshold=max(reached)[1] if reached else "",
    )


def _rank(gauge: Gauge) -> int:
    """How many thresholds it has reached."""
    return sum(gauge.value is not None and gauge.value >= limit for limit in gauge.station.thresholds.values())


def _named(gauge: Gauge) -> tuple[str, str]:
    return gauge.station.river, gauge.station.name


def _near(gauge: Gauge, mine: Mine | None) -> bool:
    return mine is not None and mine.area.code in gauge.station.areas
