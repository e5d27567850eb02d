"""The gauges that matter most now: rivers by the threshold that they have reached or are nearest to, then the rain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import RowMapping, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from geo.station import Station
from services.store import distrusts
from services.store.latest import newest_by_subject
from services.store.tables import records

RIVERS, RAINS = 4, 2
_RAIN = ("precipitation_1h", "rain_1h", "precipitation")
_OLD, _HOUR = timedelta(minutes=90), timedelta(hours=1)
_STEP = 0.05  # metres an hour, from which on water rises or falls


@dataclass(frozen=True, slots=True, kw_only=True)
class Gauge:
    """One value. ``reached``: name of the highest threshold below it; ``ahead``: the next and how far it is."""

    name: str
    river: str
    value: float
    unit: str
    at: datetime
    old: bool
    reached: str = ""
    ahead: str = ""
    missing: float | None = None
    trend: str = ""  # up, down, level; empty where it is not known


async def top(
    connection: AsyncConnection, stations: Mapping[str, Station], status: Status, now: datetime
) -> list[Gauge]:
    """The rivers nearest to trouble, then the heaviest rain."""
    wanted = or_(records.c.subject.like("%/water_level"), *(records.c.subject.like(f"%/{name}") for name in _RAIN))
    mine = (records.c.status == status.value, records.c.trusted, records.c.measured_at <= now + timedelta(minutes=2))
    believed = await distrusts.believed(connection, status.value, now)
    rows = await newest_by_subject(connection, "reading", *mine, wanted, *believed)
    known = [(stations[row["subject"].partition("/")[0]], row) for row in rows if _named(row, stations)]
    rivers = [(station, row) for station, row in known if row["subject"].endswith("/water_level")]
    rivers.sort(key=lambda pair: _urgency(*pair), reverse=True)
    found = [_river(*pair, now, await _trend(connection, pair[1])) for pair in rivers[:RIVERS]]
    rains = [(station, row) for station, row in known if not row["subject"].endswith("/water_level")]
    rains.sort(key=lambda pair: (now - pair[1]["measured_at"] < _OLD, pair[1]["value"]), reverse=True)
    return [*found, *(_rain(*pair, now) for pair in rains[:RAINS])]


def _named(row: RowMapping, stations: Mapping[str, Station]) -> bool:
    station = stations.get(row["subject"].partition("/")[0])
    return station is not None and not station.for_staff and row["value"] is not None


def _urgency(station: Station, row: RowMapping) -> tuple[int, float]:
    """How many thresholds are reached, then how near the next one is."""
    reached = sum(row["value"] >= limit for limit in station.thresholds.values())
    missing = min((limit - row["value"] for limit in station.thresholds.values() if limit > row["value"]), default=99.0)
    return reached, -missing


def _river(station: Station, row: RowMapping, now: datetime, trend: str) -> Gauge:
    order = sorted(station.thresholds.items(), key=lambda pair: pair[1])
    reached = [name for name, limit in order if row["value"] >= limit]
    ahead = next(((name, limit) for name, limit in order if row["value"] < limit), None)
    return Gauge(
        name=station.name,
        river=station.river,
        value=row["value"],
        unit=row["body"]["unit"],
        at=row["measured_at"],
        old=now - row["measured_at"] > _OLD,
        reached=reached[-1] if reached else "",
        ahead=ahead[0] if ahead else "",
        missing=round(ahead[1] - row["value"], 2) if ahead else None,
        trend=trend,
    )


def _rain(station: Station, row: RowMapping, now: datetime) -> Gauge:
    return Gauge(
        name=station.name,
        river="",
        value=row["value"],
        unit=row["body"]["unit"],
        at=row["measured_at"],
        old=now - row["measured_at"] > _OLD,
    )


async def _trend(connection: AsyncConnection, row: RowMapping) -> str:
    """How it has moved over about an hour."""
    mine = (
        records.c.type == "reading",
        records.c.subject == row["subject"],
        records.c.status == row["status"],
        records.c.trusted,
    )
    span = (
        records.c.measured_at <= row["measured_at"] - _HOUR / 2,
        records.c.measured_at >= row["measured_at"] - 2 * _HOUR,
    )
    past = select(records.c.value, records.c.measured_at).where(*mine, *span).order_by(records.c.measured_at.desc())
    before = (await connection.execute(past.limit(1))).first()
    if before is None or before.value is None:
        return ""
    hours = (row["measured_at"] - before.measured_at) / _HOUR
    pace = (row["value"] - before.value) / hours
    return "up" if pace >= _STEP else "down" if pace <= -_STEP else "level"
