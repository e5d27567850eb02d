"""One step of predict and of evaluate at the worst hour of the exercise, beside one small commit."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from time import perf_counter

from sqlalchemy import func, select

from services.store import cursors
from services.store.engine import Store
from services.store.tables import hazards, records
from tests.benchmarks.figure import Figure, beside
from tests.benchmarks.scale import Scale
from tests.e2e.scene import START, Scene, scene

NAME = "steps"
_BARE = "one small commit"


async def measure(scale: Scale, folder: Path) -> list[Figure]:
    """The night is played first, through the hub's own stages; then time goes on and nothing new comes in."""
    async with scene(folder) as busy:
        await busy.play(START + timedelta(hours=scale.hours))
        predicted, evaluated = [], []
        for _ in range(scale.steps):
            busy.clock.at += timedelta(seconds=10)  # within ten seconds predict would rest
            commit = await _commit(busy.store)
            predicted.append((await _predict(busy), commit))
            evaluated.append((await _evaluate(busy), commit))
        async with busy.store.read() as connection:
            stored = await connection.scalar(select(func.count()).select_from(records))
            standing = await connection.scalar(
                select(func.count()).select_from(hazards).where(hazards.c.current, hazards.c.level > 0)
            )
    return [
        Figure(bench=NAME, figure="records in the store", value=stored or 0, unit="records"),
        Figure(bench=NAME, figure="hazards that stand", value=standing or 0, unit="hazards"),
        beside(NAME, "predict", "ms", _BARE, predicted),
        beside(NAME, "evaluate", "ms", _BARE, evaluated),
    ]


async def _predict(busy: Scene) -> float:
    began = perf_counter()
    await busy.predict.step()
    return 1000 * (perf_counter() - began)


async def _evaluate(busy: Scene) -> float:
    began = perf_counter()
    await busy.evaluate.step()
    return 1000 * (perf_counter() - began)


async def _commit(store: Store) -> float:
    """The least any loop can do: one row, on disk."""
    began = perf_counter()
    async with store.write() as connection:
        await cursors.move(connection, "benchmark", 1)
    return 1000 * (perf_counter() - began)
