"""Takes the pictures of docs/screens.md: ``python -m tests.e2e.screens [FOLDER]``. Needs chromium."""

from __future__ import annotations

import asyncio
import logging
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal, TypeAlias

import structlog
from playwright.async_api import Browser, FloatRect, Page, ViewportSize, async_playwright

from tests.e2e.afloat import afloat
from tests.e2e.bears import MORNING, eight_calls
from tests.e2e.browser import CHROMIUM, FLAGS, context_options, log_in
from tests.e2e.filled import fill
from tests.e2e.minded import mind
from tests.e2e.palette import small_png
from tests.e2e.scene import NIGHT, START, Scene, scene
from tests.e2e.storm import EVENING, Storm
from tests.exercise.plows import WAITS_LONGEST

HOME = Path(__file__).parents[2] / "docs/images"
DESKTOP, PHONE = ViewportSize(width=1440, height=900), ViewportSize(width=390, height=844)
TALLEST = 2000  # pixels of a page that is taken whole
Act: TypeAlias = Callable[[Page], Awaitable[None]]
Groups: TypeAlias = tuple[tuple[dict[str, Act], bool], ...]
Look: TypeAlias = tuple[str, ViewportSize, Literal["light", "dark"]]


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


async def lies(page: Page) -> None:
    """A gauge that nobody believes for the night."""
    await gauge(page)
    if await page.get_by_role("button", name="この値を信用しない…").count():
        await page.get_by_role("button", name="この値を信用しない…").first.click()
        await page.locator("#distrust-reason").fill("流木が当たって高く出ている。朝に点検")
        await page.locator("#distrust").get_by_role("button", name="信用しないことにする").click()
    await page.wait_for_selector("#bar-distrusts:not([hidden])")
    await page.get_by_role("tab", name="なぜ送られていないか").press("Enter")
    await page.locator("#distrusts-list").scroll_into_view_if_needed()
    await page.wait_for_timeout(1200)


async def past(page: Page) -> None:
    """Where the night stood when something had last happened before now."""
    await ops(page)
    await page.locator("#when-before").click()
    await page.wait_for_selector("body[data-time=past]")
    await page.evaluate("window.scrollTo(0, 0)")
    await page.wait_for_timeout(1200)


async def ahead(page: Page) -> None:
    """Two hours ahead."""
    await ops(page)
    for _ in range(2):
        await page.locator("#when-hour-on").click()
    await page.wait_for_selector("body[data-time=ahead]")
    await page.evaluate("window.scrollTo(0, 0)")
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


def at(path: str) -> Act:
    """A page that is read and nothing else."""

    async def act(page: Page) -> None:
        await page.goto(path)

    return act


async def near(page: Page) -> None:
    """In one district, in Vietnamese."""
    await page.goto("/?area=uchimaru&lang=vi")


async def sharp(page: Page) -> None:
    """The same for who sees little."""
    await page.goto("/?area=uchimaru&look=contrast.large")


async def embed(page: Page) -> None:
    await page.goto("/embed?area=uchimaru")
    await page.wait_for_timeout(500)


async def login(page: Page) -> None:
    await page.goto("/login")


async def alerts(page: Page) -> None:
    await page.goto("/ops/alerts")
    await page.wait_for_function("() => document.body.dataset.writing === 'ready'")


async def story(page: Page) -> None:
    """The revision that one channel took, one refused and one has nobody set up for."""
    await page.goto("/ops/declared")
    await page.get_by_role("link", name="経路ごとの本文").last.click()
    await page.get_by_role("link", name="第2報").click()
    await page.wait_for_function("() => document.body.dataset.story === 'ready'")


async def cancel(page: Page) -> None:
    await alerts(page)
    await page.get_by_role("link", name="取消（誤報）").first.click()
    await page.wait_for_function("() => document.body.dataset.writing === 'ready'")


async def declared(page: Page) -> None:
    await page.goto("/ops/declared")
    await page.wait_for_function("() => document.body.dataset.story === 'ready'")


