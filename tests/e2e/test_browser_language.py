"""The desk in two languages, switched by the keyboard; that all of it is whole in English is asked by the walk."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, expect

from tests.e2e.conftest import visit
from tests.e2e.scene import Scene

pytestmark = pytest.mark.browser


async def test_the_desk_turns_english_by_the_keyboard_and_back(browser: Browser, night: Scene) -> None:
    window, context = await visit(browser, night)
    page = window.page
    await window.open("/ops/outbox")
    await page.wait_for_function("() => document.body.dataset.outbox === 'ready'")
    link = page.get_by_role("link", name="English")
    await link.focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("html[lang=en]")).to_be_attached()
    await page.wait_for_function("() => document.body.dataset.outbox === 'ready'")
    assert page.url.endswith("/ops/outbox")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Outbox")
    await expect(page.locator("#bar-age")).to_contain_text("JST (")
    await expect(page.locator("#bar-line")).to_have_text("Connected")
    for width in (360, 768, 820, 1024, 1440):  # a tablet is no phone: its bar once went beyond the edge
        await page.set_viewport_size({"width": width, "height": 900})
        assert await page.evaluate("() => document.documentElement.scrollWidth") == width
    await page.goto("/ops/calls")
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Calls of staff")
    await page.get_by_role("link", name="日本語").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("html[lang=ja]")).to_be_attached()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("職員の呼び出し")
    await context.close()
    window.check()
