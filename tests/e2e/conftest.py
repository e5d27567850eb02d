"""The browser, and the night it looks at. Without chromium these tests are skipped, and fail in CI."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, async_playwright, expect

from tests.conftest import missing
from tests.e2e.browser import CHROMIUM, FLAGS, context_options, enter
from tests.e2e.scene import NIGHT, Scene, scene
from tests.e2e.unplaced import arrive_unplaced
from tests.fakes.linkage import FakeLinkage, Received
from tests.fakes.x import FakeX, Post

expect.set_options(timeout=15_000)  # a busy machine is slow; who waits for what comes does not wait longer for it


@dataclass(frozen=True)
class Played:
    """The night, played once: every test gets a copy."""

    folder: Path
    outside: tuple[FakeX, FakeLinkage]
    posts: list[Post]
    received: list[Received]


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    folder = tmp_path_factory.mktemp("night")

    async def play() -> Played:
        async with scene(folder) as made:
            await made.play(NIGHT)
            await made.person("sato")
            await made.person("suzuki")
            return Played(folder, (made.x, made.linkage), list(made.x.posts), list(made.linkage.received))

    with ThreadPoolExecutor(1) as apart:  # its own thread: the test's event loop is not ours to touch
        return apart.submit(asyncio.run, play()).result()


_ONE_LOOP = pytest.mark.asyncio(loop_scope="session")


def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    """Tests of the browser share its event loop, and so the browser: to start one costs as much as many a test."""
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(_ONE_LOOP, append=False)


@pytest_asyncio.fixture(loop_scope="session")
async def night(played: Played, tmp_path: Path) -> AsyncIterator[Scene]:
    """Eight minutes to three; two drafts wait."""
    async with remembered(played, tmp_path) as made:
        yield made


@asynccontextmanager
async def remembered(played: Played, folder: Path) -> AsyncIterator[Scene]:
    """A copy of the night whose outside has received what the night sent; one at a time, there is one outside."""
    x, linkage = played.outside
    x.posts, linkage.received = list(played.posts), list(played.received)
    async with copied(played, folder, played.outside) as made:
        yield made


@asynccontextmanager
async def copied(
    played: Played, folder: Path, outside: tuple[FakeX, FakeLinkage] | None = None
) -> AsyncIterator[Scene]:
    shutil.copytree(played.folder, folder / "night")
    async with scene(folder / "night", at=NIGHT, outside=outside) as made:
        yield made


@pytest_asyncio.fixture(loop_scope="session")
async def dawn(tmp_path: Path) -> AsyncIterator[Scene]:
    """The beginning: nothing has happened."""
    async with scene(tmp_path / "dawn") as made:
        await made.person("sato")
        yield made


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One for all tests; each has windows of its own, which share nothing."""
    if CHROMIUM is None:
        missing("no chromium here: install the distribution's package, or set CHROMIUM to its path")
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        await started.close()


@dataclass
class Visit:
    """A browser window, and everything it complained about."""

    page: Page
    scene: Scene
    faults: list[str]
    strangers: list[str]

    async def open(self, path: str, name: str = "sato") -> None:
        """Go to a page of the desk, logged in."""
        await enter(self.page.context, name)
        await self.page.goto(path)

    async def map_ready(self, name: str = "sato") -> None:
        """Logged in, before the map as it stands."""
        await self.open("/ops", name)
        await self.page.wait_for_function("() => document.body.dataset.map === 'ready'", timeout=30_000)

    def forgive(self, status: str) -> None:
        """The browser notes every refusal as an error; this one was asked for."""
        self.faults[:] = [fault for fault in self.faults if status not in fault]

    def check(self) -> None:
        """Nothing was logged as an error, and no request left the server."""
        assert self.faults == []
        assert self.strangers == []


async def visit(browser: Browser, made: Scene, **options: object) -> tuple[Visit, BrowserContext]:
    """A fresh window on the scene."""
    context = await browser.new_context(**{**context_options(made.url), **options})
    page = await context.new_page()
    found = Visit(page, made, [], [])
    here = urlsplit(made.url).netloc
    page.on("console", lambda said: found.faults.append(said.text) if _complaint(said) else None)
    page.on("pageerror", lambda error: found.faults.append(str(error)))
    page.on("request", lambda asked: _note(found, asked.url, here))
    return found, context


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def one_map(browser: Browser, played: Played, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Visit]:
    async with copied(played, tmp_path_factory.mktemp("map")) as made:
        await arrive_unplaced(made)
        window, context = await visit(browser, made)
        await window.map_ready()
        yield window
        await context.close()


_AS_AT_FIRST = """() => {
  for (const one of document.querySelectorAll('dialog[open]')) one.close();
  for (const id of ['selection-close', 'when-now', 'tab-deliveries']) document.getElementById(id).click();
  document.getElementById('search-field').value = '';
  document.getElementById('events-area').value = '';
  document.getElementById('events-area').dispatchEvent(new Event('change'));
  document.body.tabIndex = -1; // where the next Tab begins
  document.body.focus();
  document.body.removeAttribute('tabindex');
  scrollTo(0, 0);
}"""


@pytest_asyncio.fixture(loop_scope="session")
async def at_map(one_map: Visit) -> AsyncIterator[Visit]:
    """The map of the night, for tests that change nothing which another looks at: to open it costs more than they do.

    Where the map itself was moved to, it stays.
    """
    await one_map.page.evaluate(_AS_AT_FIRST)
    yield one_map
    one_map.check()


def _complaint(said: ConsoleMessage) -> bool:
    """Errors, and warnings other than the map library's hint that it reads its own canvas."""
    return said.type == "error" or (said.type == "warning" and not said.text.startswith("Canvas2D"))


def _note(found: Visit, url: str, here: str) -> None:
    parts = urlsplit(url)
    if parts.scheme in {"http", "https", "ws", "wss"} and parts.netloc != here:
        found.strangers.append(url)