async def shelter(page: Page) -> None:
    await declared(page)
    await page.get_by_role("link", name="城西中学校").first.click()
    await page.wait_for_function("() => document.body.dataset.story === 'ready'")


async def damage(page: Page) -> None:
    await page.goto("/ops/damage")
    await page.wait_for_function("() => document.body.dataset.story === 'ready'")


async def form4(page: Page) -> None:
    await damage(page)
    await page.get_by_role("link", name="その２（被害状況即報）の案を見る").click()
    await page.wait_for_function("() => document.body.dataset.story === 'ready'")


async def chronology(page: Page) -> None:
    await page.goto("/ops/chronology")
    await page.wait_for_function("() => document.body.dataset.story === 'ready'")


async def matter(page: Page) -> None:
    await chronology(page)
    await page.locator("#open").get_by_role("link", name="案件1", exact=True).click()
    await page.wait_for_function("() => document.body.dataset.story === 'ready'")


async def handover(page: Page) -> None:
    await page.goto("/ops/handover")
    await page.wait_for_function("() => document.body.dataset.story === 'ready'")


async def wall(page: Page) -> None:
    await page.goto("/wall")
    await page.wait_for_function("() => document.body.dataset.map === 'ready'")
    await page.wait_for_timeout(1500)


async def calls(page: Page) -> None:
    await page.goto("/ops/calls")
    await page.wait_for_function("() => document.body.dataset.calls === 'ready'")


async def selftest(page: Page) -> None:
    await page.goto("/ops/selftest")
    await page.wait_for_function("() => document.body.dataset.story === 'ready'")


async def snow(page: Page) -> None:
    await page.goto("/ops/snow")
    await page.wait_for_function("() => document.body.dataset.snow === 'ready'")


async def requests(page: Page) -> None:
    await page.goto("/ops/requests")
    await page.wait_for_function("() => document.body.dataset.requests === 'ready'")


async def reports(page: Page) -> None:
    await page.goto("/ops/reports?every=true")
    await page.wait_for_timeout(500)


async def contacts(page: Page) -> None:
    """How one sender can be reached, after it was said what for."""
    await page.goto("/ops/reports?every=true")
    await page.get_by_role("link", name="連絡先あり").first.click()
    await page.get_by_label("人の命・けがに関わる").check()
    await page.get_by_role("button", name="記録して連絡先を見る").click()
    await page.wait_for_function("() => document.body.dataset.skill === 'ready'")


async def dumps(page: Page) -> None:
    await page.goto("/ops/dumps")
    await page.wait_for_timeout(500)


async def bears(page: Page) -> None:
    await page.goto("/ops/reports?every=true")
    await page.wait_for_timeout(500)


async def culling(page: Page) -> None:
    await page.goto("/ops/culling?status=Exercise")
    await page.wait_for_timeout(500)


async def ledger(page: Page) -> None:
    await page.goto(f"/ops/ledger?day={EVENING:%Y-%m-%d}")
    await page.wait_for_function("() => document.body.dataset.skill === 'ready'")


async def roads(page: Page) -> None:
    """The public page, with the map open and the answer about one street."""
    lon, lat = WAITS_LONGEST
    await page.goto(f"/snow?lon={lon}&lat={lat}")
    await page.get_by_role("button", name="地図で選ぶ").click()
    await page.wait_for_timeout(2500)


async def tell(page: Page) -> None:
    await page.goto("/report")


async def told(page: Page) -> None:
    """A bear, with a place on the map, and the page that follows it."""
    await page.goto("/report?kind=bear")
    await page.get_by_label("住所・目印").fill("中津川の河川敷")
    await page.get_by_role("button", name="地図で示す").click()
    await page.wait_for_function("() => document.body.dataset.map === 'ready'")
    await page.wait_for_timeout(1500)
    await page.locator("#map").press("Enter")
    await page.get_by_label("数（頭・人）").fill("2")


