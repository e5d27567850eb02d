"""Looking at the running hub from outside: memory, threads, files, how far behind it is; whether any of it grows."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import statistics
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime
from itertools import combinations
from pathlib import Path
from typing import Any

from services.clock import wall
from tests.benchmarks.hub import resident_mb
from tests.storm.stage import Stage

_OPEN = ("waiting", "sending", "unknown")
_LONG = 24.0  # hours: in a shorter storm caches are still filling
_FILLED = 26.0  # hours after which readings go as fast as they come: models look back on 25 of most (geo.model.Wants)
_PAGES_MB = 16  # that a connection to SQLite may keep (cache_size in services/store/sqlite.py); each has two files open
_BROKER_MB = 24  # Go gives back late
_SHARE = 0.02  # of what is held, in a day: what caches of fixed size still take on
_FEWEST = 5  # counts that make a slope
_ALLOWED = {
    "threads": 2.0,
    "files": 4.0,
    "databases": 0.0,
    "behind": 10.0,
    "open": 3.0,
}  # a rise over the last two thirds
_MOST_POINTS = 200  # of a slope: its pairs are this squared


@dataclass(frozen=True)
class Sample:
    """One look. Sizes in MB (10⁶ bytes), ages in seconds of wall time."""

    hour: float  # of the storm
    memory: dict[str, float]  # by process
    threads: int
    files: int  # open files and sockets of the hub
    databases: int  # of them, of the store
    behind: int  # records that predict has not looked at
    open: int  # deliveries that are not out
    oldest_s: float  # of them, since its begin or its next try became due
    store_mb: float


@dataclass
class Gauge:
    """``samples`` in order; ``seconds`` between two."""

    stage: Stage
    seconds: float
    samples: list[Sample] = field(default_factory=list)
    behind: list[int] = field(default_factory=list)  # every second
    now: tuple[int, int] = (0, 1)  # records behind and deliveries open, at the newest look
    oldest: list[float] = field(default_factory=list)

    async def run(self) -> None:
        ticks = max(1, round(self.seconds))
        while True:
            for tick in range(ticks):
                with suppress(sqlite3.OperationalError):  # locked: the next look is in a second
                    behind, open_, oldest = lag(self.stage)
                    self.now = behind, open_
                    self.behind.append(behind)
                    self.oldest.append(oldest)
                    if tick == 0:
                        self.samples.append(self._sample(behind, open_, oldest))
                await asyncio.sleep(1.0)

    def _sample(self, behind: int, open_: int, oldest: float) -> Sample:
        pid = self.stage.pids["hub"]
        links = _files(pid)
        return Sample(
            hour=(self.stage.clock.now() - self.stage.fast.start).total_seconds() / 3600,
            memory={name: round(resident_mb(one), 2) for name, one in self.stage.pids.items()},
            threads=sum(1 for _ in Path(f"/proc/{pid}/task").iterdir()),
            files=len(links),
            databases=sum("shirase.db" in one for one in links),
            behind=behind,
            open=open_,
            oldest_s=round(oldest, 2),
            store_mb=round(sum(one.stat().st_size for one in self.stage.folder.glob("shirase.db*")) / 1e6, 2),
        )

    def save(self, file: Path) -> None:
        file.write_text("".join(json.dumps(asdict(one)) + "\n" for one in self.samples), encoding="utf-8")


def _files(pid: int) -> list[str]:
    found = []
    for one in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(OSError):  # closed meanwhile
            found.append(str(one.readlink()))
    return found


def lag(stage: Stage) -> tuple[int, int, float]:
    """Records behind, deliveries open, and the age of the oldest that is due."""
    with closing(sqlite3.connect(f"file:{stage.folder / 'shirase.db'}?mode=ro", uri=True, timeout=0.2)) as database:
        (behind,) = database.execute(
            "SELECT coalesce((SELECT max(seq) FROM records), 0)"
            " - coalesce((SELECT position FROM cursors WHERE name = 'predict'), 0)"
        ).fetchone()
        marks = ", ".join("?" * len(_OPEN))
        rows = database.execute(
            f"SELECT coalesce(lease_until, next_at), next_at FROM outbox WHERE state IN ({marks})",
            _OPEN,
        ).fetchall()
    now = wall()
    ages = [(now - datetime.fromisoformat(due)).total_seconds() for _, due in rows]
    return behind, len(rows), max([0.0, *ages])


def slope(points: Sequence[tuple[float, float]]) -> float:
    """Theil and Sen's: the median of the slopes of all pairs, which a few outliers do not move. Per unit of x."""
    thinned = points[:: max(1, len(points) // _MOST_POINTS)]
    steps = [(y2 - y1) / (x2 - x1) for (x1, y1), (x2, y2) in combinations(thinned, 2) if x2 != x1]
    return statistics.median(steps) if steps else 0.0


def last_two_thirds(points: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    """What comes after the caches have filled."""
    every = sorted(points)
    if not every:
        return []
    begin = every[0][0] + (every[-1][0] - every[0][0]) / 3
    return [one for one in every if one[0] >= begin]


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which so large a share lies."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))] if values else 0.0


def grown(samples: Sequence[Sample], pulses: Sequence[Mapping[str, Any]]) -> list[str]:
    """What rose over the last two thirds of a long storm by more than it may, in sentences."""
    if not samples or samples[-1].hour < _LONG:
        return []
    found = []
    for name, most in _ALLOWED.items():
        risen = rise([(one.hour, float(getattr(one, name))) for one in samples])
        if risen > most:
            found.append(f"{name} rose by {risen:.1f}, over {most:g}")
    pages = samples[-1].databases / 2 * _PAGES_MB
    for name in samples[-1].memory:
        risen, most = rise([(one.hour, one.memory[name]) for one in samples if name in one.memory]), pages
        if name == "broker":
            most = _BROKER_MB
        if risen > most:
            found.append(f"memory of {name} rose by {risen:.0f} MB, over {most:.0f} MB")
    for name, points in (("objects", objects(pulses)), ("held memory", held(pulses))):
        share = daily(points)
        if share is not None and share > _SHARE:
            found.append(f"{name} rises by {share:.1%} a day, over {_SHARE:.0%}")
    return found


def objects(pulses: Sequence[Mapping[str, Any]]) -> list[tuple[float, float]]:
    """Hour → Python objects of the hub, as it counted them."""
    return [(hour, float(one["objects"])) for hour, one in _by_hour(pulses) if "objects" in one]


def held(pulses: Sequence[Mapping[str, Any]]) -> list[tuple[float, float]]:
    """Hour → MB that the hub holds: neither SQLite's pages, nor given back to an allocator that keeps it."""
    return [(hour, float(one["memory"]["held"])) for hour, one in _by_hour(pulses) if "memory" in one]


def _by_hour(pulses: Sequence[Mapping[str, Any]]) -> list[tuple[float, Mapping[str, Any]]]:
    if not pulses:
        return []
    begin = datetime.fromisoformat(pulses[0]["at"])
    return [((datetime.fromisoformat(one["at"]) - begin).total_seconds() / 3600, one) for one in pulses]


def daily(points: Sequence[tuple[float, float]]) -> float | None:
    """By which share of itself it rises in a day, once the models' windows are full: until then whatever is new stays.
    None where the storm was too short to say."""
    late = [one for one in last_two_thirds(points) if one[0] >= _FILLED]
    return slope(late) * 24 / late[-1][1] if len(late) >= _FEWEST else None


def rise(points: Sequence[tuple[float, float]]) -> float:
    """By how much it rose over its last two thirds, by its slope."""
    late = last_two_thirds(points)
    return slope(late) * (late[-1][0] - late[0][0]) if late else 0.0
