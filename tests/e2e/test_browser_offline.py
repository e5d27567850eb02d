"""A line that is cut: the public page that was kept, the desk that says what it cannot do. The server really goes."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, Page, expect

from tests.e2e.conftest import visit
from tests.e2e.scene import Scene
from tests.e2e.test_browser_access import violations

pytestmark = pytest.mark.browser

_KEPT = "async () => (await Promise.all((await caches.keys()).map(async n => (await (await caches.open(n)).keys()).map(r => new URL(r.url).pathname)))).flat()"  # noqa: E501
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
    await expect(page.locator("#top, .headline").first).to_contain_text("いまは違うかもしれません")
    assert await violations(page) == []
    await page.goto("/snow?lon=141.15&lat=39.70")  # a place is nobody's business: never kept
    assert page.url.startswith("chrome-error")
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
    await context.close()
    window.strangers.clear()  # the browser's own error page
