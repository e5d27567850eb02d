"""How the browser is started and how a person logs in: for the tests and for the pictures."""

from __future__ import annotations

import os
import re
import shutil
from typing import Any

from playwright.async_api import BrowserContext, Page

from tests.e2e.scene import PASSWORD

NAMED = os.environ.get("CHROMIUM")
WHOLE = NAMED or shutil.which("chromium") or shutil.which("google-chrome")
# The same engine without the windows, menus and accounts around it, which nobody looks at here: half the work of a page
CHROMIUM = NAMED or shutil.which("chromium-headless-shell") or WHOLE
FLAGS = [
    *(["--no-sandbox"] if os.geteuid() == 0 else []),
    "--disable-gpu",  # 2D on the CPU
    "--js-flags=--always-sparkplug --no-turbofan",  # what lives for seconds is not worth more than a quick compiler
    "--enable-unsafe-swiftshader",
    "--force-color-profile=srgb",
    "--font-render-hinting=none",
    "--lang=ja-JP",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # any outside name fails
]


def context_options(url: str) -> dict[str, Any]:
    """A Japanese desktop."""
    return {
        "base_url": url,
        "locale": "ja-JP",
        "timezone_id": "Asia/Tokyo",
        "viewport": {"width": 1440, "height": 900},
    }


async def log_in(page: Page, name: str) -> None:
    """Through the form, as people do."""
    await page.goto("/login")
    await page.fill("#name", name)
    await page.fill("#password", PASSWORD)
    await page.get_by_role("button", name="ログイン").click()
    await page.wait_for_url("**/ops")


async def enter(context: BrowserContext, name: str) -> None:
    """The same form without looking at it: what a test needs that is about another page."""
    shown = await (await context.request.get("/login")).text()
    token = re.search(r'name="csrf" value="([^"]*)"', shown)
    assert token, shown
    form = {"name": name, "password": PASSWORD, "csrf": token[1], "next": "/ops"}
    answer = await context.request.post("/login", form=form, max_redirects=0)
    assert answer.status == 303, await answer.text()
