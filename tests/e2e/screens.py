"""Takes the pictures of docs/screens.md: ``python -m tests.e2e.screens [FOLDER]``. Needs chromium."""

from __future__ import annotations

import asyncio
import logging
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

import structlog
from playwright.async_api import Browser, FloatRect, Page, async_playwright

from tests.e2e.browser import CHROMIUM, FLAGS, context_options, log_in
from tests.e2e.palette import small_png
from tests.e2e.scene import NIGHT, Scene, scene

HOME = Path(__file__).parents[2] / "docs/images"
DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
TALLEST = 2000  # pixels of a page that is taken whole
Act = Callable[[Page], Awaitable[None]]


async def ops(page: Page) -> None:
    await page.goto("/ops")
    await page.wait_for_function("() => document.body.dataset.map === 'ready'", timeout=30_000)
    await page.wait_for_timeout(1500)


async def gauge(page: Page) -> None:
    await ops(page)
    await page.get_by_role("tab", name="観測所").click()
    await page.get_by_role("button", name="館坂橋", exact=True).first.click()
    await page.wait_for_selector("svg.chart")
    await page.wait_for_timeout(1200)


async def approve(page: Page) -> None:
    await ops(page)
    await page.keyboard.press("d")
    await page.keyboard.press("Enter")
    await page.wait_for_timeout(400)


async def outbox(page: Page) -> None:
    await page.goto("/ops/outbox")
    await page.wait_for_function("() => document.body.dataset.outbox === 'ready'")
    await page.wait_for_timeout(500)


async def skill(page: Page) -> None:
    await page.goto("/ops/skill")
    await page.wait_for_function("() => document.body.dataset.skill === 'ready'")
    await page.wait_for_timeout(500)


async def budget(page: Page) -> None:
    await page.goto("/ops/budget")
    await page.wait_for_function("() => document.body.dataset.skill === 'ready'")
    await page.wait_for_timeout(500)


async def public(page: Page) -> None:
    await page.goto("/")


async def login(page: Page) -> None:
    await page.goto("/login")


STAFF: dict[str, Act] = {
    "ops": ops,
    "gauge": gauge,
    "approve": approve,
    "outbox": outbox,
    "skill": skill,
    "budget": budget,
}
OPEN: dict[str, Act] = {"public": public, "login": login}


async def shoot(browser: Browser, made: Scene, folder: Path, only: set[str]) -> None:
    blank = await browser.new_page()
    looks = [("desktop-light", DESKTOP, "light"), ("desktop-dark", DESKTOP, "dark"), ("phone", PHONE, "light")]
    for look, size, scheme in looks:
        options = {**context_options(made.url), "viewport": size, "color_scheme": scheme}
        for acts, staff in ((STAFF, True), (OPEN, False)):
            context = await browser.new_context(**options)
            page = await context.new_page()
            page.on("console", lambda said: print(f"  {said.type}: {said.text}") if said.type == "error" else None)
            page.on("pageerror", lambda error: print(f"  page error: {error}"))
            if staff:
                await log_in(page, "sato")
            for name, act in acts.items():
                if only and name not in only:
                    continue
                await act(page)
                tall = name in ("skill", "budget") or (look == "phone" and name != "approve")
                height = await page.evaluate("() => document.documentElement.scrollHeight") if tall else size["height"]
                clip = FloatRect(x=0, y=0, width=size["width"], height=min(height, TALLEST) if tall else height)
                picture = await small_png(blank, await page.screenshot(full_page=tall, clip=clip))
                (folder / f"{name}-{look}.png").write_bytes(picture)
                print(f"{name}-{look}.png {len(picture) // 1000} kB")
            await context.close()


async def main(folder: Path, only: set[str]) -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        async with scene(Path(scratch)) as made, async_playwright() as playwright:
            await made.play(NIGHT)
            await made.person("sato")
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            await shoot(browser, made, folder, only)
            await browser.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]) if len(sys.argv) > 1 else HOME, set(sys.argv[2:])))
