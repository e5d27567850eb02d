"""What axe-core finds on a page: every rule of WCAG 2.2 A and AA, and its best practices."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.async_api import Page

AXE = Path(__file__).parents[1] / "vendor/axe-core-4.14.1/axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OF_COLOUR = ["color-contrast", "link-in-text-block"]  # all that axe can find by night and not by day
# What a foot that stays in sight lies over comes out from under it as the page moves: it is asked at its own place.
_RUN = """async ([within, runOnly]) => {
  const feet = [...document.querySelectorAll('main *')].filter((one) => {
    const its = getComputedStyle(one);
    return its.position === 'sticky' && its.bottom !== 'auto';
  });
  for (const one of feet) one.style.position = 'static';
  const found = await axe.run(within || document,
    {runOnly, resultTypes: ['violations'], elementRef: false, preload: false});
  for (const one of feet) one.style.position = '';
  return found;
}"""


async def violations(page: Page, only: list[str] | None = None, within: str = "") -> list[str]:
    """What axe finds, each with the first place; ``within`` a part of the page, where nothing else is new."""
    if not await page.evaluate("() => 'axe' in window"):
        await page.evaluate(AXE.read_text())
    wanted = {"type": "rule", "values": only} if only else {"type": "tag", "values": TAGS}
    found: dict[str, Any] = await page.evaluate(_RUN, [within, wanted])
    return [f"{one['id']}: {one['nodes'][0]['html'][:160]} ({len(one['nodes'])})" for one in found["violations"]]


async def barriers(page: Page, within: str = "") -> list[str]:
    """What axe finds by day, and beyond it by night."""
    found = await violations(page, within=within)
    await page.emulate_media(color_scheme="dark")
    found += [f"dark: {one}" for one in await violations(page, OF_COLOUR, within)]
    await page.emulate_media(color_scheme="light")
    return found
