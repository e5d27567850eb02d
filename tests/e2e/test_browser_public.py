"""The residents' page on a slow phone: what it weighs, when the first words stand, and what it is for whom.

The budgets of weight are fixed. Time is compared, within the same run, to the same words without any style or script:
a busy machine is slow for both.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from playwright.async_api import Browser, Page, expect

from feeds.status import Status
from tests.e2e.conftest import visit
from tests.e2e.scene import Scene
from tests.services.public.making import open_places, put, told

pytestmark = pytest.mark.browser

FIRST_ANSWER, ALL_OF_IT, REQUESTS = 14_000, 40_000, 10  # bytes over the wire; the promise is below 100 kB
SLOWER = 2.5  # times the same words without style: one round more for the styles, and the painting
RTT_MS, BYTES_A_SECOND, CPU = 400, 400_000 / 8, 4
HERE = "/?area=uchimaru"


@dataclass
class Load:
    """What came over the wire for one page."""

    addresses: dict[str, str] = field(default_factory=dict)  # request → address
    weights: dict[str, float] = field(default_factory=dict)  # request → bytes, packed, with headers
    first_text_ms: float = 0.0


async def load(browser: Browser, url: str) -> Load:
    """Open a page as a slow phone on a bad line does, with nothing kept from before."""
    context = await browser.new_context(viewport={"width": 360, "height": 640}, device_scale_factor=2)
    page, found = await context.new_page(), Load()
    line = await context.new_cdp_session(page)
    await line.send("Network.enable")
    slow = {"latency": RTT_MS, "downloadThroughput": BYTES_A_SECOND, "uploadThroughput": BYTES_A_SECOND}
    await line.send("Network.emulateNetworkConditions", {"offline": False, **slow})
    await line.send("Emulation.setCPUThrottlingRate", {"rate": CPU})
    line.on(
        "Network.requestWillBeSent", lambda told: found.addresses.update({told["requestId"]: told["request"]["url"]})
    )
    line.on(
        "Network.loadingFinished", lambda told: found.weights.update({told["requestId"]: told["encodedDataLength"]})
    )
    await page.goto(url, wait_until="networkidle")
    paint = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
    await page.wait_for_function(paint)  # on a busy machine the line is idle before the first picture is painted
    found.first_text_ms = await page.evaluate(paint)
    await context.close()
    return found


@asynccontextmanager
async def plain(text: str) -> AsyncIterator[str]:
    """The same words on a page without style and script, packed alike; its address."""

    async def show(_: web.Request) -> web.Response:
        response = web.Response(text=text, content_type="text/html")
        response.enable_compression()
        return response

    app = web.Application()
    app.router.add_get("/", show)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/"
    await runner.cleanup()


async def burden(made: Scene) -> None:
    """Twenty alerts and thirty places of refuge on top of what the night has."""
    now = made.clock.now()
    times: dict[str, Any] = {"status": Status.EXERCISE, "sent": now, "expires": now + timedelta(hours=3)}
    some = [told(f"{n}番の川", languages=("ja", "en"), series=f"s{n}", level=1 + n % 4, **times) for n in range(20)]
    await put(made.store, *some, replace(open_places(30), **times))


async def test_the_first_load_stays_within_its_budget_on_a_bad_night(browser: Browser, night: Scene) -> None:
    await burden(night)
    async with aiohttp.ClientSession() as raw, raw.get(f"{night.url}{HERE}") as response:
        bare = re.sub(r"<link[^>]*>|<script[^>]*></script>", "", await response.text())
    async with plain(bare) as address:
        without = await load(browser, address)
        ours = await load(browser, f"{night.url}{HERE}")
        times = [ours.first_text_ms / without.first_text_ms]
        if times[0] >= SLOWER:  # something else ran on the machine: once more, both
            without = await load(browser, address)
            times.append((await load(browser, f"{night.url}{HERE}")).first_text_ms / without.first_text_ms)
    first = next(one for one, url in ours.addresses.items() if url.endswith(HERE))
    told_of = {url: ours.weights.get(one) for one, url in ours.addresses.items()}
    print(
        "MEASURED",
        ours.weights[first],
        sum(ours.weights.values()),
        len(ours.addresses),
        ours.first_text_ms,
        without.first_text_ms,
        told_of,
    )
    assert ours.weights[first] < FIRST_ANSWER, told_of
    assert sum(ours.weights.values()) < ALL_OF_IT, told_of
    assert len(ours.addresses) <= REQUESTS, told_of
    assert min(times) < SLOWER, times


async def test_by_keys_alone_one_comes_to_ones_district_and_a_sharper_page(browser: Browser, night: Scene) -> None:
    window, context = await visit(browser, night, viewport={"width": 360, "height": 640}, java_script_enabled=False)
    page = window.page
    await page.goto("/?lang=en")
    await page.keyboard.press("Tab")
    await expect(page.locator(":focus")).to_have_text("Skip to the content")
    await page.get_by_label("Town, address or landmark").fill("Uchimaru")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/?lang=en&area=uchimaru")
    await expect(page.locator("h1")).to_contain_text("Uchimaru")
    assert await context.cookies() == []
    await page.get_by_role("button", name="High contrast on").press("Enter")
    await page.wait_for_url("**/?lang=en&area=uchimaru#look")
    await expect(page.locator("html")).to_have_attribute("data-contrast", "high")
    await page.get_by_role("button", name="High contrast off").press("Enter")
    await expect(page.locator("html")).not_to_have_attribute("data-contrast", "high")
    assert await context.cookies() == []
    await context.close()
    window.check()


SPEECH = """() => {
  window.said = [];
  Object.defineProperty(window, 'speechSynthesis', {value: {
    speak: (one) => { window.said.push([one.lang, one.text]); }, cancel: () => { window.said.push(['', '']); } }});
}"""


async def _said(page: Page) -> list[list[str]]:
    found: list[list[str]] = await page.evaluate("() => window.said.filter(([lang]) => lang)")
    return found


async def test_it_reads_aloud_when_asked_and_stops(browser: Browser, night: Scene) -> None:
    window, context = await visit(browser, night)
    page = window.page
    await page.add_init_script(f"({SPEECH})()")
    await page.goto("/")
    assert await _said(page) == [], "nothing speaks by itself"
    await page.get_by_role("button", name="いちばん大事なことを読み上げる").click()
    (top,) = await _said(page)
    assert top[0] == "ja-JP" and "市の避難情報は、いま出ていません" in top[1]
    assert top[1].startswith("これは訓練です") and "exercise" not in top[1].lower()
    stop = page.get_by_role("button", name="読み上げを止める")
    await expect(stop).to_have_attribute("aria-pressed", "true")
    await stop.click()
    await expect(stop).to_have_count(0)
    await page.get_by_role("button", name="読み上げる", exact=True).first.click()
    await page.wait_for_function("() => window.said.filter(([lang]) => lang).length === 2")
    spoken = (await _said(page))[1][1]
    assert spoken.startswith("これは訓練です。") and "繰り返します" not in spoken, "as the hub's own writer says it"
    await page.goto("/?lang=en")
    await page.get_by_role("button", name="Read the most important aloud").click()
    (lang, text), *_ = await _said(page)
    assert lang == "en-US" and text.startswith("This is an exercise, not a real event")
    await page.goto("/?lang=vi")
    await page.get_by_role("button", name="Đọc to", exact=True).first.click()
    said = await _said(page)
    assert said[0][0] == "vi-VN" and said[0][1].startswith("Đây là diễn tập, không phải sự việc thật\n")
    assert said[1][0] == "en-US", "what is not in the language is said by its own voice"
    await page.evaluate(
        "() => { speechSynthesis.getVoices = () => [{lang: 'ja_JP'}, {lang: 'en-GB'}]; window.said = []; }"
    )
    await page.get_by_role("button", name="Dừng đọc").click()
    await page.get_by_role("button", name="Đọc to", exact=True).first.click()
    await expect(page.get_by_text("Thiết bị này không có giọng đọc")).to_be_visible()
    assert {lang for lang, _ in await _said(page)} == {"en-US", "ja-JP"}
    await context.close()
    window.check()


async def test_where_one_is_stays_on_the_device(browser: Browser, night: Scene) -> None:
    place = {"latitude": 39.70389, "longitude": 141.15278}
    window, context = await visit(browser, night, geolocation=place, permissions=["geolocation"])
    page, asked = window.page, list[str]()
    page.on("request", lambda request: asked.append(f"{request.url} {request.post_data or ''}"))
    await page.goto("/?lang=en")
    await page.get_by_role("button", name="Use my position").click()
    await page.wait_for_url("**area=*")
    assert not [one for one in asked if "39.7" in one or "141.1" in one]
    await context.set_geolocation({"latitude": 35.0, "longitude": 139.0})
    await page.goto("/?lang=en")
    await page.get_by_role("button", name="Use my position").click()
    await expect(page.get_by_role("alert")).to_contain_text("none of this city's districts")
    await context.close()
    window.check()
