"""The pages for everybody: small screens, no script, screen readers, paper."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from feeds.status import Status
from services.callout import desk as callout
from services.store import glass
from services.store.glass import Broken
from tests.e2e.conftest import visit
from tests.e2e.mustered import muster
from tests.e2e.scene import Scene

pytestmark = pytest.mark.browser

AXE = Path(__file__).parent / "vendor/axe-core-4.14.1/axe.min.js"
_READY = """() => ['calls', 'leads', 'map', 'muster', 'outbox', 'reports', 'requests', 'skill', 'snow', 'story',
  'writing']
  .some(name => document.body.dataset[name])"""
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

BROKEN = Broken(
    series="a",
    revision=1,
    status=Status.ACTUAL,
    headline="避難指示を発令",
    level=4,
    person="suzuki",
    reason="だれも電話に出ない",
    at=datetime(2026, 3, 14, 17, 50, tzinfo=UTC),
    needed=2,
    agreed=(),
)


_OF_COLOUR = ["color-contrast", "link-in-text-block"]  # all that axe can find by night and not by day


async def violations(page: Page, only: list[str] | None = None) -> list[str]:
    """What axe finds, each with the first place."""
    if not await page.evaluate("() => 'axe' in window"):
        await page.evaluate(AXE.read_text())
    wanted = {"type": "rule", "values": only} if only else {"type": "tag", "values": TAGS}
    found: dict[str, Any] = await page.evaluate("wanted => axe.run({runOnly: wanted})", wanted)
    return [f"{one['id']}: {one['nodes'][0]['html'][:160]} ({len(one['nodes'])})" for one in found["violations"]]


async def barriers(page: Page) -> list[str]:
    """What axe finds by day, and beyond it by night."""
    found = await violations(page)
    await page.emulate_media(color_scheme="dark")
    found += [f"dark: {one}" for one in await violations(page, _OF_COLOUR)]
    await page.emulate_media(color_scheme="light")
    return found


async def test_no_page_has_a_barrier_that_axe_knows(browser: Browser, night: Scene) -> None:
    now = night.clock.now()
    async with night.store.write() as connection:  # so that it rings on every page
        await callout.break_glass(connection, key="a", status=Status.ACTUAL, level=5, who="sato", now=now)
        await glass.add(connection, BROKEN)
    await muster(night)
    window, context = await visit(browser, night, color_scheme="light")
    page = window.page
    await page.goto("/login")
    assert await barriers(page) == []
    await page.goto("/")
    assert await barriers(page) == []
    for path in _GIVEN_AWAY:
        await page.goto(path)
        assert await barriers(page) == [], path
    await window.map_ready()
    assert await barriers(page) == []
    await page.keyboard.press("d")
    await page.keyboard.press("Enter")
    assert await barriers(page) == []
    await page.goto("/ops/outbox")
    await page.wait_for_function("() => document.body.dataset.outbox === 'ready'")
    assert await barriers(page) == []
    await page.goto("/ops/calls")
    await page.wait_for_function("() => document.body.dataset.calls === 'ready'")
    await expect(page.locator("#calls")).to_contain_text("呼び出し中")
    assert await barriers(page) == []
    await page.goto("/ops/alerts")
    await page.wait_for_function("() => document.body.dataset.writing === 'ready'")
    assert await barriers(page) == []
    await page.locator(".alert h3 a").first.click()
    await page.wait_for_function("() => document.body.dataset.story === 'ready'")
    assert await barriers(page) == []
    await page.goto("/ops/declared")
    await page.wait_for_function("() => document.body.dataset.story === 'ready'")
    await page.get_by_text("本部を設置する").click()
    assert await barriers(page) == []
    await page.get_by_role("link", name="中央公園").click()
    await expect(page.get_by_role("group", name="混み具合")).to_be_visible()
    assert await barriers(page) == []
    await page.goto("/ops/reports?every=true")
    await page.wait_for_function("() => document.body.dataset.reports === 'ready'")
    await page.locator(".rep summary").first.click()
    assert await barriers(page) == []
    await page.goto("/ops/selftest")
    await page.wait_for_function("() => document.body.dataset.story === 'ready'")
    assert await barriers(page) == []
    await page.goto("/ops/muster")
    await page.wait_for_function("() => document.body.dataset.muster === 'ready'")
    await expect(page.locator("#muster")).to_contain_text("まず助けが要る人")
    for summary in await page.locator("summary").all():
        await summary.click()
    assert await barriers(page) == []
    await page.goto("/ops/alerts")
    await page.get_by_role("link", name="案を直す").first.click()
    await expect(page.locator("#preview .post").first).to_be_visible()
    assert await barriers(page) == []
    await page.goto("/ops/glass")
    await page.wait_for_function("() => document.body.dataset.glass === 'ready'")
    await expect(page.locator("#bar-glass")).to_contain_text("点検の済んでいない緊急発表")
    await expect(page.locator("#glass-list")).to_contain_text("だれも電話に出ない")
    assert await barriers(page) == []
    await page.goto("/ops/skill")
    await page.wait_for_function("() => document.body.dataset.skill === 'ready'")
    await expect(page.locator("#said-title")).to_contain_text("この30日")
    await expect(page.locator("svg.chart").first).to_be_visible()
    for summary in await page.locator("summary").all():
        await summary.click()
    assert await barriers(page) == []
    await page.goto("/ops/budget")
    await page.wait_for_function("() => document.body.dataset.skill === 'ready'")
    await expect(page.locator("#x-title")).to_be_visible()
    for summary in await page.locator("summary").all():
        await summary.click()
    assert await barriers(page) == []
    await context.close()
    window.check()


async def test_what_cannot_be_read_by_night_alone_is_found(browser: Browser) -> None:
    page = await browser.new_page()
    faint = "color: light-dark(#000, #222); background: light-dark(#fff, #000)"
    head = "<html lang='ja'><title>夜</title><meta name='color-scheme' content='light dark'>"
    await page.set_content(f"{head}<main style='{faint}'><h1>夜</h1><p>読めない</p></main>")
    found = await barriers(page)
    assert found and all(one.startswith("dark: color-contrast") for one in found)
    await page.close()


_DESK = [
    "",
    "/outbox",
    "/calls",
    "/reports",
    "/watch",
    "/muster",
    "/culling",
    "/leads",
    "/contacts",
    "/snow",
    "/snow/record",
    "/dumps",
    "/requests",
    "/ledger",
    "/skill",
    "/budget",
    "/alerts/notice",
    "/alerts",
    "/declared",
    "/declared/shelter",
    "/damage",
    "/chronology",
    "/handover",
    "/wall",
    "/account",
]
_GIVEN_AWAY = [
    "/open",
    "/open/terms",
    "/open/archive",
    "/open/api",
    "/ogc?f=html",
    "/ogc/collections/hazards?f=html",
    "/ogc/collections/readings/items?f=html",
]
_PATHS = [
    "/",
    "/?area=uchimaru&lang=vi&look=contrast.large",
    "/?area=yamagishi&lang=ja-x-easy",
    "/districts?lang=ko",
    "/privacy?lang=en",
    "/embed?area=uchimaru",
    "/widget",
    "/login",
    "/snow",
    "/report",
    "/report?kind=bear",
    "/report?kind=SNOW_NOT_PLOWED",
    *_GIVEN_AWAY,
    *(f"/ops{page}" for page in _DESK),
]


async def test_nothing_is_wider_than_a_small_phone(browser: Browser, night: Scene) -> None:
    window, context = await visit(browser, night, viewport={"width": 320, "height": 640})
    wide: dict[str, int] = {}
    for path in _PATHS:
        if path == "/ops":
            await window.map_ready()
        await window.page.goto(path)
        if path.startswith("/ops"):
            await window.page.wait_for_function(_READY)
        wide[path] = await window.page.evaluate("() => document.documentElement.scrollWidth")
    assert {path: width for path, width in wide.items() if width > 320} == {}
    await context.close()
    window.check()


async def test_the_public_page_needs_no_script(browser: Browser, night: Scene) -> None:
    await night.approve_waiting(person="sato", rules=("evacuation-proposal",))
    await night.approve_waiting(person="suzuki", rules=("evacuation-proposal",))
    window, context = await visit(browser, night, java_script_enabled=False)
    page = window.page
    await page.goto("/")
    await expect(page.locator("h1")).to_contain_text("避難指示")
    await expect(page.locator("h1")).to_contain_text("訓練")
    await expect(page.locator("main")).to_contain_text("危険な場所")
    await expect(page.get_by_role("region", name="川の水位")).to_contain_text("館坂橋")
    await expect(page.locator("#news")).to_be_hidden()
    await context.close()
    window.check()


async def test_a_bear_is_told_by_a_phone_with_keys_alone_and_taken_back(browser: Browser, night: Scene) -> None:
    window, context = await visit(browser, night, viewport={"width": 390, "height": 844})
    page = window.page
    await page.goto("/report")
    assert await violations(page) == []
    await page.get_by_role("link", name="クマを見た").press("Enter")
    await page.get_by_role("button", name="送る", exact=True).press("Enter")
    await expect(page.locator("#errors")).to_be_focused()
    assert await violations(page) == []
    await page.locator("#errors a").first.press("Enter")
    await expect(page.get_by_label("住所・目印・道路の名前")).to_be_focused()
    await page.get_by_role("button", name="地図で示す").press("Enter")
    await page.wait_for_function("() => document.body.dataset.map === 'ready'")
    await page.locator("#map").press("Enter")
    await expect(page.locator("#chosen")).to_be_visible()
    assert await violations(page) == []
    await page.get_by_role("button", name="送る", exact=True).press("Enter")
    await expect(page.locator("#state")).to_have_attribute("data-state", "received")
    assert await violations(page) == []
    await page.get_by_text("間違いだった").press("Enter")
    await page.get_by_role("button", name="取り消す").press("Enter")
    await expect(page.locator("#state")).to_have_attribute("data-state", "withdrawn")
    await context.close()
    assert [one for one in window.faults if "400" not in one] == [], "the browser notes the form that came back"


async def test_new_information_is_offered_and_never_forced(browser: Browser, night: Scene) -> None:
    window, context = await visit(browser, night)
    page = window.page
    await page.goto("/")
    await night.approve_waiting(person="sato", rules=("evacuation-proposal",))
    await night.approve_waiting(person="suzuki", rules=("evacuation-proposal",))
    await page.evaluate("() => document.dispatchEvent(new Event('visibilitychange'))")
    await expect(page.locator("#news")).to_contain_text("新しい情報が1件あります", timeout=10_000)
    await expect(page.locator("h1")).not_to_contain_text("警戒レベル")
    await page.locator("#news a").click()
    await expect(page.locator("h1")).to_contain_text("避難指示")
    await context.close()
    window.check()


async def test_the_keyboard_finds_skip_links_first_and_moves_the_map(browser: Browser, night: Scene) -> None:
    window, context = await visit(browser, night)
    await window.map_ready()
    page = window.page
    await page.evaluate("() => document.body.focus()")
    await page.keyboard.press("Tab")
    await expect(page.locator(":focus")).to_have_text("承認待ちへ移る")
    await page.keyboard.press("g")
    await expect(page.locator("#map")).to_be_focused()
    before = page.url
    await page.keyboard.press("ArrowRight")
    await page.wait_for_function("before => location.href !== before", arg=before)
    await context.close()
    window.check()


async def test_one_letter_keys_can_be_switched_off(browser: Browser, night: Scene) -> None:
    window, context = await visit(browser, night)
    await window.map_ready()
    page = window.page
    await page.keyboard.press("?")
    await page.get_by_label("一文字のキー操作を使う").uncheck()
    await page.keyboard.press("Escape")
    await page.keyboard.press("g")
    await expect(page.locator("#map")).not_to_be_focused()
    await context.close()
    window.check()


async def test_the_situation_prints_on_paper(browser: Browser, night: Scene) -> None:
    window, context = await visit(browser, night)
    await window.map_ready()
    sheet = await window.page.pdf(prefer_css_page_size=True, print_background=True)
    assert sheet.startswith(b"%PDF") and len(sheet) > 30_000
    await context.close()
