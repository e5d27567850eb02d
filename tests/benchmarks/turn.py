"""How long the rules keep every other writer waiting when much begins at once: all channels, all languages.

The store has one writer at a time, and the ingest is one of those who wait. Beside it the bare work of writing out
the same alerts for the same channels, which is what the turn lasts where it is done inside of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from geo.hazard import Hazard
from rules.alert import Alert
from rules.wording.languages import LANGUAGES
from services.bell import Bell
from services.channels.budget.meter import meters
from services.channels.budget.tariff import tariffs
from services.channels.channel import Channel
from services.channels.registry import CHANNELS, build
from services.city import City, load_city
from services.evaluate import Evaluate
from services.settings import load
from services.store import cursors, hazards
from services.store.codec import from_json
from services.store.engine import Store
from services.store.tables import alerts
from tests.benchmarks.figure import Figure, beside, seconds
from tests.benchmarks.scale import Scale
from tests.services.making import NOW, SetClock, hazard

NAME = "turn"
PROFILE = Path(__file__).parents[2] / "config" / "morioka"
_RULE = "river-level"
_NOTICE = frozenset({"urgent_mail"})  # takes what tells people to leave, and nothing else
_BARE = "writing the same out, bare"


@dataclass
class _Watched(Store):
    """A store that notes how long each turn was held."""

    inner: Store
    held: list[float] = field(default_factory=list)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        began = 0.0
        try:
            async with self.inner.write() as connection:
                began = perf_counter()
                yield connection
        finally:
            self.held.append(perf_counter() - began)

    def read(self) -> Any:
        return self.inner.read()


async def measure(scale: Scale, folder: Path) -> list[Figure]:
    """Each repeat with a store of its own: the hazards are there, the rules look once."""
    city = _city(folder)
    many = 50 if scale.repeats > 1 else 3
    found = [await _once(city, folder / f"{repeat}", many) for repeat in range(scale.repeats + 1)][1:]  # fresh code
    written = found[-1].alerts
    return [
        Figure(bench=NAME, figure="alerts at once", value=written, unit="alerts"),
        Figure(bench=NAME, figure="channels", value=len(city.channels), unit="channels"),
        Figure(bench=NAME, figure="languages", value=found[-1].languages, unit="languages"),
        beside(NAME, "turn held", "ms", _BARE, [(one.held, one.bare) for one in found]),
        beside(NAME, "longest wait of another writer", "ms", _BARE, [(one.wait, one.bare) for one in found]),
        beside(NAME, "hazards to drafts", "ms", _BARE, [(one.whole, one.bare) for one in found]),
    ]


@dataclass(frozen=True)
class _Look:
    alerts: int
    languages: int
    held: float  # ms, the longest turn
    wait: float  # ms, of another writer at the most
    whole: float  # ms, the whole step
    bare: float


async def _once(city: City, folder: Path, many: int) -> _Look:
    folder.mkdir()
    store = await Store.open(f"sqlite:///{folder / 'shirase.db'}")
    try:
        async with store.write() as connection:
            await hazards.replace_picture(connection, {}, _storm(city, many), NOW)
        watched = _Watched(store)
        evaluate = Evaluate(watched, Bell(), SetClock(NOW), city)
        waits = list[float]()
        other = asyncio.create_task(_writes(store, waits))
        began = perf_counter()
        await evaluate.step((Status.EXERCISE,))
        whole = perf_counter() - began
        other.cancel()
        await asyncio.wait([other])
        async with store.read() as connection:
            written = [from_json(Alert, body) for body in await connection.scalars(select(alerts.c.body))]
    finally:
        await store.close()
    takers = [channel for name, channel in city.channels.items() if name not in _NOTICE]
    bare = seconds(lambda: [channel.render(one) for one in written for channel in takers])
    spans = [1000 * one for one in (max(watched.held), max(waits), whole, bare)]
    return _Look(len(written), len(written[0].texts), *spans)


async def _writes(store: Store, waits: list[float]) -> None:
    """A small commit every five milliseconds, as a station reports."""
    while True:
        began = perf_counter()
        try:
            async with store.write() as connection:
                await cursors.move(connection, "benchmark", len(waits))
        finally:
            waits.append(perf_counter() - began)
        await asyncio.sleep(0.005)


def _storm(city: City, many: int) -> list[Hazard]:
    """So many gauges past their level, one district after the other."""
    areas = list(city.ground.areas)
    return [
        hazard(
            area=areas[number % len(areas)].code,
            area_name=areas[number % len(areas)].name,
            source=f"g{number:03}",
            facts={"gauge": f"第{number}観測所", "level_m": 2.6, "threshold": "避難判断水位"},
            since=NOW - timedelta(hours=1),
            valid_until=NOW + timedelta(hours=1),
        )
        for number in range(many)
    ]


def _city(folder: Path) -> City:
    """The city with every channel of the registry, and one rule that goes to all of them."""
    told = {"SHIRASE_PROFILE": str(PROFILE), "SHIRASE_DATA_DIR": str(folder)}
    city = load_city(load([], told))
    channels: dict[str, Channel] = {}
    for name, kind in CHANNELS.items():
        own = {"folder": folder / "voice"} if name == "voice" else {}
        channels[name] = build(name, {**kind.render_only, **own, "statuses": ["Exercise"]}, readings=city.readings)
    rules = tuple(replace(one, channels=tuple(channels)) for one in city.rules if one.id == _RULE)
    metered = meters(tariffs({}, {name: {} for name in channels}))
    sender = replace(city.sender, languages=tuple(LANGUAGES))
    return replace(city, channels=channels, rules=rules, meters=metered, sender=sender)
