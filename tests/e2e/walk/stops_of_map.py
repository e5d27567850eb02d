"""The states of the operations map: its panels, dialogs and tools, another time, and a line that is cut."""

from __future__ import annotations

import re

from playwright.async_api import Page, expect

from tests.e2e.walk.stop import Act, Stop, click, unfold


def tab(words: str, inside: str = "") -> Act:
    """A tab of the tables, and something that is folded in it."""

    async def act(page: Page) -> None:
        await page.get_by_role("tab", name=re.compile(f"^{words}")).click()
        if inside:
            await page.locator(inside).first.click()

    return act


async def _approval(page: Page) -> None:
    await page.keyboard.press("d")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog")).to_be_visible()


async def _draft(page: Page) -> None:
    await page.locator("[data-draft]").first.locator("h3 button").click()


async def _sensor(page: Page) -> None:
    await page.get_by_role("tab", name="観測所").click()
    await page.locator("#gauges").get_by_role("button", name="館坂橋", exact=True).click()
    await expect(page.locator("#selection svg.chart").first).to_be_visible()
    await unfold(page)


async def _place(page: Page) -> None:
    await page.fill("#search-field", "夕顔瀬町")
    await expect(page.locator("#search-list").get_by_role("option").first).to_contain_text("夕顔瀬町")
    await page.keyboard.press("Enter")
    await expect(page.locator("#selection")).to_contain_text("だれが、なにが危ないか")


async def _found(page: Page) -> None:
    await page.keyboard.press("/")
    await page.keyboard.type("もりおかえき")
    await expect(page.locator("#search-list").get_by_role("option").first).to_be_visible()


async def _why(page: Page) -> None:
    await page.get_by_role("tab", name="危険の一覧").click()
    await page.get_by_role("button", name=re.compile("は、なぜ")).first.click()
    await expect(page.locator("#why-answer")).to_contain_text("届いた経路")


async def _adopt(page: Page) -> None:
    await page.get_by_role("tab", name=re.compile("^未登録のセンサー")).click()
    await page.locator("#unassigned-list").get_by_role("button", name="登録する").first.click()


async def _measured(page: Page) -> None:
    await page.get_by_role("button", name="区域を描く").click()
    await page.get_by_label("円（中心と半径）").check()
    await page.fill("#tool-word", "盛岡駅前通")
    await page.press("#tool-word", "Enter")
    await expect(page.locator("#tool-figures")).to_contain_text("面積")


async def _card(page: Page) -> None:
    shelters = page.locator("[data-layer='shelters'] >> xpath=ancestor::li[1]")
    await unfold(page)
    await shelters.locator(".things button").first.click()
    await expect(page.locator("#map-card")).to_be_visible()


async def _past(page: Page) -> None:
    await page.locator("#when-before").click()
    await page.wait_for_selector("body[data-time=past]")


async def _ahead(page: Page) -> None:
    await page.locator("#when-now").click()
    await page.locator("#when-hour-on").click()
    await page.wait_for_selector("body[data-time=ahead]")


async def _cut(page: Page) -> None:
    await page.locator("#when-now").click()
    await page.wait_for_selector("body:not([data-time])")
    await page.context.set_offline(True)
    await page.evaluate("() => dispatchEvent(new Event('offline'))")
    await expect(page.locator("#bar-cut")).to_contain_text("回線が切れています。")


STATES = (
    Stop("map", "/ops", ready="map"),
    Stop("draft open", act=_draft, part="#drafts"),
    Stop("approval", act=_approval, part="#approve", undo="Escape"),
    Stop("sending back", act=click("差し戻す…"), part="#reject", undo="Escape"),
    Stop("keys", act=click("キー", exact=True), part="#keys", undo="Escape"),
    Stop("sound", act=click("音：切"), part="#sound", undo="Escape"),
    Stop("found by words", act=_found, part="#search", undo="Escape"),
    Stop("district", act=_place, part="#selection", undo="Escape"),
    Stop("sensor", act=_sensor, part="#selection", undo="Escape"),
    Stop("dangers, and why", act=_why, part="#dock"),
    Stop("chronology on the map", act=tab("経過記録"), part="#dock"),
    Stop("what could not be read", act=tab("読めなかったもの", "#quarantine summary"), part="#dock"),
    Stop("sensor to be adopted", act=_adopt, part="#dock"),
    Stop("tools", act=_measured, part="#tools", undo="Escape"),
    Stop("layers and a card", act=_card, part=".layers, .map-card", undo="Escape"),
    Stop("the past", act=_past, part="#then"),
    Stop("what is foreseen", act=_ahead, part="#then"),
    Stop("cut line", act=_cut, part="#bar-cut"),
)