async def followed(page: Page) -> None:
    await told(page)
    await page.get_by_role("button", name="送る", exact=False).click()
    await page.wait_for_selector("#state")


async def watch(page: Page) -> None:
    await page.goto("/ops/watch")
    await page.wait_for_function("() => document.body.dataset.story === 'ready'")


async def ward(page: Page) -> None:
    await watch(page)
    await page.get_by_role("link", name="菊池正夫").click()
    await page.wait_for_function("() => document.body.dataset.story === 'ready'")


def opened(token: str) -> Act:
    """The page behind a supporter's link."""

    async def act(page: Page) -> None:
        await page.goto(f"/watch?t={token}")

    return act


async def muster(page: Page) -> None:
    await page.goto("/ops/muster")
    await page.wait_for_function("() => document.body.dataset.muster === 'ready'")


async def leads(page: Page) -> None:
    await page.goto("/ops/leads")
    await page.wait_for_function("() => document.body.dataset.leads === 'ready'")


def in_english(act: Act) -> Act:
    """The same by the switch of the bar, which stays for the pictures that follow."""

    async def look(page: Page) -> None:
        await page.goto("/language/en?next=/ops/outbox")
        await act(page)

    return look


STAFF: dict[str, Act] = {
    "ops": ops,
    "gauge": gauge,
    "past": past,
    "ahead": ahead,
    "approve": approve,
    "outbox": outbox,
    "skill": skill,
    "budget": budget,
}
ENGLISH: dict[str, Act] = {"english": in_english(ops), "english-alerts": in_english(alerts)}
OPEN: dict[str, Act] = {
    "public": public,
    "login": login,
    "tell": tell,
    "told": told,
    "followed": followed,
    "opendata": at("/open"),
    "terms": at("/open/terms"),
    "reference": at("/open/api"),
    "ogc": at("/ogc/collections/readings/items?f=html"),
}
FILLED: dict[str, Act] = {  # after eight more minutes, in which people were at work
    "alerts": alerts,
    "story": story,
    "cancel": cancel,
    "declared": declared,
    "shelter": shelter,
    "damage": damage,
    "form4": form4,
    "chronology": chronology,
    "matter": matter,
    "handover": handover,
    "calls": calls,
    "watch": watch,
    "ward": ward,
    "muster": muster,
    "leads": leads,
    "contacts": contacts,
    "selftest": selftest,
    "lies": lies,
}
AFLOAT: dict[str, Act] = {"minimal": at("/ops")}  # while the store is lost
AFLOAT_OPEN: dict[str, Act] = {"minimal-public": at("/")}
WALL: dict[str, Act] = {"wall": wall}  # on the projector of the headquarters room
HELPERS = ("helper", "helping", "near", "sharp", "embed")  # a question, and what is shown to who goes
STORM: dict[str, Act] = {"snow": snow, "requests": requests, "reports": reports, "dumps": dumps}  # while plows are out
BEARS: dict[str, Act] = {"bears": bears, "culling": culling}  # eight calls in 83 minutes, at their height
DAWN: dict[str, Act] = {"ledger": ledger}
ROADS: dict[str, Act] = {"roads": roads}
LOOKS: list[Look] = [("desktop-light", DESKTOP, "light"), ("desktop-dark", DESKTOP, "dark"), ("phone", PHONE, "light")]
ROOM = ViewportSize(width=1920, height=1080)
PROJECTED: list[Look] = [("day", ROOM, "light"), ("night", ROOM, "dark")]
BRIGHT = [LOOKS[0], LOOKS[2]]  # what is written and read looks the same in the dark


@dataclass(frozen=True)
class Shooting:
    """What takes the pictures, where they go, and which; none named: all."""

    browser: Browser
    blank: Page
    url: str
    folder: Path
    only: set[str]


