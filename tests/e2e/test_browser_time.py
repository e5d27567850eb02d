"""The time slider: the past as it was known, unmistakably not now; what waits now is told meanwhile; the way back."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.async_api import Browser, expect

from tests.e2e.conftest import visit
from tests.e2e.scene import Scene
from tests.e2e.walk.axe import barriers

pytestmark = pytest.mark.browser
TWENTY_PAST_MIDNIGHT = "2026-03-14T15:20:00Z"


async def test_the_whole_desk_shows_one_instant_and_nothing_can_be_decided_there(
    browser: Browser, night: Scene
) -> None:
    window, context = await visit(browser, night, color_scheme="light")
    await window.map_ready()
    page = window.page
    slider, band = page.locator("#when-slider"), page.locator("#then")
    dangers = page.locator("#hazards tbody tr")
    await expect(band).to_be_hidden()
    await expect(slider).to_have_attribute("aria-valuetext", "いま")
    before = await dangers.count()
    await slider.focus()
    await page.keyboard.press("ArrowLeft")
    await expect(band).to_contain_text("過去の表示")
    await expect(band).to_contain_text("2026/3/15(日) 02:40 日本時間（12分前）に分かっていたこと")
    await expect(page.locator("body")).to_have_attribute("data-time", "past")
    await expect(slider).to_have_attribute("aria-valuetext", re.compile("12分前.*02:40 日本時間.*発表 1件"))
    await expect(page.locator("#then-waits")).to_have_text("いま承認待ち 2件")
    await expect(page.locator("#drafts-count")).to_have_text("1件")
    await expect(page.locator(".draft-actions").first).to_be_hidden()
    await expect(page.locator("#drafts-list")).to_contain_text("いまに戻ると承認できます")
    assert await barriers(page) == []

    await page.locator("#drafts").focus()
    for _ in range(2):
        await page.keyboard.press("<")
    await expect(band).not_to_contain_text("02:40")
    await page.goto(f"/ops#at={TWENTY_PAST_MIDNIGHT}")
    await expect(band).to_contain_text("00:20 日本時間（2時間32分前）")
    await expect(page.locator("#bar-danger")).not_to_contain_text("避難指示相当")
    await expect(page.locator("#bar-danger-since")).to_contain_text("00:20時点")
    assert await dangers.count() != before
    await page.get_by_role("tab", name="経過記録").click()
    first = page.locator("#chronology-list tbody tr").first
    await expect(first.locator("time")).to_have_attribute("datetime", re.compile("2026-03-14T(14|15:[01]|15:20:00)"))
    await page.get_by_role("tab", name="読めなかったもの").click()
    await expect(page.locator("#quarantine")).to_contain_text("回数と返答は、いまの分だけを示します")
    await page.reload()
    await expect(band).to_contain_text("00:20 日本時間", timeout=30_000)

    await page.locator("#map").focus()
    await page.keyboard.press("Escape")
    await expect(band).to_be_hidden()
    await expect(page.locator("#drafts-count")).to_have_text("2件")
    await expect(page).not_to_have_url(re.compile("at="))
    await expect(dangers).to_have_count(before)

    await page.get_by_role("button", name="＋1時間").click()
    await expect(band).to_contain_text("予測")
    await expect(band).to_contain_text("の見込み", timeout=15_000)
    await expect(page.locator("#bar-age")).to_have_text("予測の値")
    await expect(page.locator("body")).to_have_attribute("data-time", "ahead")
    await page.get_by_role("button", name="いまに戻る").click()
    await expect(band).to_be_hidden()

    await page.goto("/ops#at=2026-03-10T00:00:00Z")
    await expect(band).to_contain_text("この時点の記録はありません")
    await expect(dangers).to_have_count(0)
    await context.close()
    window.check()


async def test_what_waits_now_is_told_while_somebody_looks_at_the_past(browser: Browser, dawn: Scene) -> None:
    await dawn.play(dawn.clock.at + timedelta(minutes=30), approve=False)
    window, context = await visit(browser, dawn)
    await window.map_ready()
    page = window.page
    await page.keyboard.press(",")
    await expect(page.locator("#then")).to_contain_text("過去の表示")
    await expect(page.locator("#then-waits")).to_be_hidden()
    await dawn.play(dawn.clock.at + timedelta(hours=3), approve=False, step=timedelta(hours=1))
    dawn.bell.ring("alerts")
    await expect(page.locator("#then-waits")).to_contain_text("いま承認待ち", timeout=10_000)
    assert re.match(r"\(\d+\) ", await page.title())
    await expect(page.locator("#drafts-list")).to_contain_text("この時点で承認を待つものはありませんでした")
    await expect(page.locator("#announce-polite")).to_contain_text("新しい下書き", timeout=12_000)
    await page.keyboard.press("0")
    await expect(page.locator("#then")).to_be_hidden()
    await expect(page.locator("#drafts-count")).to_contain_text("件")
    await context.close()
    window.check()


async def test_it_plays_by_itself_and_who_went_away_finds_now(browser: Browser, night: Scene) -> None:
    """The page's own clock stands, and is turned by hand: a slow machine plays no step more than a fast one."""
    window, context = await visit(browser, night)
    page = window.page
    await page.clock.install()
    await window.map_ready()
    await page.clock.pause_at(await page.evaluate("() => Date.now() / 1000 + 60"))  # seconds, ahead of what runs on
    slider, band, note = page.locator("#when-slider"), page.locator("#then"), page.locator("#then-note")
    play = page.get_by_role("button", name="再生")
    await play.click()
    await expect(play).to_have_attribute("aria-pressed", "true")
    await page.clock.run_for(1)
    await expect(slider).to_have_value("-36")
    await expect(band).to_contain_text("に分かっていたこと")
    await page.clock.run_for(1600)
    await expect(slider).to_have_value("-35")
    await play.click()
    await expect(play).to_have_attribute("aria-pressed", "false")
    await expect(band).to_contain_text("に分かっていたこと")
    await page.clock.fast_forward("05:01")
    await expect(note).to_contain_text("操作がないため")
    await page.get_by_role("button", name="このまま見る").press("Enter")
    await expect(note).not_to_contain_text("操作がないため")
    await expect(band).to_be_visible()
    await page.clock.fast_forward("05:01")
    await page.clock.fast_forward("01:01")
    await expect(band).to_be_hidden()
    await expect(page.locator("#drafts-count")).to_have_text("2件")
    await context.close()
    window.check()
