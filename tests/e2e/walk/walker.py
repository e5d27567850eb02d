"""Goes from stop to stop with one page, and asks at each what can be asked there without loading it anew.

What the questions are, and which rule each stands for, is told in docs/accessibility.md.
"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, BrowserContext, Page, ViewportSize

from tests.e2e.browser import enter
from tests.e2e.conftest import Visit, visit
from tests.e2e.walk.axe import AXE, barriers, violations
from tests.e2e.walk.hubs import Hub
from tests.e2e.walk.stop import Stop
from tests.e2e.walk.stops import WORDY

FULL = os.environ.get("SHIRASE_DRILL") == "full"
EYES = Path(__file__).parent / "eyes.js"
DESKTOP = ViewportSize(width=1280, height=900)
TABLET = ViewportSize(width=1024, height=768)
TWICE = ViewportSize(width=640, height=450)  # the same window at 200 %
PHONE = ViewportSize(width=320, height=568)  # and 1280 at 400 %, which is what WCAG's reflow asks
ROOMS = [ViewportSize(width=width, height=width * 9 // 16) for width in (1280, 1600, 3840)]
_TEXT = {1: 16, 2: 32}  # CSS pixels of the browser's own letters
_ASKED = """([questions, about]) =>
  questions.flatMap((question) => eyes[question](about || undefined).map((one) => `${question}: ${one}`))"""
_STANDS = "name => document.body.dataset[name]"


async def begin(browser: Browser, hub: Hub, who: str = "", **options: Any) -> tuple[Visit, BrowserContext]:
    """A window by day on a hub, in which axe and our own eyes are on every page; logged in where somebody is named."""
    window, context = await visit(browser, hub.made, viewport=DESKTOP, color_scheme="light", **options)
    for script in (AXE, EYES):
        await context.add_init_script(path=str(script))
    if who:
        await enter(context, who)
    return window, context


async def walk(window: Visit, hub: Hub, stops: tuple[Stop, ...]) -> dict[str, list[str]]:
    """What is wrong where; empty where nothing is."""
    found = {}
    for stop in stops:
        await come(window.page, hub, stop)
        faults = await answers(window.page, stop)
        if faults:
            found[stop.name] = faults
        if stop.undo:
            await window.page.keyboard.press(stop.undo)
    return found


async def walk_in_english(window: Visit, hub: Hub, stops: tuple[Stop, ...]) -> dict[str, list[str]]:
    """Once more in English, whose words are long, with letters twice their size: nothing is cut or unmarked.

    `make drill` reads every page, and every other run those with the most of words.
    """
    line = await window.page.context.new_cdp_session(window.page)
    await line.send("Page.setFontSizes", {"fontSizes": {"standard": _TEXT[2]}})
    found = {}
    for stop in stops:
        if not stop.path or not (FULL or stop.name in WORDY):
            continue
        await window.page.goto(stop.path.format(**hub.links))
        await _ready(window.page, stop)
        faults = await eyes(window.page, "wide", "cut", "unmarked")
        if faults:
            found[stop.name] = faults
    return found


async def come(page: Page, hub: Hub, stop: Stop) -> None:
    if stop.path:
        await page.goto(stop.path.format(**hub.links))
        await _ready(page, stop)
    if stop.act:
        await stop.act(page)
    if stop.leads:
        await page.wait_for_url(f"**{stop.leads}*")


async def _ready(page: Page, stop: Stop) -> None:
    if stop.ready:
        await page.wait_for_function(_STANDS, arg=stop.ready, timeout=30_000)


async def eyes(page: Page, *questions: str, about: str = "") -> list[str]:
    """What our own eyes find amiss, in the order of the questions."""
    found: list[str] = await page.evaluate(_ASKED, [questions, about])
    return found


async def answers(page: Page, stop: Stop) -> list[str]:
    """The faults of what stands there now."""
    if stop.like and not FULL:
        return await asked_of_another(page)
    found = await (asked_of_part(page, stop) if stop.part else asked(page))
    return found + await asked_of_room(page) if stop.room else found


async def asked_of_room(page: Page) -> list[str]:
    """On the screen of a room, where nobody scrolls: every line is there whole, and none lies over another."""
    found = []
    for size in ROOMS:
        await page.set_viewport_size(size)
        found += [f"{size['width']} px: {one}" for one in await eyes(page, "wide", "overlaid")]
    await page.set_viewport_size(DESKTOP)
    return found


async def asked_of_another(page: Page) -> list[str]:
    """A page of which one of the same making is asked everything: what other words in it may bring about."""
    found = await violations(page)
    await page.set_viewport_size(PHONE)
    found += [f"320 px: {one}" for one in await eyes(page, "wide", "cut", "small")]
    await page.set_viewport_size(DESKTOP)
    return found


async def asked(page: Page) -> list[str]:
    """Everything: by day and night, with forced colours, on a tablet, at 200 %, on a small phone, by keys, on paper."""
    found = await barriers(page)
    found += await _with_own_colours(page)
    await page.set_viewport_size(TABLET)
    found += [f"tablet: {one}" for one in await eyes(page, "wide")]
    await page.set_viewport_size(TWICE)
    found += [f"200 %: {one}" for one in await eyes(page, "wide", "cut", "unseenFocus")]
    found += await _by_keys(page)
    await page.set_viewport_size(PHONE)
    found += [f"320 px: {one}" for one in await eyes(page, "wide", "cut", "small")]
    await page.emulate_media(media="print")
    await page.set_viewport_size({"width": await page.evaluate("() => eyes.sheet()"), "height": 900})
    found += await eyes(page, "paper")
    await page.emulate_media(media="screen")
    await page.set_viewport_size(DESKTOP)
    return found


async def asked_of_part(page: Page, stop: Stop) -> list[str]:
    """A state of a page that was asked everything before: what is new, and what the whole must bear with it."""
    found = await barriers(page, stop.part)
    found += await _with_own_colours(page)
    await page.set_viewport_size(TWICE)
    found += [f"200 %: {one}" for one in await eyes(page, "wide", "cut")]
    found += await eyes(page, "unseenFocus", about=stop.part)
    await page.set_viewport_size(PHONE)
    found += [f"320 px: {one}" for one in await eyes(page, "wide", "cut")]
    await page.set_viewport_size(DESKTOP)
    return found


async def _with_own_colours(page: Page) -> list[str]:
    await page.evaluate("() => eyes.ink()")
    await page.emulate_media(forced_colors="active")
    found = await eyes(page, "forced")
    await page.emulate_media(forced_colors="none")
    return found


async def _by_keys(page: Page) -> list[str]:
    """Tab by Tab through the whole page: everything is met, and one comes out at the end.

    The key is held, as a finger would: each press by itself costs five times as much, for the pictures between. A page
    that a held key outran is asked again press by press.
    """
    keys = await page.evaluate("() => eyes.startWalk()")
    await asyncio.gather(*(page.keyboard.down("Tab") for _ in range(keys)))
    await page.keyboard.up("Tab")
    if not await eyes(page, "walked"):
        return []
    for _ in range(await page.evaluate("() => eyes.startWalk()")):
        await page.keyboard.press("Tab")
    return await eyes(page, "walked")