async def shoot(into: Shooting, groups: Groups, looks: Sequence[Look]) -> None:
    """Take the pictures of every act in every look; ``groups`` say whether somebody is logged in."""
    for look, size, scheme in looks:
        for acts, staff in groups:
            wanted = {name: act for name, act in acts.items() if not into.only or name in into.only}
            if not wanted:
                continue
            options = {**context_options(into.url), "viewport": size, "color_scheme": scheme}
            context = await into.browser.new_context(**options)
            page = await context.new_page()
            page.on("console", lambda said: print(f"  {said.type}: {said.text}") if said.type == "error" else None)
            page.on("pageerror", lambda error: print(f"  page error: {error}"))
            if staff:
                await log_in(page, "sato")
            for name, act in wanted.items():
                await page.set_viewport_size(size)
                await act(page)
                await take(into, page, f"{name}-{look}.png", size)
            await context.close()


async def take(into: Shooting, page: Page, name: str, size: ViewportSize) -> None:
    """One picture; of a page to be scrolled, up to TALLEST. What sticks to the end of the screen is at its end then."""
    act, _, look = name.partition("-")
    tall = act in ("skill", "budget") or (look == "phone.png" and act != "approve")
    height = size["height"]
    if tall:
        height = min(await page.evaluate("() => document.documentElement.scrollHeight"), TALLEST)
    if tall and act in FILLED:
        await page.set_viewport_size({"width": size["width"], "height": height})
    clip = FloatRect(x=0, y=0, width=size["width"], height=height)
    picture = await small_png(into.blank, await page.screenshot(full_page=tall, clip=clip))
    (into.folder / name).write_bytes(picture)
    print(f"{name} {len(picture) // 1000} kB")


@asynccontextmanager
async def shooting(start: datetime, folder: Path, only: set[str]) -> AsyncIterator[tuple[Scene, Shooting]]:
    """A hub at the beginning of a play, a browser, and somebody who can log in."""
    with tempfile.TemporaryDirectory() as scratch:
        async with scene(Path(scratch), at=start, start=start) as made, browsing(made.url, folder, only) as into:
            await made.person("sato")
            yield made, into


@asynccontextmanager
async def browsing(url: str, folder: Path, only: set[str]) -> AsyncIterator[Shooting]:
    """A browser for the pages at ``url``."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield Shooting(browser, await browser.new_page(), url, folder, only)
        await browser.close()


async def main(folder: Path, only: set[str]) -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    folder.mkdir(parents=True, exist_ok=True)
    if not only or only & {*STAFF, *ENGLISH, *OPEN, *FILLED, *HELPERS, *WALL}:
        async with shooting(START, folder, only) as (made, into):
            await made.play(NIGHT)
            await shoot(into, ((STAFF, True), (OPEN, False)), LOOKS)
            await shoot(into, ((ENGLISH, True),), LOOKS[:1])
            await fill(made)
            await shoot(into, ((WALL, True),), PROJECTED)
            links = await mind(made)
            helpers = {
                "helper": opened(links["minsei1"]),
                "helping": opened(links["kazoku2"]),
                "near": near,
                "sharp": sharp,
                "embed": embed,
            }
            await shoot(into, ((FILLED, True), (helpers, False)), BRIGHT)
    if not only or only & {*AFLOAT, *AFLOAT_OPEN}:
        with tempfile.TemporaryDirectory() as scratch:
            async with afloat(Path(scratch)) as adrift, browsing(adrift.url, folder, only) as into:
                await shoot(into, ((AFLOAT, True), (AFLOAT_OPEN, False)), BRIGHT)
    if not only or only & BEARS.keys():
        async with shooting(MORNING, folder, only) as (made, into):
            await eight_calls(made)
            await shoot(into, ((BEARS, True),), BRIGHT)
    if not only or only & {*STORM, *DAWN, *ROADS}:
        async with shooting(EVENING, folder, only) as (made, into):
            storm = Storm(made)
            await storm.until_four()
            await shoot(into, ((STORM, True),), BRIGHT)
            await storm.until_dawn()
            await shoot(into, ((DAWN, True), (ROADS, False)), BRIGHT)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]) if len(sys.argv) > 1 else HOME, set(sys.argv[2:])))
