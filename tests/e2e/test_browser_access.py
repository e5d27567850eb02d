"""Without a script, by keys alone, on paper; what every page must bear is asked by the walk."""

from __future__ import annotations

from itertools import pairwise

import pytest
from playwright.async_api import Browser, Page, expect

from tests.e2e.conftest import Visit, visit
from tests.e2e.scene import Scene

pytestmark = pytest.mark.browser


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
    await page.get_by_role("link", name="クマを見た").press("Enter")
    await page.get_by_role("button", name="送る", exact=True).press("Enter")
    await expect(page.locator("#errors")).to_be_focused()
    await page.locator("#errors a").first.press("Enter")
    await expect(page.get_by_label("住所・目印・道路の名前")).to_be_focused()
    await page.get_by_role("button", name="地図で示す").press("Enter")
    await page.wait_for_function("() => document.body.dataset.map === 'ready'")
    await page.locator("#map").press("Enter")
    await expect(page.locator("#chosen")).to_be_visible()
    await page.get_by_role("button", name="送る", exact=True).press("Enter")
    await expect(page.locator("#state")).to_have_attribute("data-state", "received")
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


async def test_the_keyboard_finds_skip_links_first_and_moves_the_map(at_map: Visit) -> None:
    page = at_map.page
    await page.evaluate("() => document.body.focus()")
    await page.keyboard.press("Tab")
    await expect(page.locator(":focus")).to_have_text("承認待ちへ移る")
    await page.keyboard.press("g")
    await expect(page.locator("#map")).to_be_focused()
    before = page.url
    await page.keyboard.press("ArrowRight")
    await page.wait_for_function("before => location.href !== before", arg=before)


async def test_one_letter_keys_can_be_switched_off(at_map: Visit) -> None:
    page = at_map.page
    await page.keyboard.press("?")
    await page.get_by_label("一文字のキー操作を使う").uncheck()
    await page.keyboard.press("Escape")
    await page.keyboard.press("g")
    await expect(page.locator("#map")).not_to_be_focused()
    await page.get_by_role("button", name="キー", exact=True).click()
    await page.get_by_label("一文字のキー操作を使う").check()


async def test_the_situation_prints_on_paper(at_map: Visit) -> None:
    sheet = await at_map.page.pdf(prefer_css_page_size=True, print_background=True)
    assert sheet.startswith(b"%PDF") and len(sheet) > 30_000


_CONTROLS = {"button", "link", "textbox", "searchbox", "combobox", "checkbox", "radio", "slider", "tab", "spinbutton"}
_LANDMARKS = {"banner", "navigation", "main", "complementary", "region", "search", "form", "contentinfo"}


async def tree(page: Page) -> list[tuple[str, str, int]]:
    """Role, name and heading level of everything that a screen reader meets, in its order."""
    line = await page.context.new_cdp_session(page)
    nodes = (await line.send("Accessibility.getFullAXTree"))["nodes"]
    found = []
    for node in nodes:
        if not node.get("ignored"):
            level = next((one["value"]["value"] for one in node.get("properties", []) if one["name"] == "level"), 0)
            found.append((node["role"]["value"], node.get("name", {}).get("value", "").strip(), level))
    await line.detach()
    return found


async def test_a_screen_reader_finds_its_way(at_map: Visit) -> None:
    page = at_map.page
    heard = await tree(page)
    places = [(role, name) for role, name, _ in heard if role in _LANDMARKS]
    for one in (
        ("banner", ""),
        ("main", ""),
        ("navigation", "ページ"),
        ("complementary", "訓練中"),
        ("region", "承認待ち"),
        ("region", "出来事"),
        ("region", "地図"),
        ("region", "時点を選ぶ"),
        ("region", "表"),
        ("region", "地図に出すもの"),
        ("search", ""),
    ):
        assert places.count(one) == 1, (one, places)
    assert len(set(places)) == len(places), "two places of one name"
    levels = [level for role, _, level in heard if role == "heading"]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels)), levels
    assert [(role, name) for role, name, _ in heard if role in _CONTROLS and not name] == []
