"""A store with some days behind it, and what makes its archives."""

from __future__ import annotations

import gzip
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from feeds.quantities import FOR_STAFF
from feeds.records import Reading
from feeds.status import Status
from geo.model import Ground
from geo.station import Station
from services.archive.job import Archive
from services.archive.known import Known
from services.archive.period import Period
from services.archive.shelf import Shelf
from services.configuration.retention import Retention
from services.lease import Leased
from services.store import archives, records
from services.store.archives import Archived
from services.store.engine import Store
from tests.services.making import NOW, SetClock, reading
from tests.services.web_floor import ground

YESTERDAY, TODAY = Period("2026-11-19"), Period("2026-11-20")  # in Japan, by NOW
NOON = YESTERDAY.begins + timedelta(hours=12)


def city() -> Ground:
    """With a snow gauge and a trap, which only staff know."""
    whole = ground()
    snow = Station(code="yuki", name="雪", lon=141.1, lat=39.7, quantities=frozenset({"snow_depth"}), unit="cm")
    trap = Station(code="wana", name="罠", lon=141.1, lat=39.7, quantities=frozenset({sorted(FOR_STAFF)[0]}))
    demo = Station(code="demo", name="見本", lon=141.1, lat=39.7, quantities=frozenset(), demonstration=True)
    return replace(whole, stations={**whole.stations, snow.code: snow, trap.code: trap, demo.code: demo})


def real(**changes: Any) -> Reading:
    return reading(**{"status": Status.ACTUAL, "measured_at": NOON, **changes})


async def save(store: Store, *some: Reading, at: datetime = NOON) -> None:
    async with store.write() as connection:
        await records.save(connection, list(some), at)


def shelf(folder: Path, limit: int = 10**9, spare: int = 0) -> Shelf:
    return Shelf(folder / "archive", limit, spare)


def job(
    store: Store | Leased, folder: Path, at: datetime = NOW, kept: Retention | None = None, **known: Any
) -> Archive:
    whole = Known(**{"ground": city(), **known})
    return Archive(store, SetClock(at), shelf(folder), whole, kept or Retention())


async def work_off(archive: Archive) -> int:
    """Until nothing is left; how many files."""
    many = 0
    while await archive.step():
        many += 1
    return many


async def row(store: Store, kind: str, period: str) -> Archived | None:
    async with store.read() as connection:
        return await archives.find(connection, kind, period)


def path(folder: Path, one: Archived) -> Path:
    return shelf(folder).path(one.kind, one.period, one.sha256)


def text(folder: Path, one: Archived | None) -> str:
    """What unpacks from the file of a row."""
    assert one is not None
    return gzip.decompress(path(folder, one).read_bytes()).decode("utf-8-sig")
