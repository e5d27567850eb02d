"""A client in a process of its own: asks for each address in turn, and tells how long each answer took.

``python -m tests.benchmarks.asker COOKIE SECONDS URL …`` prints a JSON object of address → seconds of each answer. The
first answers are not counted: they open connections.
"""

from __future__ import annotations

import asyncio
import json
import sys
from time import monotonic, perf_counter

import aiohttp


async def ask(cookie: str, seconds: float, urls: list[str]) -> dict[str, list[float]]:
    """For so long; each address at least once. Raises RuntimeError where an answer is none."""
    took: dict[str, list[float]] = {url: [] for url in urls}
    async with aiohttp.ClientSession(headers={"Cookie": cookie} if cookie else {}) as http:
        for url in urls:
            await _once(http, url)
        until = monotonic() + seconds
        while monotonic() < until or not all(took.values()):
            for url in urls:
                took[url].append(await _once(http, url))
    return took


async def _once(http: aiohttp.ClientSession, url: str) -> float:
    began = perf_counter()
    async with http.get(url) as response:
        await response.read()
        if response.status != 200:
            raise RuntimeError(f"{url} answered {response.status}")
    return perf_counter() - began


if __name__ == "__main__":
    print(json.dumps(asyncio.run(ask(sys.argv[1], float(sys.argv[2]), sys.argv[3:]))))
