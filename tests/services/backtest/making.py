"""A city's stretch of time in a store, and the back-test of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from feeds.records import Reading, Record
from feeds.status import Status
from geo.model import Ground
from rules.alert import Place
from rules.engine import Sender
from rules.rule import CATALOG, Rule, load_rules
from services.backtest.asked import Asked, World
from services.backtest.told import told
from services.store import records
from services.store.engine import Store
from tests.services.making import NOW
from tests.services.web_floor import ground as small_ground

RULES = load_rules([CATALOG])
SENDER = Sender(id="hub.example", name="盛岡市", name_en="Morioka City")
TEN = timedelta(minutes=10)


def gauge(at: datetime, value: float, **more: Any) -> Reading:
    """A water level at the one gauge of the small ground: caution 2.0 m, danger 2.8 m."""
    whole = {"gateway": "gw1", "station": "tatesakabashi", "quantity": "water_level", "unit": "m"}
    return Reading(**whole, measured_at=at, value=value, **more)


def wave(start: datetime = NOW, peak: float = 2.9, every: timedelta = TEN) -> list[tuple[datetime, Reading]]:
    """A flood of 31 readings, five hours of them, each two seconds on its way: (received, reading)."""
    rise = [0.8 + (peak - 0.8) * min(1.0, max(0.0, (step - 3) / 12)) for step in range(20)]
    levels = [*rise, *[max(0.8, peak - 0.3 * step) for step in range(1, 12)]]
    return [(start + every * n + timedelta(seconds=2), gauge(start + every * n, v)) for n, v in enumerate(levels)]


async def keep(store: Store, came: Iterable[tuple[datetime, Record]]) -> None:
    """Store each record as of the instant it came."""
    async with store.write() as connection:
        for received_at, record in sorted(came, key=lambda one: one[0]):
            await records.save(connection, [record], received_at)


def asked(**changes: Any) -> Asked:
    """Five hours of real status from NOW on, without a warm-up."""
    whole: dict[str, Any] = {
        "start": NOW,
        "end": NOW + timedelta(hours=8),
        "status": Status.ACTUAL,
        "rules": [RULES],
        "warm_up": timedelta(0),
    }
    return Asked(**{**whole, **changes})


def small_world(store: Store, ground: Ground | None = None) -> World:
    known = ground or small_ground()

    def place(code: str) -> Place:
        area = known.areas.get(code)
        return Place(code=code, name=area.name if area else code)

    return World(store=store, ground=known, sender=SENDER, place=place)


async def lines(store: Store, one: Asked | None = None) -> list[dict[str, Any]]:
    """Everything the back-test tells."""
    return [line async for line in told(one or asked(), small_world(store))]


def of(told_lines: Sequence[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    """The lines of one kind."""
    return [line for line in told_lines if line["line"] == kind]


def only(rule: str) -> tuple[Rule, ...]:
    """One rule of the catalogue."""
    return tuple(one for one in RULES if one.id == rule)
