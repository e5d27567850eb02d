"""The console's whole picture at an instant of the past, beside the same of now, after two busy days in the store."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from time import perf_counter

from sqlalchemy import func, select

from feeds.status import Status
from geo.hazard import Evidence
from services.store import alerts, chronology, cursors, hazards, outbox, records
from services.store.chronology import Entry
from services.store.engine import Store
from services.store.tables_past import hazards_past
from services.store.users import Role
from tests.benchmarks.figure import Figure, beside
from tests.benchmarks.scale import Scale
from tests.services.making import NOW, alert, hazard, payload, reading
from tests.services.web_floor import Visitor, floor

NAME = "another time"
_STEP = timedelta(minutes=10)
_STATIONS, _HAZARDS, _CHANNELS = 500, 200, ("x", "line", "cap_feed", "log")
_PICTURE = (
    "hazards?limit=1000",
    "alerts?state=draft,issued&limit=1000",
    "alerts?limit=200",
    "readings/latest?limit=1000",
    "reports?limit=200",
    "deliveries?limit=500",
    "chronology?limit=200",
    "suppressions?limit=200",
    "silences",
    "outages",
    "damage/map",
    "official/areas",
    "shelters",
    "status",
)


async def measure(scale: Scale, folder: Path) -> list[Figure]:
    """Every ten minutes all stations report, the reasons of all dangers move, some change level, an alert goes out."""
    store = await Store.open(f"sqlite:///{folder / 'shirase.db'}")
    begin = NOW - timedelta(hours=scale.past_hours)
    async with store.write() as connection:
        await cursors.put(connection, "past", int(begin.timestamp() * 1000))
    picture: dict[str, object] = {}
    steps = int(scale.past_hours * 6)
    for number in range(steps):
        picture = await _pass(store, begin + number * _STEP, number, picture)
    figures = []
    async with floor(store) as web:
        officer = await web.person(Role.VIEWER)
        for words, ago in (("an hour ago", 1 / 48), ("a day ago", 1 / 2), ("two days ago", 47 / 48)):
            at = NOW - timedelta(hours=scale.past_hours * ago)
            pairs = [(await _asked(officer, at), await _asked(officer, None)) for _ in range(scale.repeats)]
            figures.append(beside(NAME, words, "ms", "now", pairs))
    async with store.read() as connection:
        kept = await connection.scalar(select(func.count()).select_from(hazards_past))
    await store.close()
    size = sum(one.stat().st_size for one in folder.iterdir()) / 1e6
    figures.append(Figure(bench=NAME, figure="dangers as they stood", value=kept or 0, unit="rows"))
    return [*figures, Figure(bench=NAME, figure="store", value=size, unit="MB")]


async def _pass(store: Store, now: datetime, number: int, before: dict[str, object]) -> dict[str, object]:
    """Ten minutes of a busy night; the picture of dangers after them."""
    some = [
        reading(station=f"st{one:03}", value=1 + number % 7 / 10, measured_at=now, status=Status.ACTUAL)
        for one in range(_STATIONS)
    ]
    found = [
        hazard(
            area=f"a{one:03}",
            status=Status.ACTUAL,
            level=2 + (number // 6 + one) % 3,
            since=now,
            valid_until=now + timedelta(hours=2),
            evidence=(Evidence(ref=f"r{number}", text=f"館坂橋 2.{number % 90:02} m、" * 6),),
        )
        for one in range(_HAZARDS)
    ]
    one = alert(series=f"s{number}", identifier=f"s{number}-1", sent=now, status=Status.ACTUAL, channels=_CHANNELS)
    entries = [
        Entry(at=now, status=Status.ACTUAL, kind="hazard", who="flood@1", text=f"{number}", refs={"level": "3"})
    ] * 20
    payloads = {name: payload() for name in _CHANNELS}
    async with store.write() as connection:
        await records.save(connection, some, now)
        await hazards.replace_picture(connection, before, found, now)  # type: ignore[arg-type]
        await alerts.add_draft(connection, one, payloads, now)
        await alerts.mark_issued(connection, one, now + timedelta(minutes=2))
        await outbox.add(connection, one, payloads, now + timedelta(minutes=2), now)
        await chronology.append(connection, entries)
    return {each.key: each for each in found}


async def _asked(officer: Visitor, at: datetime | None) -> float:
    """Milliseconds for the whole picture, one request after the other."""
    params = {} if at is None else {"at": at.isoformat()}
    began = perf_counter()
    for path in _PICTURE:
        status, body = await officer.get(f"/api/v1/{path}", params=params)
        assert status == 200, (path, body)
    return 1000 * (perf_counter() - began)
