"""Every page and state, looked at with every eye; one browser, four hubs, and each page is opened twice at most."""

from __future__ import annotations

from pathlib import Path

import aiohttp
import pytest
from playwright.async_api import Browser

from tests.e2e.scene import Scene
from tests.e2e.walk import stops, stops_of_map
from tests.e2e.walk.axe import barriers
from tests.e2e.walk.hubs import ADMIN, bear_hub, empty_hub, night_hub, storm_hub
from tests.e2e.walk.walker import EYES, begin, eyes, walk, walk_in_english
from tests.house.test_walk import NO_PAGES

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]  # minutes on a busy machine


async def test_the_map_in_all_its_states(browser: Browser, night: Scene) -> None:
    async with night_hub(night) as hub:
        window, context = await begin(browser, hub, ADMIN)
        assert await walk(window, hub, stops_of_map.STATES) == {}
        await context.close()


async def test_the_desk_at_night(browser: Browser, night: Scene) -> None:
    async with night_hub(night) as hub:
        window, context = await begin(browser, hub, ADMIN)
        assert await walk(window, hub, stops.DESK) == {}
        await context.close()


async def test_the_desk_in_english_with_letters_twice_as_large(browser: Browser, night: Scene) -> None:
    async with night_hub(night) as hub:
        window, context = await begin(browser, hub, ADMIN, locale="en-GB")
        assert await walk_in_english(window, hub, (stops_of_map.STATES[0], *stops.DESK)) == {}
        await context.close()


async def test_what_everybody_may_open(browser: Browser, night: Scene) -> None:
    async with night_hub(night) as hub:
        window, context = await begin(browser, hub)
        assert await walk(window, hub, stops.OPEN) == {}
        await context.close()


async def test_the_storm_and_the_bears(browser: Browser, tmp_path: Path) -> None:
    async with storm_hub(tmp_path / "storm") as hub:
        window, context = await begin(browser, hub, ADMIN)
        assert await walk(window, hub, (*stops.STORM, *stops.STORM_OPEN)) == {}
        await context.close()
    async with bear_hub(tmp_path / "bears") as hub:
        window, context = await begin(browser, hub, ADMIN)
        assert await walk(window, hub, stops.BEARS) == {}
        await context.close()


async def test_where_nothing_has_happened(browser: Browser, tmp_path: Path) -> None:
    async with empty_hub(tmp_path) as hub:
        window, context = await begin(browser, hub, ADMIN)
        assert await walk(window, hub, stops.EMPTY) == {}
        await context.close()


async def test_what_is_no_page_answers_nothing_in_html(night: Scene) -> None:
    """The other half of tests/house/test_walk.py: what the walk leaves out is for programs, or leads on."""
    assert night.runner is not None
    paths = {one.resource.canonical for one in night.runner.app.router.routes() if one.resource and one.method == "GET"}
    asked = sorted(path for path in paths if NO_PAGES.fullmatch(path) and "{" not in path)
    assert "/healthz" in asked and "/api/v1/alerts" in asked
    html = []
    async with aiohttp.ClientSession(night.url, headers={"Accept": "text/html"}) as anyone:
        for path in asked:
            if path.startswith("/api/v1/events"):
                continue  # a stream that does not end
            async with anyone.get(path, allow_redirects=False) as answer:
                if answer.status == 200 and answer.content_type == "text/html" and not path.endswith("/"):
                    html.append(path)
    assert html == []


BAD = """<html lang="en"><title>Bad</title><meta name="color-scheme" content="light dark"><style>
  body { color: light-dark(#000, #222); background: light-dark(#fff, #000); margin: 0 }
  .wide { width: 2000px; height: 9px } .short { width: 9em; height: 1em; overflow: hidden }
  .bare:focus { outline: 0 } .over { position: fixed; bottom: 0; width: 300px; height: 60px; background: #fff }
  .under { position: fixed; bottom: 40px; left: 9px } .flat { border: 0 }
  .dot { width: 9px; height: 9px; background: red }
  @page { size: A3 landscape; margin: 10mm } @media print { .drill { display: none } }
</style><main><aside class="drill">drill</aside><h1>Bad</h1><p class="wide">wide</p><p class="short">so long that nobody
  can ever read the end of it</p><a class="bare" href="#a">bare</a><p>日本語</p><p class="dot"></p>
  <div role="tablist"><button class="flat" role="tab" aria-selected="true">one</button><button class="flat" role="tab"
  aria-selected="false">two</button></div><a class="under" href="#b">under</a><p class="over">over</p></main></html>"""


async def test_each_eye_sees_what_it_is_there_for(browser: Browser) -> None:
    page = await browser.new_page(viewport={"width": 640, "height": 450}, color_scheme="light")
    await page.set_content(BAD)
    await page.evaluate(EYES.read_text())
    by_night = await barriers(page)
    assert any(one.startswith("dark: color-contrast") for one in by_night), by_night
    seen = [f"{question}: {one}" for question in ("wide", "cut", "unseenFocus") for one in await eyes(page, question)]
    await page.evaluate("() => eyes.ink()")
    await page.emulate_media(forced_colors="active")
    seen += await eyes(page, "forced")
    await page.emulate_media(forced_colors="none", media="print")
    assert await page.evaluate("() => eyes.sheet()") == 1511, "the page's own sheet, A3 without its margins"
    seen += [*await eyes(page, "paper"), *await eyes(page, "unmarked")]
    await page.evaluate("() => eyes.startWalk()")
    seen += await eyes(page, "walked")
    for word in (
        "2000 px wide",
        "cut: p.short",
        "no focus ring: a.bare",
        "covered while focused: a.under",
        "no edge: button.flat",
        "aria-selected looks like the others",
        "its colour was all it said: p.dot",
        "hangs over every sheet: p.over",
        "the mark of a drill is not on paper",
        "unmarked: 日本語",
        "no key comes to: a.bare",
    ):
        assert any(word in one for one in seen), (word, seen)
    await page.close()
