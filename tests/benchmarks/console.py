"""The operations map with a very large city on it, in a real browser that draws without a graphics card.

First picture, what one busy minute costs (a tenth of the sensors, every plow, a third of the dangers change at once),
and memory; each beside a page of the same library that fetches the same collections and draws them plainly.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from time import perf_counter

from playwright.async_api import Browser, CDPSession, Page, Route, async_playwright

from services.store.engine import Store
from services.store.users import Role
from tests.benchmarks.crowded import Crowd, fill, move
from tests.benchmarks.figure import Figure, beside
from tests.benchmarks.scale import Scale
from tests.e2e.browser import FLAGS, WHOLE, context_options
from tests.services.making import NOW, SetClock
from tests.services.web_floor import PASSWORD, Floor, floor

NAME = "console"
_PLAIN = Path(__file__).with_name("plain_map.html")
_PATIENCE_MS = 300_000
_SETTLED = 1.5  # seconds in which a page that has drawn does nothing more
_READY = "() => document.body.dataset.map === 'ready'"
_HOLDS = """async (time) => {
  const script = document.querySelector('script[type=module][src*="/js/ops.js"]').src;
  const { desk } = await import(script.replace('ops.js', 'desk.js'));
  while (!desk.readings.some((one) => one.time === time) || !desk.fixes.some((one) => one.time === time)) {
    await new Promise((done) => setTimeout(done, 20));
  }
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
}"""
_LOOK_AT_VEHICLES = """async () => {
  const script = document.querySelector('script[type=module][src*="/js/ops.js"]').src;
  const { want } = await import(script.replace('ops.js', 'desk.js'));
  want('fixes', true);
}"""


@dataclass(frozen=True, slots=True)
class _Seen:
    """Of one page: seconds until it stood, the browser's own work on one change in seconds, its heap in MB."""

    first: float
    change: float
    heap: float


async def measure(scale: Scale, folder: Path) -> list[Figure]:
    """Nothing where there is no browser: the caller says so."""
    if WHOLE is None:
        return []
    crowd = Crowd(scale.map_sensors, scale.map_areas, scale.fleet)
    clock = SetClock(NOW)
    store = await Store.open(f"sqlite:///{folder / 'console.db'}")
    try:
        await fill(store, crowd, clock.at)
        async with floor(store, ground=crowd.ground(), now=clock.now) as running, async_playwright() as playwright:
            await running.account("bench", Role.OPERATOR)
            browser = await playwright.chromium.launch(executable_path=WHOLE, args=FLAGS)
            pairs = [await _both(browser, running, crowd, clock) for _ in range(scale.repeats)]
            await browser.close()
    finally:
        await store.close()
    what = "plain OpenLayers, the same collections"
    drawn = crowd.sensors + crowd.areas + crowd.vehicles
    return [
        Figure(bench=NAME, figure="sensors, areas and plows drawn", value=drawn, unit="things"),
        beside(NAME, "first picture", "s", what, [(ours.first, plain.first) for ours, plain in pairs]),
        beside(NAME, "the page's work on a busy minute", "s", what, [(o.change, p.change) for o, p in pairs]),
        beside(NAME, "heap of the page", "MB", what, [(ours.heap, plain.heap) for ours, plain in pairs]),
    ]


async def _both(browser: Browser, running: Floor, crowd: Crowd, clock: SetClock) -> tuple[_Seen, _Seen]:
    context = await browser.new_context(**context_options(running.url))
    page = await context.new_page()
    await page.goto("/login")
    await page.fill("#name", "bench")
    await page.fill("#password", PASSWORD)
    await page.locator("form button[type=submit], form button").last.click()
    await page.wait_for_url("**/ops")
    ours = await _console(page, running, crowd, clock)
    plain = await _plain(page, running)
    await context.close()
    return ours, plain


async def _console(page: Page, running: Floor, crowd: Crowd, clock: SetClock) -> _Seen:
    began = perf_counter()
    await page.goto("/ops")
    await page.wait_for_function(_READY, timeout=_PATIENCE_MS)
    first = perf_counter() - began
    await page.evaluate(_LOOK_AT_VEHICLES)
    await page.wait_for_timeout(1000 * _SETTLED)
    metrics = await page.context.new_cdp_session(page)
    before = await _work(metrics)
    clock.at += timedelta(minutes=1)
    await move(running.store, crowd, clock.at, 3)
    running.bell.ring("records")
    page.set_default_timeout(_PATIENCE_MS)
    await page.evaluate(_HOLDS, clock.at.strftime("%Y-%m-%dT%H:%M:%SZ"))
    await page.wait_for_timeout(1000 * _SETTLED)
    return _Seen(first, await _work(metrics) - before, await _heap(metrics))


async def _plain(page: Page, running: Floor) -> _Seen:
    vendor = await page.evaluate("() => document.querySelector('script[src$=\"ol.js\"]').src.replace('/ol.js', '')")
    text = _PLAIN.read_text(encoding="utf-8").replace("VENDOR", vendor)

    async def answer(route: Route) -> None:
        await route.fulfill(body=text, content_type="text/html")

    await page.route("**/plain.html", answer)
    began = perf_counter()
    await page.goto("/plain.html")
    await page.wait_for_function(_READY, timeout=_PATIENCE_MS)
    first = perf_counter() - began
    await page.wait_for_timeout(1000 * _SETTLED)
    metrics = await page.context.new_cdp_session(page)
    before = await _work(metrics)
    await page.evaluate("() => window.update()")
    await page.wait_for_timeout(1000 * _SETTLED)
    return _Seen(first, await _work(metrics) - before, await _heap(metrics))


async def _work(metrics: CDPSession) -> float:
    """Seconds that the page's main thread has worked."""
    return await _metric(metrics, "TaskDuration")


async def _heap(metrics: CDPSession) -> float:
    await metrics.send("HeapProfiler.collectGarbage")
    return await _metric(metrics, "JSHeapUsedSize") / 1e6


async def _metric(metrics: CDPSession, name: str) -> float:
    await metrics.send("Performance.enable")
    told = await metrics.send("Performance.getMetrics")
    return float(next(one["value"] for one in told["metrics"] if one["name"] == name))
