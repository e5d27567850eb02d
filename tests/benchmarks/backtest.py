"""A day of a hundred stations gone through again, beside as many runs of the models and nothing else.

In processor time: nothing is waited for but the disk, and other programs on the machine shall not count.
"""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import process_time

from feeds.records import Reading
from feeds.status import Status
from geo.model import Ground, look
from geo.registry import MODELS
from geo.station import Station
from services.backtest.asked import Asked, World
from services.backtest.sight import Sight
from services.backtest.told import told
from services.city import load_city
from services.settings import load
from services.store import records
from services.store.engine import Store
from tests.benchmarks.figure import Figure, beside
from tests.benchmarks.scale import Scale

NAME = "backtest"
_START = datetime(2026, 1, 20, tzinfo=UTC)
_PROFILE = Path(__file__).parents[2] / "config/morioka"
_STATIONS = 100
_EVERY = timedelta(minutes=10)


async def measure(scale: Scale, folder: Path) -> list[Figure]:
    """Stations report every ten minutes, each in a second of its own; one look a minute, as the command has it."""
    settings = load([], {"SHIRASE_PROFILE": str(_PROFILE), "SHIRASE_DATA_DIR": str(folder)})
    city = load_city(settings)
    ground = _many(city.ground)
    length = timedelta(hours=scale.replayed)
    store = await Store.open(f"sqlite:///{folder / 'backtest.db'}")
    try:
        stored = await _fill(store, ground, length)
        world = World(store=store, ground=ground, sender=city.sender, place=city.place)
        asked = Asked(
            start=_START,
            end=_START + length,
            status=Status.ACTUAL,
            rules=[city.rules],
            warm_up=timedelta(0),
        )
        began = process_time()
        lines = [line async for line in told(asked, world)]
        seconds = process_time() - began
        bare, looks = await _bare(world, asked)
    finally:
        await store.close()
        for channel in city.channels.values():
            await channel.close()
    return [
        Figure(bench=NAME, figure="readings gone through", value=stored, unit="readings"),
        Figure(bench=NAME, figure="looks of the models", value=looks, unit="looks"),
        Figure(bench=NAME, figure="lines told", value=len(lines), unit="lines"),
        beside(NAME, f"{scale.replayed:g} hours, processor time", "s", "the models alone", [(seconds, bare)]),
    ]


async def _bare(world: World, asked: Asked) -> tuple[float, int]:
    """As many runs of the models on the inputs of one instant, and nothing else; how long, and how many."""
    sight = Sight(world.source(asked.status), asked.period)
    await sight.look(asked.end)
    inputs = sight.memory.inputs(asked.end, {})
    looks = int((asked.end - asked.start) / asked.step)
    began = process_time()
    for n in range(looks):
        look(MODELS, replace(inputs, now=asked.end + timedelta(seconds=n)), world.ground, {})
    return process_time() - began, looks


def _many(ground: Ground) -> Ground:
    """The city's own gauges again and again until there are enough of them."""
    known = list(ground.stations.values())
    many = [replace(known[n % len(known)], code=f"{known[n % len(known)].code}-{n}") for n in range(_STATIONS)]
    return replace(ground, stations={one.code: one for one in many})


async def _fill(store: Store, ground: Ground, length: timedelta) -> int:
    """A quiet day of every station; two rivers of a hundred rise."""
    times = int(length / _EVERY) + 1
    many = 0
    async with store.write() as connection:
        for n in range(times):
            for number, station in enumerate(ground.stations.values()):
                at = _START + n * _EVERY + timedelta(seconds=6 * number)
                batch = [_reading(station, quantity, at, n / times, number) for quantity in sorted(station.quantities)]
                saved = await records.save(connection, batch, at)
                many += len(saved.new)
    return many


def _reading(station: Station, quantity: str, at: datetime, share: float, number: int) -> Reading:
    ripple = 0.05 * math.sin(40 * share + number)
    low = min(station.thresholds.values(), default=1.0)
    risen = 2 * share if number % 50 == 0 else 0
    base = {"water_level": low - 0.5 + risen, "snow_depth": 20 + 8 * share}
    unit = {"water_level": "m", "snow_depth": "cm", "air_temperature": "degC"}.get(quantity, "")
    value = base.get(quantity, -2.0) + ripple
    return Reading(
        gateway="bench", station=station.code, quantity=quantity, value=round(value, 2), unit=unit, measured_at=at
    )
