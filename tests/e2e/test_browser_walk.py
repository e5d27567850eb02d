"""Every page and state, looked at with every eye; one browser, four hubs, and each page is opened twice at most.

A page of which another of the same template is asked everything, and most of the desk in English, is asked the whole by
``make drill`` alone (SHIRASE_DRILL=full).
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.e2e.afloat import OFFICERS
from tests.e2e.conftest import Played, remembered
from tests.e2e.walk import stops, stops_of_map
from tests.e2e.walk.hubs import ADMIN, Hub, bear_hub, empty_hub, hub_afloat, night_hub, storm_hub
from tests.e2e.walk.stop import Stop
from tests.e2e.walk.walker import (
    DESKTOP,
    EYES,
    asked,
    asked_of_another,
    asked_of_part,
    asked_of_room,
    begin,
    eyes,
    walk,
    walk_in_english,
)
from tests.house.test_walk import NO_PAGES

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]  # minutes on a busy machine


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def at_night(played: Played, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hub]:
    """One night for all who walk through it: to fill it costs as much as to look at ten of its pages."""
    async with remembered(played, tmp_path_factory.mktemp("walked")) as made, night_hub(made) as hub:
        yield hub


async def test_the_map_in_all_its_states(browser: Browser, at_night: Hub) -> None:
    window, context = await begin(browser, at_night, ADMIN)
    assert await walk(window, at_night, stops_of_map.STATES) == {}
    await context.close()


async def test_the_desk_in_english_with_letters_twice_as_large(browser: Browser, at_night: Hub) -> None:
    """Before the walk over the desk, in which this person gets another password."""
    window, context = await begin(browser, at_night, ADMIN, locale="en-GB")
    assert await walk_in_english(window, at_night, (stops_of_map.STATES[0], *stops.DESK)) == {}
    await context.close()


async def test_the_desk_at_night(browser: Browser, at_night: Hub) -> None:
    window, context = await begin(browser, at_night, ADMIN)
    assert await walk(window, at_night, stops.DESK) == {}
    await context.close()


async def test_what_everybody_may_open(browser: Browser, at_night: Hub) -> None:
    window, context = await begin(browser, at_night)
    assert await walk(window, at_night, stops.OPEN) == {}
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


async def test_where_the_store_is_lost(browser: Browser, tmp_path: Path) -> None:
    async with hub_afloat(tmp_path) as hub:
        window, context = await begin(browser, hub, OFFICERS[0])
        assert await walk(window, hub, stops.AFLOAT) == {}
        await context.close()


async def test_what_is_no_page_answers_nothing_in_html(at_night: Hub) -> None:
    """The other half of tests/house/test_walk.py: what the walk leaves out is for programs, or leads on."""
    night = at_night.made
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
  .half { height: 0.7em; overflow: hidden } .upon { position: relative; top: -2em }
  .dot { width: 9px; height: 9px; background: red }
  @page { size: A3 landscape; margin: 10mm } @media print { .drill { display: none } }
</style><main><aside class="drill">drill</aside><h1>Bad</h1><p class="wide">wide</p><p class="short">so long that nobody
  can ever read the end of it</p><a class="bare" href="#a">bare</a><p>日本語</p><p class="dot"></p>
  <p class="half">half a line</p><p class="low">below</p><p class="upon">upon it</p>
  <div role="tablist"><button class="flat" role="tab" aria-selected="true">one</button><button class="flat" role="tab"
  aria-selected="false">two</button></div><a class="under" href="#b">under</a><p class="over">over</p><input>
  <button onkeydown="event.preventDefault()">trap</button><a class="beyond" href="#c">beyond</a></main></html>"""


_BY_DAY = ("label: ", "320 px: wide: 2000 px wide", "320 px: cut: cut: p.short")
_OF_A_PART = (
    *_BY_DAY,
    "dark: color-contrast: ",
    "aria-selected looks like the others",
    "its colour was all it said: p.dot",
    "no edge: button.flat",
    "200 %: wide: 2000 px wide",
    "no focus ring: a.bare",
)
_OF_ALL = (
    *_OF_A_PART,
    "tablet: wide: 2000 px wide",
    "320 px: small: ",
    "covered while focused: a.under",
    "no key comes to: a.beyond",
    "hangs over every sheet: p.over",
    "the mark of a drill is not on paper",
)


async def test_each_eye_sees_what_it_is_there_for(browser: Browser) -> None:
    page = await browser.new_page(viewport=DESKTOP, color_scheme="light")
    await page.set_content(BAD)
    await page.evaluate(EYES.read_text())
    for told, seen in (
        (_BY_DAY, await asked_of_another(page)),
        (_OF_A_PART, await asked_of_part(page, Stop("bad", part="main"))),
        (_OF_ALL, await asked(page)),
        (("unmarked: 日本語",), await eyes(page, "unmarked")),
        (("overlaid: one over another: p.low", "overlaid: half a line: p.half"), await asked_of_room(page)),
    ):
        for word in told:
            assert any(word in one for one in seen), (word, seen)
        assert not any("no key comes to: a.bare" in one for one in seen), "what the keys did meet"
    await page.emulate_media(media="print")
    assert await page.evaluate("() => eyes.sheet()") == 1511, "the page's own sheet, A3 without its margins"
    await page.close()
