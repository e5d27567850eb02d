"""The desk of requests with a keyboard alone: keys walk, and only a button sends."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.async_api import Browser, expect

from feeds.status import Status
from rules.requests.state import State
from tests.e2e.conftest import visit
from tests.e2e.scene import Scene
from tests.e2e.walk.axe import violations
from tests.services.requests.making import asked, found

pytestmark = pytest.mark.browser


async def test_a_request_is_answered_with_keys_that_never_send_by_themselves(browser: Browser, night: Scene) -> None:
    now, drill = night.clock.now(), {"status": Status.EXERCISE}
    first = await asked(night.store, now - timedelta(hours=50), **drill)
    second = await asked(night.store, now - timedelta(hours=2), description="山田さん宅の前", **drill)
    await asked(night.store, now - timedelta(hours=1), same_as=first, **drill)
    window, context = await visit(browser, night)
    page = window.page
    await window.open("/ops/requests?section=plow-1")
    await page.wait_for_function("() => document.body.dataset.requests === 'ready'")
    await page.keyboard.press("j")
    await expect(page.locator(f"#r-{first}")).to_be_focused()
    await page.keyboard.press("e")
    await expect(page.get_by_text("別にする")).to_be_visible()
    await page.keyboard.press("j")
    await page.keyboard.press("f")
    await expect(page.get_by_text("●●●宅の前")).to_be_visible()
    await page.keyboard.press("s")
    await expect(page.locator(":focus")).to_have_text("対応予定")
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        assert await violations(page) == []
    await page.keyboard.press("r")
    await page.keyboard.type("js今夜")
    await page.keyboard.press("Enter")  # a line more, and nothing sent
    assert [one.state for one in await found(night.store, first, second)] == [State.OPEN, State.OPEN]
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status").filter(has_text="記録しました")).to_be_visible()
    await expect(page).to_have_url(f"{night.url}/ops/requests?section=plow-1&done={second}")
    assert (await found(night.store, second))[0].state is State.SCHEDULED
    await context.close()
    window.check()
