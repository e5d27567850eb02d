"""The pages of a snow night over a real socket, while nobody plows and while the loop works out a quarter of the fleet.

The server and the loop are one process, as in a small hub; whoever asks is another. A city of 30,000 segments.
"""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, Process, create_subprocess_exec
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from feeds.status import Status
from geo.plow.network import Network
from services.bell import Bell
from services.plow import Plow
from services.requests.street import Streets
from services.store import plowed
from services.store.engine import Store
from services.store.users import Role
from tests.benchmarks.figure import Figure, beside, percentile
from tests.benchmarks.fleet import BEGAN, EVERY_S, city, fixes
from tests.benchmarks.plow import roads, saved
from tests.benchmarks.scale import Scale
from tests.services.making import SetClock
from tests.services.web_floor import Floor, floor

NAME = "snow_pages"
_CITY, _SMALL = 122, 15  # blocks of 100 m along each side; the city has 30,012 segments
_QUARTER = 900 // EVERY_S
_AT_A_TIME = 2.0  # seconds, as long as the loop is at work


async def measure(scale: Scale, folder: Path) -> list[Figure]:
    side = _CITY if scale.fleet > 100 else _SMALL
    streets, clock = city(side), SetClock(BEGAN + timedelta(seconds=EVERY_S * _QUARTER))
    store = await Store.open(f"sqlite:///{folder / 'pages.db'}")
    try:
        await _done_before(store, streets)
        async with floor(store, answers=Streets(roads(streets)), now=clock.now) as hub:
            officer = await hub.person(Role.OPERATOR)
            cookie = "; ".join(f"{one.key}={one.value}" for one in officer.http.cookie_jar)
            urls = _urls(hub, streets)
            quiet = await _asked(await _asker(cookie, scale.paced / 30, urls))
            fleet = [next(fixes(number, _QUARTER, side)) for number in range(scale.fleet)]
            await saved(store, [fix for some in fleet for fix in some], clock.at)
            busy = await _while_at_work(Plow(store, Bell(), clock, roads(streets)), cookie, urls)
    finally:
        await store.close()
    found = []
    for name, url in zip(("/snow", "/snow/roads of a piece", "/ops/snow", "/fixes/latest"), urls, strict=True):
        for percent in (50, 99):
            pair = 1000 * percentile(busy[url], percent), 1000 * percentile(quiet[url], percent)
            found.append(beside(NAME, f"{name} while plows are worked out p{percent}", "ms", "on a quiet hub", [pair]))
    return found


async def _done_before(store: Store, streets: Network) -> None:
    done = {one.id: BEGAN.timestamp() - 3600 * (number % 30) for number, one in enumerate(streets.segments)}
    async with store.write() as connection:
        await plowed.cover(connection, Status.ACTUAL, list(done), done)


def _urls(hub: Floor, streets: Network) -> list[str]:
    west, south, east, north = streets.bounds
    middle = (west + east) / 2, (south + north) / 2
    box = f"{middle[0] - 0.01:.6f},{middle[1] - 0.008:.6f},{middle[0] + 0.01:.6f},{middle[1] + 0.008:.6f}"
    paths = ("/snow", f"/api/v1/snow/roads?limit=1000&bbox={box}", "/ops/snow", "/api/v1/fixes/latest?limit=1000")
    return [hub.url + path for path in paths]


async def _asker(cookie: str, seconds: float, urls: Sequence[str]) -> Process:
    command = [sys.executable, "-m", "tests.benchmarks.asker", cookie, str(seconds), *urls]
    return await create_subprocess_exec(*command, stdout=PIPE)


async def _asked(process: Process) -> dict[str, list[float]]:
    out, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError("the client of the benchmark failed; its words are above")
    told: dict[str, list[float]] = json.loads(out)
    return told


async def _while_at_work(loop: Plow, cookie: str, urls: Sequence[str]) -> dict[str, list[float]]:
    """Answers as long as the loop works; the last of them may come a moment after it."""
    took: dict[str, list[float]] = {url: [] for url in urls}
    working = asyncio.create_task(_work(loop))
    while not working.done():
        answered = asyncio.create_task(_asked(await _asker(cookie, _AT_A_TIME, urls)))
        for url, some in (await answered).items():
            took[url] += some
    await working
    return took


async def _work(loop: Plow) -> None:
    while await loop.step():
        pass
