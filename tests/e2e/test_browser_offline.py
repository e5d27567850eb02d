"""A line that is cut: the public page that was kept, the desk that says what it cannot do. The server really goes."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, Error, Page, expect

from tests.e2e.conftest import visit
from tests.e2e.scene import Scene
from tests.e2e.test_browser import _COLOURS
from tests.e2e.walk.axe import violations

pytestmark = pytest.mark.browser

_KEPT = "async () => (await Promise.all((await caches.keys()).map(async n => (await (await caches.open(n)).keys()).map(r => new URL(r.url).pathname)))).flat()"  # noqa: E501
_PRESS = """f => {
  f.noValidate = true;
  f.querySelector("textarea, input:not([type=hidden])").value = "書きかけ";
  f.requestSubmit();
}"""
_LONG_AGO = """async () => {
  const pages = await caches.open('shirase-pages-1');
  for (const key of await pages.keys()) {
    const held = await pages.match(key);
    const headers = new Headers(held.headers);
    headers.set('X-Kept-At', String(Date.now() - 6 * 86400000));
    await pages.put(key, new Response(await held.text(), { headers }));
  }
}"""


async def keeping(page: Page) -> None:
    """Wait until the worker has kept the first page with its files."""
    await page.wait_for_function(f"async () => (await ({_KEPT})()).some(path => path.endsWith('public.css'))")
    await page.wait_for_function("() => navigator.serviceWorker.controller")


async def test_the_public_page_is_kept_and_says_from_when_it_is(browser: Browser, night: Scene) -> None:
    window, context = await visit(browser, night)
    page = window.page
    await page.goto("/")
    headline = await page.locator("article.alert h3").first.inner_text()
    await keeping(page)
    await page.goto("/snow")
    await page.goto("/")
    kept = await page.evaluate(_KEPT)
    assert {"/", "/snow"} <= set(kept)
    assert not [path for path in kept if path.startswith(("/ops", "/api", "/login", "/report", "/muster", "/tiles"))]
    await night.down()
    await page.goto("/")
    await expect(page.locator("#cut")).to_contain_text("通信できません。2026年3月15日 02:52（日本時間）の内容です")
    await expect(page.locator("#cut")).to_contain_text("安全という意味ではありません")
    await expect(page.locator("article.alert h3").first).to_contain_text(headline.split()[0])
    await expect(page.locator("#top, .headline").first).to_contain_text("分かりません")
    assert await violations(page) == []
    other = await context.new_page()  # its page of an error would cross the next one here
    with pytest.raises(Error, match="CONNECTION_REFUSED"):  # a place is nobody's business: never kept
        await other.goto("/snow?lon=141.15&lat=39.70")
    await other.close()
    await page.goto("/snow")
    await expect(page.locator("#cut")).to_be_visible()
    await page.goto("/")
    await page.evaluate(_LONG_AGO)
    await page.goto("/")
    over = page.locator("article.alert[data-over]")
    await expect(over).to_have_count(await page.locator("article.alert").count())
    await expect(over.first).to_contain_text("期限を過ぎました")
    await night.up()
    await page.evaluate("() => dispatchEvent(new Event('online'))")
    await expect(page.locator("#cut-again")).to_have_text("つながりました。最新の内容を表示する")
    await page.locator("#cut-again").click()
    await expect(page.locator("#cut")).to_have_count(0)
    await expect(page.locator("[data-over]")).to_have_count(0)
    await page.evaluate("() => { window.stays = true; }")  # and while somebody reads it
    await night.down()
    await page.evaluate("() => dispatchEvent(new Event('offline'))")
    await expect(page.locator("#cut")).to_contain_text("通信できません")
    await expect(page.locator("article.alert h3").first).to_contain_text(headline.split()[0])
    await night.up()
    await page.evaluate("() => dispatchEvent(new Event('online'))")
    await expect(page.locator("#cut-again")).to_have_text("つながりました。最新の内容を表示する")
    assert await page.evaluate("() => window.stays"), "nothing moved under a reading eye"
    await context.close()
    window.strangers.clear()  # the browser's own error page


async def test_the_desk_says_that_its_line_is_cut_and_keeps_map_and_words(browser: Browser, dawn: Scene) -> None:
    window, context = await visit(browser, dawn)
    await window.map_ready()
    page = window.page
    cut, drawn = page.locator("#bar-cut"), await page.evaluate(_COLOURS)
    await page.get_by_role("tab", name="経過記録").click()
    note = page.get_by_label("メモを記録する")
    await note.fill("館坂橋の上に人")
    other = await context.new_page()
    await other.goto("/ops/chronology")
    await expect(other.locator("#bar-cut")).to_be_hidden()
    await dawn.down()
    for one in (page, other):
        await one.evaluate("() => dispatchEvent(new Event('offline'))")  # or eight seconds later by itself
        await expect(one.locator("#bar-cut")).to_contain_text("回線が切れています。")
        await expect(one.locator("#bar-cut")).to_contain_text("現在のまま")
    await note.press("Enter")
    await expect(page.locator("#note-error")).to_contain_text("何も送っていません")
    await expect(note).to_have_value("館坂橋の上に人")
    form = other.locator("form[action^='/ops/chronology']").first
    await form.evaluate(_PRESS)
    await expect(form.locator(".cut-refused")).to_contain_text("何も送っていません")
    assert "書きかけ" in await form.evaluate("f => [...new FormData(f).values()]")
    assert "/ops/chronology" in other.url
    await page.wait_for_function("() => document.body.dataset.stale === 'true'", timeout=15_000)
    await page.locator("#map").press("+")
    assert await page.evaluate(_COLOURS) > drawn / 4  # hatched, and still a map
    assert await violations(page, within="#bar-cut, #dock") == []
    await dawn.up()
    await expect(cut).to_contain_text("つながりました", timeout=10_000)
    await note.press("Enter")
    await expect(page.locator("#chronology-list")).to_contain_text("館坂橋の上に人", timeout=10_000)
    await expect(cut).to_be_hidden(timeout=12_000)
    await context.close()
