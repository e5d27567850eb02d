"""The map's tree of layers, its search and its tools, by keys and by clicks; one window for each, and one night."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Browser, expect
from sqlalchemy import select

from geo.mesh import cell_at
from services.store.tables import alerts
from tests.e2e.conftest import Visit, visit
from tests.e2e.scene import Scene
from tests.e2e.walk.axe import violations

pytestmark = pytest.mark.browser
_SQUARES = """async points => {
  const here = document.querySelector('script[src*="/js/ops.js"]').src;
  const { squareAt } = await import(new URL('map/mesh.js', here).href);
  return points.map(point => { const { code, ring } = squareAt(...point); return [code, ring]; });
}"""


async def test_layers_are_chosen_by_keys_and_remembered_and_a_hidden_danger_is_said(
    browser: Browser, night: Scene
) -> None:
    window, context = await visit(browser, night)
    await window.map_ready()
    page = window.page
    group, flood = page.get_by_label("すべて：危険区域"), page.locator("[data-layer='zones']")
    assert await group.evaluate("box => box.indeterminate") and await flood.is_checked()
    await flood.focus()
    await page.keyboard.press("Space")
    await expect(group).not_to_be_checked()
    await page.locator("[data-layer='landslide-red']").check()
    await expect(page).to_have_url(re.compile("layers=-zones,landslide-red"))
    hidden = page.locator("#map-hidden")
    await expect(hidden).to_be_hidden()
    await page.locator("[data-layer='observed']").uncheck()
    await expect(hidden).to_be_visible()
    assert await violations(page, within="#map-hidden, .layers") == []
    await page.reload()
    await page.wait_for_function("() => document.body.dataset.map === 'ready'")
    await expect(flood).not_to_be_checked()
    await expect(hidden).to_be_visible()
    await hidden.click()
    await expect(page.locator("[data-layer='observed']")).to_be_checked()
    await expect(hidden).to_be_hidden()
    await page.locator("[data-layer='official'] >> xpath=ancestor::li[1]").locator("summary").click()
    await expect(page.locator("#official-now")).to_contain_text("大雨危険警報")
    shelters = page.locator("[data-layer='shelters'] >> xpath=ancestor::li[1]")
    await shelters.locator("summary").first.click()
    await shelters.locator("summary").last.click()
    place = shelters.locator(".things button").first
    await place.focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("#map-card")).to_be_focused()
    assert await violations(page, within="#map-card, .layers") == []
    await page.keyboard.press("Escape")
    await expect(page.locator("#map-card")).to_be_hidden()
    await expect(place).to_be_focused()
    window.check()
    await context.close()


async def test_a_place_is_found_by_reading_mesh_and_coordinates(at_map: Visit) -> None:
    page = at_map.page
    field, listed = page.get_by_role("combobox", name="住所・地区"), page.locator("#search-list")
    await page.keyboard.press("/")
    await expect(field).to_be_focused()
    await page.keyboard.type("もりおかえき")
    await expect(listed.get_by_role("option").first).to_contain_text("盛岡駅前通")
    await page.keyboard.press("ArrowDown")
    assert await field.get_attribute("aria-activedescendant") == "search-0"
    assert await violations(page, within="#search") == []
    await page.keyboard.press("Enter")
    await expect(page.locator("#selection-title")).to_contain_text("盛岡駅前通")
    await expect(listed).to_be_hidden()
    for words in ("59414142", "39.70, 141.15"):
        before = page.url
        await field.fill(words)
        await field.press("Enter")
        await expect(page).not_to_have_url(before)
    await field.fill("ぬるぽ")
    await expect(page.locator("#search-none")).to_contain_text("メッシュコード")
    assert await violations(page, within="#search") == []
    await field.press("Escape")
    await expect(page.locator("#search-none")).to_be_hidden()
    points = [
        (round(141 + n * 0.0137, 4), round(39.5 + n * 0.0291, 4), level) for n in range(12) for level in range(1, 6)
    ]
    squares = await page.evaluate(_SQUARES, points)
    for (lon, lat, level), (code, ring) in zip(points, squares, strict=True):
        cell = cell_at(lon, lat, level)
        west, south, east, north = cell.bounds
        assert code == cell.code, "a click picks the square that the hub knows by that code"
        assert ring[0] == pytest.approx([west, south]) and ring[2] == pytest.approx([east, north])


async def test_an_area_is_drawn_by_keys_and_by_clicks_and_becomes_a_draft(browser: Browser, night: Scene) -> None:
    window, context = await visit(browser, night)
    await window.map_ready()
    page = window.page
    await page.get_by_role("button", name="測る").click()
    for place in ("39.70, 141.15", "39.71, 141.15"):
        await page.fill("#tool-word", place)
        await page.press("#tool-word", "Enter")
        await expect(page.locator("#tool-word")).to_have_value("")
    await expect(page.locator("#tool-figures")).to_have_text("距離 1.11 km")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("button", name="測る")).to_be_focused()
    await page.get_by_role("button", name="区域を描く").click()
    for x, y in ((420, 80), (520, 80), (520, 200)):  # quicker than a double click
        await page.locator("#map").click(position={"x": x, "y": y})
    await expect(page.locator("#tool-count")).to_have_text("点 3")
    await page.locator("#tool-undo").click()
    await expect(page.locator("#tool-write")).to_be_disabled()
    await page.locator("#map").focus()
    await page.keyboard.press("Enter")  # the middle of the map
    await expect(page.locator("#tool-write")).to_be_enabled()
    await page.locator("#tool-again").click()
    for place in ("39.70, 141.15", "39.71, 141.16", "39.71, 141.15", "39.70, 141.16"):
        await page.fill("#tool-word", place)
        await page.press("#tool-word", "Enter")
        await expect(page.locator("#tool-word")).to_have_value("")
    await expect(page.locator("#tool-figures")).to_contain_text("点1と点2を結ぶ線が、点3と点4を結ぶ線と交わる")
    await expect(page.locator("#tool-write")).to_be_disabled()
    await page.locator("#tool-count").click()
    for corner, place in ((2, "39.71, 141.15"), (3, "39.71, 141.16")):  # until they go round
        await page.get_by_label(f"点{corner}の緯度, 経度").fill(place)
        await page.get_by_label(f"点{corner}の緯度, 経度").press("Enter")
    await expect(page.locator("#tool-figures")).to_have_text("面積 0.95 km²、周囲 3.93 km")
    await expect(page.locator("#tool-write")).to_be_enabled()
    assert await violations(page, within="#tools") == []
    await page.get_by_label("地区・メッシュを選ぶ").check()
    await page.fill("#tool-word", "本宮")
    await page.press("#tool-word", "Enter")
    await expect(page.locator("#tool-count")).to_have_text("選んだもの 1")
    await page.get_by_label("円（中心と半径）").check()
    await page.fill("#tool-word", "盛岡駅前通")
    await page.press("#tool-word", "Enter")
    await expect(page.locator("#tool-figures")).to_contain_text("面積 0.78 km²")
    await page.get_by_role("button", name="この区域でお知らせを書く").click()
    await expect(page.locator(".where figcaption")).to_contain_text("盛岡駅前通")
    drawn = page.locator("textarea[name=drawn]")  # clear of the bar that sticks to the window's end
    await drawn.evaluate("field => field.scrollIntoView({block: 'center'})")
    assert await violations(page) == []
    await page.fill("input[name=kind]", "snow_removal")
    for part in ("headline", "short", "event"):
        await page.fill(f"textarea[name='t.ja.{part}']", "排雪のお知らせ")
    await page.locator("input[name=channel][value=log]").check()
    await page.get_by_role("button", name="案を作る").click()
    await page.wait_for_url("**/ops#drafts")
    async with night.store.read() as connection:
        bodies = await connection.scalars(select(alerts.c.body).where(alerts.c.kind == "snow_removal"))
        (place,) = next(body for body in bodies if body["act"] == "notice")["places"]
    assert place["code"].startswith("drawn-") and len(place["polygons"][0]) == 65
    window.check()
    await context.close()


async def test_an_area_is_drawn_by_a_finger_beside_its_tools(browser: Browser, night: Scene) -> None:
    window, context = await visit(browser, night, viewport={"width": 768, "height": 1024}, has_touch=True)
    await window.map_ready()
    page = window.page
    await page.locator("#tool-area").tap()
    tools, ground = await page.locator("#tools").bounding_box(), await page.locator("#map").bounding_box()
    assert tools and ground and tools["y"] >= ground["y"] + ground["height"] / 2, "half of the map is seen"
    for right, down in ((0.35, 0.25), (0.6, 0.25), (0.55, 0.42)):
        await page.touchscreen.tap(ground["x"] + right * ground["width"], ground["y"] + down * ground["height"])
    await expect(page.locator("#tool-count")).to_have_text("点 3")
    await expect(page.locator("#tool-write")).to_be_enabled()
    window.check()
    await context.close()
